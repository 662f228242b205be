//! What a run writes down: for a second window that shows the same progress, and for the person afterwards. Nothing is
//! decided by it: what is done is told by the proofs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::protocol::{ProcessId, SetupProgress};
use crate::{state, whole_file};

/// What a run writes down after each change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Journal {
    /// Version of this shape.
    pub schema: u32,
    /// The process that runs the setup.
    pub runner: Option<ProcessId>,
    /// Programs that it has started and that have not ended; each leads a process group.
    pub children: Vec<ProcessId>,
    /// How far it has come.
    pub progress: SetupProgress,
}

/// The folder of one run: journal, logs and lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateFolder(PathBuf);

/// Nobody else runs the setup while this is held. The system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "the lock is held by keeping the file open")] File);

impl StateFolder {
    /// The folder of what is named `place` below the state folder of the user.
    pub fn of(place: &str) -> Self {
        Self(state::folder().join("setup").join(place))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The log of a step.
    pub fn log(&self, step: &str) -> PathBuf {
        self.0.join("log").join(format!("{step}.log"))
    }

    /// The file with how long steps took, for all runs.
    pub fn times(&self) -> PathBuf {
        self.0.ancestors().nth(2).unwrap_or(&self.0).join("setup-times.json")
    }

    /// The journal; none before the first run, or when it cannot be read.
    pub fn journal(&self) -> Option<Journal> {
        serde_json::from_str(&fs::read_to_string(self.0.join("journal.json")).ok()?).ok()
    }

    /// Writes the journal beside its place and moves it there: a reader sees the old one or the new one, whole.
    /// `lasting` waits for the disk, so that it is there after a power cut too.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, journal: &Journal, lasting: bool) -> io::Result<()> {
        whole_file::write_with(&self.0.join("journal.json"), serde_json::to_string(journal)?.as_bytes(), None, lasting)
    }

    /// Removes the journal, where it cannot be replaced.
    pub fn forget(&self) {
        let _ = fs::remove_file(self.0.join("journal.json"));
    }

    /// Takes the lock of the run. None when somebody has it.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn lock(&self) -> io::Result<Option<Lock>> {
        lock(&self.0.join("lock"))
    }
}

/// Takes the lock in a file. None when somebody has it.
///
/// # Errors
/// When the file cannot be made.
pub fn lock(path: &Path) -> io::Result<Option<Lock>> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let file = File::options().create(true).append(true).open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_at_a_time_and_a_journal_that_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = StateFolder(dir.path().join("setup/x"));
        let lock = folder.lock().unwrap();
        assert!(lock.is_some() && folder.lock().unwrap().is_none());
        drop(lock);
        assert!(folder.lock().unwrap().is_some());
        assert_eq!(folder.journal(), None);
        let journal = Journal { schema: 1, ..Journal::default() };
        folder.write(&journal, false).unwrap();
        assert_eq!(folder.journal(), Some(journal.clone()));
        folder.write(&Journal { schema: 2, ..journal }, true).unwrap();
        assert_eq!(folder.journal().unwrap().schema, 2);
    }
}
