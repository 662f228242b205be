//! `cargo xtask package`: the sidecar and the client in one file that VS Code installs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cargo::cargo;
use crate::client;
use crate::prerequisites;
use crate::processes::run_quietly;
use crate::workspace::{Workspace, megabytes, newest_change, vscode_target};

/// What goes into the package, directly or through a build.
const SOURCES: [&str; 14] = [
    "Cargo.toml",
    "Cargo.lock",
    "server",
    "content",
    "templates",
    "LICENSE",
    "CHANGELOG.md",
    "editor-client/src",
    "editor-client/media",
    "editor-client/themes",
    "editor-client/package.json",
    "editor-client/package.nls.json",
    "editor-client/README.md",
    "editor-client/esbuild.mjs",
];

/// Runs the task.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(unknown) = args.first() {
        bail!("package takes no argument, not {unknown:?}");
    }
    make(&Workspace::find()?).map(drop)
}

/// Builds everything and writes the package.
pub fn make(workspace: &Workspace) -> Result<PathBuf> {
    // Asked before the long build, not after it.
    prerequisites::node()?;
    cargo(workspace, &["build", "--release", "--bin", "tt-jukebox"])?;
    client::script(workspace, "build")?;
    let client = workspace.client();
    place_sidecar(workspace, &client.join("bin"))?;
    let _copies = Copies::make(workspace, &["LICENSE", "CHANGELOG.md"])?;

    let vsix = workspace.vsix()?;
    let mut vsce = Command::new("node");
    vsce.current_dir(&client)
        .arg(client.join("node_modules/@vscode/vsce/vsce"))
        .args(["package", "--no-dependencies", "--allow-missing-repository", "--target", vscode_target()?])
        .arg("--out")
        .arg(&vsix);
    run_quietly(&mut vsce).context("could not write the package")?;
    println!("{}: {}", vsix.display(), megabytes(fs::metadata(&vsix)?.len()));
    Ok(vsix)
}

/// The package for this host, made again only when something in it changed.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let vsix = workspace.vsix()?;
    let sources: Vec<PathBuf> = SOURCES.iter().map(|source| workspace.root.join(source)).collect();
    let packaged = fs::metadata(&vsix).and_then(|entry| entry.modified()).ok();
    if packaged.is_some() && packaged > newest_change(&sources)? && workspace.sidecar().is_file() {
        println!("{} is up to date", vsix.display());
        return Ok(vsix);
    }
    make(workspace)
}

/// Copies the sidecar beside the client: written under another name first, because the old one may be running.
fn place_sidecar(workspace: &Workspace, folder: &Path) -> Result<()> {
    let sidecar = workspace.sidecar();
    let name = sidecar.file_name().context("the sidecar has no file name")?;
    fs::create_dir_all(folder)?;
    let fresh = folder.join(".fresh");
    fs::copy(&sidecar, &fresh).with_context(|| format!("could not copy {}", sidecar.display()))?;
    fs::rename(&fresh, folder.join(name))?;
    Ok(())
}

/// Files of the project's root that the package needs beside the client; taken away again afterwards.
struct Copies(Vec<PathBuf>);

impl Copies {
    fn make(workspace: &Workspace, names: &[&str]) -> Result<Self> {
        let mut copies = Self(Vec::new());
        for name in names {
            let (from, to) = (workspace.root.join(name), workspace.client().join(name));
            fs::copy(&from, &to).with_context(|| format!("could not copy {}", from.display()))?;
            copies.0.push(to);
        }
        Ok(copies)
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        for copy in &self.0 {
            // Left behind, it is stale at worst: the next package writes it again.
            let _left = fs::remove_file(copy);
        }
    }
}
