//! `cargo xtask templates`: the Python of the templates and of their tests, looked at by ruff and mypy, and run.
//!
//! Both tools come from PyPI, pinned by their hashes in `xtask/python/tools.txt`, into a cache folder. `tools.in` names
//! the versions; `uv pip compile --universal --generate-hashes --python-version 3.10 --no-header --no-annotate tools.in
//! -o tools.txt` writes the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::processes::{run as run_program, run_quietly};
use crate::workspace::Workspace;
use crate::{cache, prerequisites};

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
    let tools = tools(workspace, &python)?;
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

/// Installs ruff and mypy unless that was done. Runs at the same time wait for each other.
fn tools(workspace: &Workspace, python: &Path) -> Result<PathBuf> {
    let pins = workspace.root.join("xtask/python/tools.txt");
    let wanted = fs::read_to_string(&pins).context("could not read xtask/python/tools.txt")?;
    let cache = cache::folder()?;
    fs::create_dir_all(&cache).with_context(|| format!("could not create {}", cache.display()))?;
    let folder = cache.join("python-tools");
    let _lock = cache::lock(&cache.join("python-tools.lock"), "ruff and mypy")?;
    // The stamp is written last, so a half-finished install never has one.
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(folder);
    }
    println!("installing ruff and mypy into {} (once)", folder.display());
    run_quietly(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("Python cannot make an environment (Debian: apt-get install python3-venv)")?;
    let mut pip = Command::new(folder.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--requirement"]);
    run_quietly(pip.arg(&pins)).context("could not install ruff and mypy. Check the network and run this again")?;
    fs::write(&stamp, &wanted)?;
    Ok(folder)
}
