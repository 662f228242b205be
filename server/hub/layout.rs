//! Where files go: the cache of `huggingface_hub`, or a folder of the person's own with its bookkeeping in `.cache`.
//!
//! Source of both layouts: `huggingface_hub` 1.x (`file_download.py`, `_local_folder.py`).

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::hashing::digest;
use super::listing::RemoteFile;

/// Where one snapshot goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// The cache: content under its hash, and a folder for each commit with links to it.
    Cache {
        /// The cache, `…/hub`.
        hub: PathBuf,
        /// `models--owner--name`
        folder: String,
        /// The commit.
        commit: String,
    },
    /// A folder with the files themselves.
    Local {
        /// The folder.
        dir: PathBuf,
        /// The commit.
        commit: String,
    },
}

impl Layout {
    /// The place of a commit in the cache `hub`.
    pub fn cache(hub: &Path, repo: &str, commit: &str) -> Self {
        let folder = format!("models--{}", repo.replace('/', "--"));
        Self::Cache { hub: hub.to_owned(), folder, commit: commit.to_owned() }
    }

    /// The folder with the files of the model.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Cache { hub, folder, commit } => hub.join(folder).join("snapshots").join(commit),
            Self::Local { dir, .. } => dir.clone(),
        }
    }

    /// The folder for files on their way. On the same file system as their place.
    pub fn partials(&self) -> PathBuf {
        match self {
            Self::Cache { hub, folder, .. } => hub.join(folder).join("blobs"),
            Self::Local { dir, .. } => dir.join(".cache/huggingface/download"),
        }
    }

    /// The lock against a second download of the same.
    pub fn lock(&self) -> PathBuf {
        match self {
            Self::Cache { hub, folder, .. } => hub.join(".locks").join(folder).join("tt-jukebox.lock"),
            Self::Local { dir, .. } => dir.join(".cache/huggingface/tt-jukebox.lock"),
        }
    }

    /// What older releases of `huggingface_hub` have left of a file, and the lock that says whether it is still at it.
    /// Newer ones give each try a name of its own, which nobody resumes.
    pub fn leftover(&self, file: &RemoteFile) -> Option<(PathBuf, PathBuf)> {
        let Self::Cache { hub, folder, .. } = self else { return None };
        let blob = file.id.name();
        let lock = hub.join(".locks").join(folder).join(format!("{blob}.lock"));
        Some((self.partials().join(format!("{blob}.incomplete")), lock))
    }

    /// True when the file is in its place, as far as its length tells: in the cache nothing gets its name unverified,
    /// and in a local folder a note tells which content was put there.
    pub fn has(&self, file: &RemoteFile) -> bool {
        let path = self.folder().join(&file.path);
        let right = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes);
        match self {
            Self::Cache { .. } => {
                right && fs::read_link(&path).is_ok_and(|to| to.file_name().is_some_and(|name| name == file.id.name()))
            }
            Self::Local { .. } => right && self.is_noted(file),
        }
    }

    /// Puts a file into its place whose content is already here. False when it is not.
    ///
    /// # Errors
    /// When the place cannot be written to.
    pub fn adopt(&self, file: &RemoteFile) -> io::Result<bool> {
        match self {
            Self::Cache { .. } => {
                let blob = self.partials().join(file.id.name());
                let here = fs::metadata(blob).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes);
                if here {
                    self.link(file)?;
                }
                Ok(here)
            }
            Self::Local { dir, .. } => {
                let path = dir.join(&file.path);
                let same_length = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() == file.bytes);
                let same = same_length && digest(&File::open(path)?, &file.id, file.bytes)? == file.id.name();
                if same {
                    self.write_note(file)?;
                }
                Ok(same)
            }
        }
    }

    /// Moves verified bytes to their place.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn place(&self, bytes: &Path, file: &RemoteFile) -> io::Result<()> {
        match self {
            Self::Cache { .. } => {
                fs::rename(bytes, self.partials().join(file.id.name()))?;
                self.link(file)
            }
            Self::Local { dir, .. } => {
                let path = dir.join(&file.path);
                fs::create_dir_all(path.parent().unwrap_or(dir))?;
                fs::rename(bytes, path)?;
                self.write_note(file)
            }
        }
    }

    fn link(&self, file: &RemoteFile) -> io::Result<()> {
        let path = self.folder().join(&file.path);
        let up = "../".repeat(2 + file.path.matches('/').count());
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        // A link is made beside its place and moved there: nobody sees the place without one.
        let draft = self.partials().join(format!("{}.link", file.id.name()));
        let _ = fs::remove_file(&draft);
        symlink(format!("{up}blobs/{}", file.id.name()), &draft)?;
        fs::rename(draft, path)
    }

    fn note(dir: &Path, file: &RemoteFile) -> PathBuf {
        dir.join(".cache/huggingface/download").join(format!("{}.metadata", file.path))
    }

    fn write_note(&self, file: &RemoteFile) -> io::Result<()> {
        let Self::Local { dir, commit } = self else { return Ok(()) };
        let note = Self::note(dir, file);
        fs::create_dir_all(note.parent().unwrap_or(dir))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
        fs::write(note, format!("{commit}\n{}\n{now}\n", file.id.name()))
    }

    fn is_noted(&self, file: &RemoteFile) -> bool {
        let Self::Local { dir, .. } = self else { return false };
        let Ok(text) = fs::read_to_string(Self::note(dir, file)) else { return false };
        let mut lines = text.lines().skip(1);
        let same = lines.next() == Some(file.id.name());
        let noted: f64 = lines.next().and_then(|time| time.parse().ok()).unwrap_or_default();
        let changed = fs::metadata(dir.join(&file.path)).and_then(|meta| meta.modified()).ok();
        let changed =
            changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or(f64::MAX, |since| since.as_secs_f64());
        // A file that somebody has changed since is not what the note says; a second is what huggingface_hub forgives.
        same && changed <= noted + 1.0
    }

    /// Writes down which commit a branch or tag means, once its files are there: until then the older snapshot counts.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn conclude(&self, revision: &str) -> io::Result<()> {
        match self {
            Self::Cache { hub, folder, commit } => {
                if revision != commit {
                    let path = hub.join(folder).join("refs").join(revision);
                    let dir = path.parent().unwrap_or(hub);
                    fs::create_dir_all(dir)?;
                    let draft = self.partials().join("ref.draft");
                    fs::create_dir_all(self.partials())?;
                    fs::write(&draft, commit)?;
                    fs::rename(draft, path)?;
                }
                let synced = [self.partials(), self.folder()];
                synced.iter().filter(|dir| dir.is_dir()).try_for_each(|dir| File::open(dir)?.sync_all())
            }
            Self::Local { dir, .. } => {
                let ignore = dir.join(".cache/huggingface/.gitignore");
                if ignore.parent().is_some_and(Path::is_dir) && !ignore.exists() {
                    fs::write(ignore, "*")?;
                }
                File::open(dir)?.sync_all()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::listing::BlobId;

    /// `hello\n`, as git names it.
    fn hello(path: &str) -> RemoteFile {
        let id = BlobId::Git("ce013625030ba8dba906f756967f9e9ca394464a".into());
        RemoteFile { path: path.into(), bytes: 6, id }
    }

    #[test]
    fn links_lead_to_the_blobs_from_every_depth() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::cache(dir.path(), "o/M", "abc");
        fs::create_dir_all(layout.partials()).unwrap();
        let bytes = layout.partials().join("x.incomplete");
        fs::write(&bytes, "hello\n").unwrap();
        layout.place(&bytes, &hello("a/b/c.txt")).unwrap();
        assert!(layout.has(&hello("a/b/c.txt")) && !layout.has(&hello("d.txt")));
        assert!(layout.adopt(&hello("d.txt")).unwrap(), "the same content under a second name");
        assert_eq!(fs::read_to_string(dir.path().join("models--o--M/snapshots/abc/d.txt")).unwrap(), "hello\n");
        layout.conclude("refs/pr/1").unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("models--o--M/refs/refs/pr/1")).unwrap(), "abc");
    }

    #[test]
    fn a_local_file_that_was_changed_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::Local { dir: dir.path().to_owned(), commit: "abc".into() };
        let path = dir.path().join("d.txt");
        fs::write(&path, "hello\n").unwrap();
        assert!(!layout.has(&hello("d.txt")), "nobody knows what it is");
        assert!(layout.adopt(&hello("d.txt")).unwrap() && layout.has(&hello("d.txt")));
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
        assert!(!layout.has(&hello("d.txt")));
        fs::write(&path, "HELLO\n").unwrap();
        assert!(!layout.adopt(&hello("d.txt")).unwrap());
    }
}
