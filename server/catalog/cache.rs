//! The fetched catalog on disk: the last good files, what is known about them, and the lock between windows.
//!
//! Every file is written beside its place and moved there, so that a reader sees the old one or the new one, whole.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::published::{self, Published};
use super::{Catalog, condensed};
use crate::whole_file;

/// What is known about the cached files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Address that the newest file came from.
    pub url: String,
    /// The server's tag of it.
    pub etag: Option<String>,
    /// When a server last said what the newest file is, in seconds since 1970.
    pub checked_at: Option<u64>,
    /// When it was last tried, in seconds since 1970.
    pub tried_at: Option<u64>,
    /// Why the last try failed.
    pub trouble: Option<String>,
    /// Version of the program that merged the files; another one merges them anew.
    pub merged_by: Option<String>,
}

/// The folder of the fetched catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    dir: PathBuf,
}

/// Nobody else writes while this is held.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

const STATE: &str = "state.json";
const NEWEST: &str = "newest.json";
const MERGED: &str = "merged.json";

impl Cache {
    /// The cache in `dir`, which need not exist.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// What is known about its files; nothing when there is none or it cannot be read.
    pub fn state(&self) -> State {
        let text = fs::read_to_string(self.dir.join(STATE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Writes down what is known.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn set_state(&self, state: &State) -> io::Result<()> {
        self.write(STATE, serde_json::to_string_pretty(state)?.as_bytes())
    }

    /// All releases merged, when this version of the program has done it; else merged anew from the files that are here.
    pub fn catalog(&self, bundled: impl FnOnce() -> Option<Catalog>) -> Option<Catalog> {
        let state = self.state();
        if state.merged_by.as_deref() == Some(env!("CARGO_PKG_VERSION"))
            && let Ok(text) = fs::read_to_string(self.dir.join(MERGED))
            && let Ok(catalog) = condensed::read(&text)
        {
            return Some(catalog);
        }
        let (release, newest) = self.newest()?;
        let bundled = bundled()?;
        super::refresh::is_newer(&release, &bundled).ok()?;
        Some(self.merge(bundled, release, newest))
    }

    /// Merges the cached files into the bundled catalog.
    pub fn merge(&self, bundled: Catalog, release: String, newest: Published) -> Catalog {
        let mut files: Vec<(String, Published)> = self.tags();
        files.retain(|(tag, _)| !bundled.releases.contains(tag) && *tag != release);
        files.push((release, newest));
        bundled.with_files(files, String::new())
    }

    /// Where the newest file lies, as it was published, once there is one.
    pub fn newest_file(&self) -> PathBuf {
        self.dir.join(NEWEST)
    }

    /// The last good newest file, with its release.
    pub fn newest(&self) -> Option<(String, Published)> {
        let text = fs::read_to_string(self.newest_file()).ok()?;
        let published = published::parse(&text).ok()?;
        Some((published.label.clone()?, published))
    }

    fn tags(&self) -> Vec<(String, Published)> {
        let entries = fs::read_dir(self.dir.join("tags")).into_iter().flatten().flatten();
        let read = |path: PathBuf| {
            let release = path.file_name()?.to_str()?.strip_prefix('v')?.strip_suffix(".json")?.to_owned();
            Some((release, published::parse(&fs::read_to_string(path).ok()?).ok()?))
        };
        entries.filter_map(|entry| read(entry.path())).collect()
    }

    /// True when the file of a release is here. It stays for good: a tag does not change.
    pub fn has_tag(&self, release: &str) -> bool {
        self.tag_path(release).is_some_and(|path| path.is_file())
    }

    fn tag_path(&self, release: &str) -> Option<PathBuf> {
        is_release(release).then(|| self.dir.join("tags").join(format!("v{release}.json")))
    }

    /// Keeps the file of a release.
    ///
    /// # Errors
    /// When the folder cannot be written to, or the release is not a number.
    pub fn keep_tag(&self, release: &str, bytes: &[u8]) -> io::Result<()> {
        let name = is_release(release).then(|| format!("tags/v{release}.json"));
        self.write(&name.ok_or_else(|| io::Error::other("not a release number"))?, bytes)
    }

    /// Keeps the newest file.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn keep_newest(&self, bytes: &[u8]) -> io::Result<()> {
        self.write(NEWEST, bytes)
    }

    /// Keeps the merged catalog.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn keep_merged(&self, catalog: &Catalog) -> io::Result<()> {
        self.write(MERGED, condensed::write(catalog)?.as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        whole_file::write(&self.dir.join(name), bytes)
    }

    /// Takes the lock. None when another window holds it for all of `patience`: it is doing the same work.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn lock(&self, patience: Duration) -> io::Result<Option<Lock>> {
        fs::create_dir_all(&self.dir)?;
        let file = File::options().create(true).append(true).open(self.dir.join("lock"))?;
        let until = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Lock { _file: file })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => return Ok(None),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Where it lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// `0.25.0`, and nothing that could lead out of a folder or of an address.
pub fn is_release(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.len() <= 6 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(part)
}
