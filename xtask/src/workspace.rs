//! Where things are in this checkout, and what this host is called.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

/// The checkout this task was built from.
pub struct Workspace {
    /// The folder that holds the root `Cargo.toml`.
    pub root: PathBuf,
}

impl Workspace {
    /// Finds the checkout: cargo names the running crate's folder, which may have moved since it was built.
    pub fn find() -> Result<Self> {
        let crate_dir = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = crate_dir.parent().context("xtask has no parent folder")?.to_path_buf();
        Ok(Self { root })
    }

    /// The extension's folder.
    pub fn client(&self) -> PathBuf {
        self.root.join("editor-client")
    }

    /// Where cargo and these tasks put what they make.
    pub fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }

    /// The release build of the sidecar.
    pub fn sidecar(&self) -> PathBuf {
        self.target().join("release").join(format!("tt-jukebox{}", std::env::consts::EXE_SUFFIX))
    }

    /// The package for this host.
    pub fn vsix(&self) -> Result<PathBuf> {
        let name = format!("tt-jukebox-{}-{}.vsix", vscode_target()?, self.version()?);
        Ok(self.target().join(name))
    }

    /// The extension's version, which is also the sidecar's.
    pub fn version(&self) -> Result<String> {
        let manifest = self.client().join("package.json");
        let text = fs::read_to_string(&manifest).with_context(|| format!("could not read {}", manifest.display()))?;
        let json: serde_json::Value = serde_json::from_str(&text)?;
        let version = json["version"].as_str().context("editor-client/package.json has no version")?;
        Ok(version.to_owned())
    }
}

/// What VS Code calls this host in platform-specific packages.
pub fn vscode_target() -> Result<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (os, arch) => bail!("there is no package for {os} on {arch}"),
    })
}

/// The newest change among `paths`, folders with all they hold; missing ones do not count.
pub fn newest_change(paths: &[PathBuf]) -> Result<Option<SystemTime>> {
    let mut newest = None;
    for path in paths {
        walk(path, &mut |entry| newest = newest.max(entry.modified().ok()))?;
    }
    Ok(newest)
}

/// How many bytes a folder holds.
pub fn size_of(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    walk(folder, &mut |entry| sum += entry.len())?;
    Ok(sum)
}

/// A size as people read it.
pub fn megabytes(bytes: u64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "one decimal place is printed")]
    let megabytes = bytes as f64 / (1024.0 * 1024.0);
    format!("{megabytes:.1} MB")
}

fn walk(path: &Path, visit: &mut impl FnMut(&fs::Metadata)) -> Result<()> {
    let Ok(entry) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if entry.is_dir() {
        for child in fs::read_dir(path).with_context(|| format!("could not list {}", path.display()))? {
            walk(&child?.path(), visit)?;
        }
    } else {
        visit(&entry);
    }
    Ok(())
}
