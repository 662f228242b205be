//! What has to be on this machine before a task can start; one clear line for each thing that is not.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

const OLDEST_NODE: u32 = 20;

/// Node.js and npm, for everything that touches the client.
pub fn node() -> Result<()> {
    let Some(node) = find("node") else {
        bail!("Node.js is missing. Install Node.js {OLDEST_NODE} or newer, with npm, and run this again.");
    };
    let output = Command::new(&node).arg("--version").output()?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        bail!(
            "{} is Node.js {version}, which is too old. Install Node.js {OLDEST_NODE} or newer and run this again.",
            node.display()
        );
    }
    if find("npm").is_none() {
        bail!("npm is missing. Install it (Debian: apt-get install npm) and run this again.");
    }
    Ok(())
}

/// Python, for the templates, which are written for 3.10 and newer.
pub fn python() -> Result<PathBuf> {
    let Some(python) = find("python3") else {
        bail!(
            "Python is missing. Install Python 3.10 or newer (Debian: apt-get install python3-venv) and run this again."
        );
    };
    let test = "import sys; sys.exit(sys.version_info < (3, 10))";
    if !Command::new(&python).args(["-c", test]).status()?.success() {
        bail!("{} is older than Python 3.10. Install a newer one and run this again.", python.display());
    }
    Ok(python)
}

/// What code-server's two native modules are compiled with.
pub fn native_compiler() -> Result<()> {
    let tools = [("cc", "a C compiler"), ("c++", "a C++ compiler"), ("make", "make"), ("python3", "Python 3")];
    let missing: Vec<&str> =
        tools.iter().filter(|(program, _)| find(program).is_none()).map(|(_, name)| *name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    bail!(
        "code-server needs {} to be installed. Install it (Debian: apt-get install build-essential python3) and \
         run this again.",
        missing.join(", ")
    );
}

/// The browser of the tests.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = env::var_os("TT_JUKEBOX_CHROMIUM").map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        bail!("TT_JUKEBOX_CHROMIUM names {}, where there is no file.", named.display());
    }
    match ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| find(name)) {
        Some(path) => Ok(path),
        None => bail!(
            "Chromium is missing. Install it (Debian: apt-get install chromium) and run this again, or leave the \
             browser tests out: cargo xtask test --fast"
        ),
    }
}

/// The first file of that name on PATH.
fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}
