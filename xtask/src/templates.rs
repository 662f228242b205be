//! `cargo xtask templates`: the Python of the templates and of their tests, looked at by ruff and mypy, and run.
//!
//! Both tools come from PyPI, pinned in `xtask/python/tools.txt`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::processes::run as run_program;
use crate::workspace::Workspace;
use crate::{prerequisites, python_tools};

/// What ruff looks at.
const FOLDERS: [&str; 2] = ["templates", "tests/templates"];

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    anyhow::ensure!(args.is_empty(), "templates takes nothing, not {}", args.join(" "));
    check(&Workspace::find()?)
}

/// Every check of the templates.
pub fn check(workspace: &Workspace) -> Result<()> {
    let python = prerequisites::python()?;
    let tools = python_tools::ensure(workspace, "tools", "ruff and mypy")?;
    let tool = |name: &str| {
        let mut command = Command::new(tools.join("bin").join(name));
        command.current_dir(&workspace.root);
        command
    };
    run_program(tool("ruff").args(["check", "--quiet"]).args(FOLDERS))?;
    run_program(tool("ruff").args(["format", "--check", "--quiet"]).args(FOLDERS))?;
    let mut types = tool("mypy");
    types.args(["--strict", "--scripts-are-modules", "--no-error-summary", "--python-version", "3.10", "--cache-dir"]);
    types.arg(workspace.target().join("mypy"));
    for folder in ["templates", "templates/cookbook"] {
        types.args(scripts(&workspace.root, folder)?);
    }
    run_program(&mut types)?;
    let mut tests = Command::new(&python);
    tests.current_dir(&workspace.root).env("PYTHONDONTWRITEBYTECODE", "1");
    run_program(tests.args(["-m", "unittest", "discover", "-s", "tests/templates", "-t", "tests/templates"]))
}

fn scripts(root: &Path, folder: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).with_context(|| format!("could not list {folder}"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "py") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
