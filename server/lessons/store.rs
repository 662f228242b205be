//! Which steps are proved: a file for each in the state folder, so that two windows and a shell can write side by side.
//! What was proved on a simulated box counts on that box only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::error::{Failure, FailureKind, Result};
use crate::{state, whole_file};

/// More files than this are not ours.
const MAX_FILES: usize = 200;
/// A proof has some hundred bytes.
const MAX_BYTES: u64 = 64 << 10;

/// A proof of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Proved {
    /// The step.
    pub step: String,
    /// Seconds since 1970.
    pub at: u64,
    /// What was run, or what was seen.
    pub run: String,
    /// Its exit code; null when there was none.
    pub exit_code: Option<i32>,
    /// Files that were there then.
    pub files: Vec<String>,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
}

type Steps = BTreeMap<String, Proved>;

/// The folder with the proofs.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    simulated: Option<String>,
    /// What was read when the folder had this time.
    known: Mutex<Option<(SystemTime, Steps)>>,
}

impl Store {
    /// The proofs of this user, on the simulated box that is named, or on this one.
    pub fn here(simulated: Option<String>) -> Self {
        Self::new(&state::folder(), simulated)
    }

    /// The proofs below this state folder.
    pub fn new(state: &Path, simulated: Option<String>) -> Self {
        let dir = state.join("progress").join(simulated.as_deref().unwrap_or("here"));
        Self { dir, simulated, known: Mutex::default() }
    }

    /// Every step that is proved. A file that cannot be read is a step that is not proved.
    pub fn all(&self) -> Steps {
        let Some(changed) = fs::metadata(&self.dir).and_then(|folder| folder.modified()).ok() else {
            return Steps::new();
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((read_at, steps)) = &*known
            && *read_at == changed
        {
            return steps.clone();
        }
        let files = fs::read_dir(&self.dir).into_iter().flatten().flatten().take(MAX_FILES);
        let steps: Steps =
            files.filter_map(|file| read(&file.path())).map(|proved| (proved.step.clone(), proved)).collect();
        *known = Some((changed, steps.clone()));
        steps
    }

    /// Keeps a proof in place of an older one of the same step.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, proved: Proved) -> Result<()> {
        let proved = Proved { simulated: self.simulated.clone(), ..proved };
        let path = self.path(&proved.step);
        let write = || whole_file::write(&path, serde_json::to_string_pretty(&proved)?.as_bytes());
        write().map_err(|error| not_kept(&path, &error))?;
        self.forget_what_was_read();
        Ok(())
    }

    /// Forgets the proof of a step, or of all.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn reset(&self, step: Option<&str>) -> Result<()> {
        let steps: Vec<String> = match step {
            Some(step) => vec![step.to_owned()],
            None => self.all().into_keys().collect(),
        };
        for step in steps {
            let path = self.path(&step);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(not_kept(&path, &error)),
                _ => {}
            }
        }
        self.forget_what_was_read();
        Ok(())
    }

    /// The folder itself.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, step: &str) -> PathBuf {
        self.dir.join(format!("{step}.json"))
    }

    fn forget_what_was_read(&self) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn read(path: &Path) -> Option<Proved> {
    let meta = fs::metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= MAX_BYTES)?;
    let proved: Proved = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (meta.is_file() && path.file_stem()?.to_str()? == proved.step).then_some(proved)
}

fn not_kept(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("your progress could not be written to {}", path.display());
    Failure::new(FailureKind::Input, what, error.to_string(), "See that the folder can be written to.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(step: &str) -> Proved {
        Proved { step: step.into(), at: 5, run: "devices".into(), ..Proved::default() }
    }

    #[test]
    fn proofs_are_kept_across_runs_and_by_box() {
        let dir = tempfile::tempdir().unwrap();
        let store = |name: Option<&str>| Store::new(dir.path(), name.map(str::to_owned));
        let here = store(None);
        assert!(here.all().is_empty());
        here.keep(proof("a")).unwrap();
        here.keep(proof("a")).unwrap();
        store(Some("n150")).keep(proof("b")).unwrap();
        assert_eq!(store(None).all().into_keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(store(Some("n150")).all()["b"].simulated.as_deref(), Some("n150"));
        // Another process writes.
        let elsewhere = store(None);
        elsewhere.keep(proof("c")).unwrap();
        assert_eq!(here.all().len(), 2);
        elsewhere.reset(Some("a")).unwrap();
        elsewhere.reset(Some("never-proved")).unwrap();
        assert_eq!(here.all().into_keys().collect::<Vec<_>>(), ["c"]);
        here.reset(None).unwrap();
        assert!(elsewhere.all().is_empty());
        assert_eq!(store(Some("n150")).all().len(), 1);
    }

    #[test]
    fn a_broken_file_is_a_step_that_is_not_proved() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path(), None);
        store.keep(proof("a")).unwrap();
        fs::write(store.path("b"), "{").unwrap();
        fs::write(store.path("d"), r#"{"step":"another"}"#).unwrap();
        assert_eq!(store.all().into_keys().collect::<Vec<_>>(), ["a"]);
        store.keep(proof("b")).unwrap();
        assert_eq!(store.all().len(), 2);
    }
}
