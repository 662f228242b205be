//! The extension's own scripts: install, check, lint, build, unit tests.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::prerequisites;
use crate::processes::{run, run_quietly};
use crate::workspace::Workspace;

/// Installs the packages of the lock file unless they are there already.
pub fn install(workspace: &Workspace) -> Result<()> {
    prerequisites::node()?;
    let client = workspace.client();
    let lock = fs::read_to_string(client.join("package-lock.json"))
        .context("could not read editor-client/package-lock.json")?;
    let stamp = client.join("node_modules/.installed-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("installing the client's packages");
    // Scripts stay off: none of the packages needs one, and nobody has read them.
    let mut npm = Command::new("npm");
    npm.current_dir(&client).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run_quietly(&mut npm).context("could not install the client's packages. Check the network and run this again")?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// Runs one script of `editor-client/package.json`.
pub fn script(workspace: &Workspace, name: &str) -> Result<()> {
    install(workspace)?;
    let mut npm = Command::new("npm");
    npm.current_dir(workspace.client()).args(["run", "--silent", name]);
    run(&mut npm)
}
