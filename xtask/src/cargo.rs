//! Running the cargo that started this task.

use std::env;
use std::process::Command;

use anyhow::Result;

use crate::processes::{read, run};
use crate::workspace::Workspace;

/// Runs a cargo command in the checkout.
pub fn cargo(workspace: &Workspace, args: &[&str]) -> Result<()> {
    run(for_the_checkout(&mut program(), workspace).args(args))
}

/// What a cargo command in the checkout prints.
pub fn cargo_output(workspace: &Workspace, args: &[&str]) -> Result<String> {
    read(for_the_checkout(&mut program(), workspace).args(args))
}

/// The cargo that started this task.
pub fn program() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Makes `command`, which is cargo or starts it, work on the checkout.
pub fn for_the_checkout<'a>(command: &'a mut Command, workspace: &Workspace) -> &'a mut Command {
    command.current_dir(&workspace.root);
    // Cargo sets these for this task; passed on, they would describe the wrong crate to build scripts and tests.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(&name);
        }
    }
    command
}
