//! Running the cargo that started this task.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::processes::run;
use crate::workspace::Workspace;

/// Runs a cargo command in the checkout.
pub fn cargo(workspace: &Workspace, args: &[&str]) -> Result<()> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.root).args(args);
    // Cargo sets these for this task; passed on, they would describe the wrong crate to build scripts and tests.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(&name);
        }
    }
    run(&mut command)
}
