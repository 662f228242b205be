//! One download of a repository at a time on this machine: a second one waits, and finds everything there.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use super::disk::write_failed;
use crate::error::Result;

/// How often somebody who waits looks again.
const LOOK: Duration = Duration::from_millis(100);

/// Nobody else downloads while this is held. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock in `path`; calls `waiting` once when another process holds it.
///
/// # Errors
/// When the file cannot be made.
pub async fn take(path: &Path, waiting: impl FnOnce()) -> Result<Lock> {
    let open = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        File::options().create(true).append(true).open(path)
    };
    let file = open().map_err(|error| write_failed(path, &error))?;
    let mut waiting = Some(waiting);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::Error(error)) => return Err(write_failed(path, &error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(tell) = waiting.take() {
            tell();
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// True when some process holds the lock in `path`, as `huggingface_hub` does with the lock of a blob while it writes.
pub fn is_held(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
