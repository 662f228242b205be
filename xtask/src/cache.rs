//! The folder where tools are installed once for all checkouts.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::{FlockOperation, flock};

/// The folder; `TT_JUKEBOX_DEV_CACHE` names another.
pub fn folder() -> Result<PathBuf> {
    if let Some(named) = env::var_os("TT_JUKEBOX_DEV_CACHE") {
        return Ok(std::path::absolute(named)?);
    }
    let folders = directories::ProjectDirs::from("", "", "tt-jukebox-dev")
        .context("there is no home folder; name a cache folder in TT_JUKEBOX_DEV_CACHE")?;
    Ok(folders.cache_dir().to_path_buf())
}

/// Holds the lock until the file is dropped. `what` is being installed meanwhile.
pub fn lock(path: &Path, what: &str) -> Result<File> {
    let file = File::create(path).with_context(|| format!("could not create {}", path.display()))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        println!("another task is installing {what}; waiting for it");
        flock(&file, FlockOperation::LockExclusive)?;
    }
    Ok(file)
}
