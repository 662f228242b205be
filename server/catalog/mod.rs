//! What can be served: entries of the published spec files of every release, bundled with the program, fetched from their
//! publisher, or read from a file or a folder.

pub mod audit;
pub mod cache;
mod child;
pub mod condensed;
pub mod history;
pub mod marks;
pub mod published;
pub mod refresh;
pub mod source;
pub mod spec;
mod trimmed;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Failure, FailureKind, Result};
use marks::Mark;
use published::Published;
use spec::{ModelSpec, Release};

/// The condensed facts that the program carries; made by `cargo xtask catalog`.
const BUNDLED: &str = include_str!("../../content/catalog.json");
/// The largest published file is 1 MB; a larger one than this is no spec file.
const MAX_BYTES: u64 = 64 << 20;

/// One entry through the releases.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What the last release it stood in says.
    pub spec: ModelSpec,
    /// What the release it is pinned to said.
    pub pinned: Pinned,
    /// The releases it stood in, as positions in [`Catalog::releases`].
    pub releases: Vec<usize>,
}

/// What the file of the release that an entry is pinned to said about its arguments.
///
/// The newest file is written in today's terms for every entry, although most are pinned to older trees.
#[derive(Debug, Clone, PartialEq)]
pub enum Pinned {
    /// Nobody knows: that file is not at hand, has not this entry, or has it with other commits.
    Unknown,
    /// The same as the newest file.
    Same,
    /// Something else, for the same commits.
    Other(Box<Release>),
}

/// An entry that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Skipped {
    /// Release of the file.
    pub release: String,
    /// Where in the file.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Every entry that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalog {
    /// Where it comes from, in words.
    pub source: String,
    /// Releases it was made of, oldest first.
    pub releases: Vec<String>,
    /// Entries.
    pub entries: Vec<Entry>,
    /// Entries that could not be read.
    pub skipped: Vec<Skipped>,
    /// Entries that are known not to work.
    pub marks: Vec<Mark>,
}

impl Catalog {
    /// The catalog that the program carries. Works without a network and without any file.
    ///
    /// # Errors
    /// When the bundled data are broken, which a test rules out.
    pub fn bundled() -> Result<Self> {
        condensed::read(BUNDLED).map_err(broken)?.with_marks()
    }

    fn with_marks(self) -> Result<Self> {
        let marks = marks::bundled().map_err(|error| broken(error.to_string()))?;
        Ok(Self { marks, ..self })
    }

    /// The same catalog with further published files in it, each with its release. A file of a release that is already
    /// in it takes that release's place.
    pub fn with_files(self, files: Vec<(String, Published)>, source: String) -> Self {
        let marks = self.marks.clone();
        Self { marks, ..history::extend(self, files, source) }
    }

    /// Reads one published spec file of any layout, or a folder of them (`release-X.Y.Z.json`, `tags/vX.Y.Z.json`).
    ///
    /// # Errors
    /// When nothing usable can be read.
    pub fn load(path: &Path) -> Result<Self> {
        history::merge(read_files(path)?, path.display().to_string()).with_marks()
    }

    /// The mark on an entry, when it is known not to work.
    pub fn mark_on(&self, entry: &Entry) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.concerns(&entry.spec))
    }

    /// The newest release in it.
    pub fn newest(&self) -> &str {
        self.releases.last().map_or("", String::as_str)
    }

    /// Names of the releases that an entry stood in.
    pub fn releases_of(&self, entry: &Entry) -> Vec<String> {
        entry.releases.iter().filter_map(|index| self.releases.get(*index).cloned()).collect()
    }

    /// True when the newest release still has the entry.
    pub fn is_current(&self, entry: &Entry) -> bool {
        entry.releases.last().is_some_and(|last| last + 1 == self.releases.len())
    }
}

/// Reads one published spec file of any layout, or a folder of them, each with its release.
///
/// # Errors
/// When nothing usable can be read.
pub fn read_files(path: &Path) -> Result<Vec<(String, Published)>> {
    let files = if path.is_dir() { release_files(path)? } else { vec![(None, path.to_owned())] };
    let mut published = Vec::new();
    for (release, file) in files {
        let text = read_text(&file)?;
        let read = published::parse(&text).map_err(|why| unreadable(&file, why))?;
        let release = release.or_else(|| read.label.clone()).unwrap_or_else(|| "unknown".into());
        published.push((release, read));
    }
    Ok(published)
}

fn broken(why: String) -> Failure {
    let what = "the model catalog that this program carries is broken";
    Failure::new(FailureKind::Internal, what, why, "Please report this.")
}

fn unreadable(file: &Path, why: impl Into<String>) -> Failure {
    Failure::new(
        FailureKind::Input,
        format!("the spec file {} could not be read", file.display()),
        why,
        "Give `--catalog` a published release_model_spec.json or model_specs_output.json, or leave it out to use the \
         catalog that this program carries.",
    )
}

fn read_text(file: &Path) -> Result<String> {
    let meta = fs::metadata(file).map_err(|error| unreadable(file, error.to_string()))?;
    if !meta.is_file() {
        return Err(unreadable(file, "it is not a regular file"));
    }
    if meta.len() > MAX_BYTES {
        return Err(unreadable(file, format!("it has {} MB, far more than any spec file", meta.len() >> 20)));
    }
    fs::read_to_string(file).map_err(|error| unreadable(file, error.to_string()))
}

/// Spec files of a folder with the release that their names tell.
fn release_files(dir: &Path) -> Result<Vec<(Option<String>, PathBuf)>> {
    let mut found = Vec::new();
    for (folder, prefix) in [(dir.to_owned(), "release-"), (dir.join("tags"), "v")] {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let release = name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(".json"));
            if let Some(release) = release.filter(|release| release.starts_with(|c: char| c.is_ascii_digit())) {
                found.push((Some(release.to_owned()), entry.path()));
            }
        }
    }
    if found.is_empty() {
        return Err(unreadable(dir, "the folder holds neither release-X.Y.Z.json nor tags/vX.Y.Z.json"));
    }
    Ok(found)
}
