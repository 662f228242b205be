//! A file that is on its way: its bytes under a name of their own, and beside them a note of which of them are there.
//!
//! Both names differ from those of `huggingface_hub`, which takes the length of its `.incomplete` file for the number of
//! bytes that are there: ours has gaps, since its parts come side by side.
//!
//! The note outlives a killed process, for what was written stays in the memory of the system. It does not outlive a
//! crash of the system; of another boot only what was forced to the disk counts. The hash of the whole file has the last
//! word in any case.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::disk::write_failed;
use super::ranges::Ranges;
use crate::error::Result;

/// How often the note is written; what comes in between is fetched again after a kill.
const RECORD: Duration = Duration::from_millis(100);

/// Ending of the bytes. `.incomplete` is what programs look for that count unfinished downloads.
pub const BYTES: &str = "jukebox.incomplete";
/// Ending of the note.
pub const NOTE: &str = "jukebox.ranges";
/// Ending of a note that is being written.
const DRAFT: &str = "jukebox.draft";

/// The note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Note {
    /// Length of the whole file.
    bytes: u64,
    /// The boot of the system in which it was written.
    boot: String,
    /// What was written.
    written: Ranges,
    /// What was forced to the disk.
    synced: Ranges,
}

/// What is known about the bytes, shared with whoever forces them to the disk.
#[derive(Debug)]
pub struct Progress {
    note: Note,
    recorded: Instant,
}

/// A file on its way.
#[derive(Debug)]
pub struct Partial {
    file: File,
    path: PathBuf,
    note: PathBuf,
    progress: Arc<Mutex<Progress>>,
    done: bool,
}

fn locked(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The boot of the system.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned()).unwrap_or_default()
}

/// What of a file of `bytes` bytes is there in `dir`, without touching it.
pub fn there(dir: &Path, blob: &str, bytes: u64) -> Ranges {
    let note = read_note(&dir.join(format!("{blob}.{NOTE}")), bytes);
    let length = fs::metadata(dir.join(format!("{blob}.{BYTES}"))).map_or(0, |meta| meta.len());
    note.filter(|known| known.fits(length)).unwrap_or_default()
}

/// Removes what is left beside a file that has its name: a run can be killed before it has forgotten its note.
pub fn forget(dir: &Path, blob: &str) {
    for ending in [BYTES, NOTE, DRAFT] {
        let _ = fs::remove_file(dir.join(format!("{blob}.{ending}")));
    }
}

fn read_note(path: &Path, bytes: u64) -> Option<Ranges> {
    let note: Note = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let known = if !note.boot.is_empty() && note.boot == boot() { note.written } else { note.synced };
    (note.bytes == bytes && known.fits(bytes)).then_some(known)
}

impl Partial {
    /// Opens the bytes of `blob` in `dir`, or begins them. `leftover` is a file that another program has begun from its
    /// start and left: where we have nothing, its bytes are taken over.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn open(dir: &Path, blob: &str, bytes: u64, leftover: Option<&Path>) -> Result<Self> {
        let (path, note) = (dir.join(format!("{blob}.{BYTES}")), dir.join(format!("{blob}.{NOTE}")));
        let open = || -> io::Result<(File, Ranges)> {
            fs::create_dir_all(dir)?;
            let mut known = there(dir, blob, bytes);
            if known.bytes() == 0
                && let Some(left) = leftover
                && let Ok(meta) = fs::symlink_metadata(left)
                && meta.is_file()
                && (1..=bytes).contains(&meta.len())
            {
                fs::rename(left, &path)?;
                known.add(0..meta.len());
            }
            let file = File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
            if known.bytes() == 0 {
                file.set_len(0)?;
            }
            Ok((file, known))
        };
        let (file, written) = open().map_err(|error| write_failed(&path, &error))?;
        let note_now = Note { bytes, boot: boot(), synced: Ranges::default(), written };
        let progress = Arc::new(Mutex::new(Progress { note: note_now, recorded: Instant::now() }));
        Ok(Self { file, path, note, progress, done: false })
    }

    /// Writes bytes to their place.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            let place = at + done as u64;
            // A disk that fills takes a part first, and that part counts.
            match self.file.write_at(&bytes[done..], place) {
                Ok(0) => return Err(write_failed(&self.path, &io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    locked(&self.progress).note.written.add(place..place + written as u64);
                    done += written;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(write_failed(&self.path, &error)),
            }
        }
        let mut progress = locked(&self.progress);
        if progress.recorded.elapsed() >= RECORD {
            progress.recorded = Instant::now();
            self.record(&progress.note);
        }
        Ok(())
    }

    /// The note only saves work: a disk that does not take it will refuse the bytes as well.
    fn record(&self, note: &Note) {
        let draft = self.note.with_extension("draft");
        if let Ok(text) = serde_json::to_string(note)
            && fs::write(&draft, text).is_ok()
        {
            let _ = fs::rename(&draft, &self.note);
        }
    }

    /// What is there.
    pub fn written(&self) -> Ranges {
        locked(&self.progress).note.written.clone()
    }

    /// What is missing, in pieces of at most `piece` bytes.
    pub fn missing(&self, bytes: u64, piece: u64) -> Vec<Range<u64>> {
        locked(&self.progress).note.written.missing(bytes, piece)
    }

    /// A second handle, for whoever hashes.
    ///
    /// # Errors
    /// When the process has no more handles.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    /// What is known, for whoever forces bytes to the disk.
    pub fn progress(&self) -> Arc<Mutex<Progress>> {
        Arc::clone(&self.progress)
    }

    /// Hands the bytes over under their path: from now on they are somebody else's.
    ///
    /// # Errors
    /// When they cannot be forced to the disk, or `place` cannot put them where they belong.
    pub fn finish(mut self, place: impl FnOnce(&Path) -> io::Result<()>) -> Result<()> {
        let placed = self.file.sync_all().and_then(|()| place(&self.path));
        placed.map_err(|error| write_failed(&self.path, &error))?;
        self.done = true;
        let _ = fs::remove_file(&self.note);
        Ok(())
    }

    /// Throws the bytes away.
    pub fn discard(mut self) {
        self.done = true;
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.note);
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done {
            let progress = locked(&self.progress);
            self.record(&progress.note);
        }
    }
}

/// Forces what is written to the disk, so that it counts after a crash of the system too.
///
/// # Errors
/// When the disk fails.
pub fn sync(file: &File, progress: &Mutex<Progress>) -> io::Result<()> {
    let written = locked(progress).note.written.clone();
    file.sync_data()?;
    locked(progress).note.synced = written;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_there_again() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Partial::open(dir.path(), "abc", 100, None).unwrap();
        let partial = open();
        partial.write(40, &[1; 10]).unwrap();
        drop(partial);
        assert_eq!(Vec::from(there(dir.path(), "abc", 100)), [(40, 50)]);
        assert_eq!(open().missing(100, 60), [0..40, 50..100]);
        assert_eq!(there(dir.path(), "abc", 99).bytes(), 0, "another length is another file");
        let note = dir.path().join(format!("abc.{NOTE}"));
        let text = fs::read_to_string(&note).unwrap();
        fs::write(&note, text.replace(&boot(), "another boot")).unwrap();
        assert_eq!(there(dir.path(), "abc", 100).bytes(), 0, "what was never forced to the disk does not count");
        let partial = open();
        partial.write(0, &[1; 10]).unwrap();
        sync(&partial.file, &partial.progress).unwrap();
        drop(partial);
        let text = fs::read_to_string(&note).unwrap();
        fs::write(&note, text.replace(&boot(), "another boot")).unwrap();
        assert_eq!(there(dir.path(), "abc", 100).bytes(), 10);
        fs::write(dir.path().join(format!("abc.{BYTES}")), "short").unwrap();
        assert_eq!(there(dir.path(), "abc", 100).bytes(), 0, "a note on bytes that are gone is void");
        open().discard();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_leftover_is_taken_when_it_can_be_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join("abc.incomplete");
        for (length, taken) in [(0, false), (60, true), (100, true), (101, false)] {
            fs::write(&left, vec![7; length]).unwrap();
            let partial = Partial::open(dir.path(), "abc", 100, Some(&left)).unwrap();
            assert_eq!((partial.written().prefix() > 0, left.exists()), (taken, !taken), "{length}");
            partial.discard();
        }
    }
}
