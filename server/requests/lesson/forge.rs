//! TT-Forge in an environment of its own. It brings its own tt-metal and takes the wrong one where TT_METAL_HOME or
//! TT_METAL_VERSION are set, so every call goes without them.

use std::path::{Path, PathBuf};

use crate::recipe::{Shell, Unquotable, words};

/// Where Tenstorrent publishes its wheels: docs.tenstorrent.com/tt-xla, "Getting Started".
const INDEX: &str = "https://pypi.eng.aws.tenstorrent.com/";
/// The plugin brings torch and torch_xla; the classifier reads pictures with the others.
const PACKAGES: [&str; 3] = ["pjrt-plugin-tt", "torchvision", "pillow"];
const SAY_VERSION: &str = "import importlib.metadata as m, torch_xla; \
                           print('TT-Forge is here: pjrt-plugin-tt', m.version('pjrt-plugin-tt'))";

/// Its environment.
pub fn folder(home: &Path) -> PathBuf {
    home.join("tt-forge-venv")
}

/// Its Python, as the words of a command.
pub fn python(home: &Path) -> Vec<String> {
    let python = folder(home).join("bin/python").display().to_string();
    ["env", "-u", "TT_METAL_HOME", "-u", "TT_METAL_VERSION", &python].map(str::to_owned).to_vec()
}

/// Makes the environment and puts the published wheels into it.
///
/// # Errors
/// When the folder cannot be written in a shell.
pub fn install(home: &Path) -> Result<String, Unquotable> {
    let made = ["python3", "-m", "venv", &folder(home).display().to_string()].map(str::to_owned);
    let pip = ["-m", "pip", "install", "--extra-index-url", INDEX].iter().chain(&PACKAGES).map(|&word| word.to_owned());
    let filled = [python(home), pip.collect()].concat();
    Ok(format!("{} && {}", words(&made, Shell::Bash)?, words(&filled, Shell::Bash)?))
}

/// Imports it and says its version; no board is opened.
///
/// # Errors
/// As [`install`].
pub fn test(home: &Path) -> Result<String, Unquotable> {
    let call = ["-c", SAY_VERSION].map(str::to_owned).to_vec();
    words(&[python(home), call].concat(), Shell::Bash)
}
