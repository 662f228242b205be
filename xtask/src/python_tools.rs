//! Tools that come from PyPI, each set in an environment of its own in the cache folder.
//!
//! `xtask/python/NAME.in` names the versions of a set and `NAME.txt` pins them by their hashes; in that folder `uv pip
//! compile --universal --generate-hashes --python-version 3.10 --no-header --no-annotate NAME.in -o NAME.txt` writes it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::processes::run_quietly;
use crate::workspace::Workspace;
use crate::{cache, prerequisites};

/// The environment of the set `name`, installed unless that was done; `what` tells a person what is in it. Runs at the
/// same time wait for each other.
pub fn ensure(workspace: &Workspace, name: &str, what: &str) -> Result<PathBuf> {
    let python = prerequisites::python()?;
    let pins = workspace.root.join("xtask/python").join(format!("{name}.txt"));
    let wanted = fs::read_to_string(&pins).with_context(|| format!("could not read {}", pins.display()))?;
    let cache = cache::folder()?;
    fs::create_dir_all(&cache).with_context(|| format!("could not create {}", cache.display()))?;
    let folder = cache.join(format!("python-{name}"));
    let _lock = cache::lock(&cache.join(format!("python-{name}.lock")), what)?;
    // The stamp is written last, so a half-finished install never has one.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(folder);
    }
    println!("installing {what} into {} (once)", folder.display());
    run_quietly(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("Python cannot make an environment (Debian: apt-get install python3-venv)")?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]);
    run_quietly(pip.arg(&pins))
        .with_context(|| format!("could not install {what}. Check the network and run this again"))?;
    fs::write(&stamp, &wanted)?;
    Ok(folder)
}
