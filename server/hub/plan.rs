//! What a download would bring: the files of a commit that are wanted, and how much of them is there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::client::Hub;
use super::disk;
use super::layout::Layout;
use super::listing::{self, Listing, RemoteFile};
use super::partial;
use super::selection::Part;
use crate::environment::weights::is_repo;
use crate::error::{Failure, FailureKind, Result};

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `owner/name`
    pub repo: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// The part of it that is read.
    pub part: Part,
    /// A folder in place of the cache.
    pub local_dir: Option<PathBuf>,
}

/// Where the files are to come from and to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What was asked for.
    pub wanted: Wanted,
    /// The commit that the revision means now.
    pub commit: String,
    /// Where it goes.
    pub layout: Layout,
    /// The wanted files, small ones first: a refusal shows before hours have passed.
    pub files: Vec<RemoteFile>,
}

/// How much of a plan is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    /// For each file of the plan: the bytes that are there, and whether it is in its place.
    pub files: Vec<(u64, bool)>,
    /// Bytes of all files; content that stands under two names counts once.
    pub total: u64,
    /// Bytes that are there.
    pub there: u64,
    /// Free bytes on that disk; none when the system does not tell.
    pub free: Option<u64>,
}

/// Asks the hub what a download would bring.
///
/// # Errors
/// When the repository cannot be read, names no files, or names them in a way that could do harm.
pub async fn plan(hub: &Hub, cache: &Path, wanted: Wanted) -> Result<Plan> {
    check(&wanted)?;
    let parts = ["api", "models"].into_iter().chain(wanted.repo.split('/')).chain(["revision", &wanted.revision]);
    let mut url = hub.url(parts);
    url.set_query(Some("blobs=true"));
    let bytes = hub.read(&url, &wanted.repo, listing::MAX_BYTES).await?;
    let Listing { commit, mut files, .. } = listing::parse(&bytes, &wanted.repo)?;
    drop(bytes);
    let keep: Vec<bool> = {
        let selected = wanted.part.select(files.iter().map(|file| file.path.as_str()));
        files.iter().map(|file| selected.contains(file.path.as_str())).collect()
    };
    let mut keep = keep.into_iter();
    files.retain(|_| keep.next().unwrap_or_default());
    if files.is_empty() {
        let why = match wanted.part {
            Part::Original => "it has no folder original/, which the pinned vLLM tree reads",
            Part::Transformers => "it has no files that an engine here reads",
        };
        let next = format!("Look at {}.", hub.page(&wanted.repo));
        return Err(Failure::new(FailureKind::Input, format!("nothing of {} is wanted", wanted.repo), why, next));
    }
    files.sort_by(|a, b| (a.bytes, &a.path).cmp(&(b.bytes, &b.path)));
    let layout = match &wanted.local_dir {
        Some(dir) => Layout::Local { dir: dir.clone(), commit: commit.clone() },
        None => Layout::cache(cache, &wanted.repo, &commit),
    };
    Ok(Plan { wanted, commit, layout, files })
}

fn check(wanted: &Wanted) -> Result<()> {
    let refused = |what: String, why: &str| {
        Err(Failure::new(FailureKind::Usage, what, why, "`tt-jukebox download --help` shows examples."))
    };
    if !is_repo(&wanted.repo) || !listing::is_revision(&wanted.repo) {
        return refused(format!("{:.200?} is no repository", wanted.repo), "it must be owner/name");
    }
    if !listing::is_revision(&wanted.revision) {
        return refused(format!("{:.200?} is no revision", wanted.revision), "it must be a branch, a tag or a commit");
    }
    Ok(())
}

impl Plan {
    /// Looks what is there.
    pub fn stock(&self) -> Stock {
        let partials = self.layout.partials();
        let mut stock =
            Stock { files: Vec::with_capacity(self.files.len()), total: 0, there: 0, free: disk::free(&partials) };
        let mut seen: HashMap<&str, u64> = HashMap::with_capacity(self.files.len());
        for file in &self.files {
            let placed = self.layout.has(file);
            let there = if placed { file.bytes } else { partial::there(&partials, file.id.name(), file.bytes).bytes() };
            stock.files.push((there, placed));
            // The same content twice: what is there of it is what is there under either name.
            let known = seen.entry(file.id.name()).or_insert_with(|| {
                stock.total += file.bytes;
                0
            });
            stock.there += there.saturating_sub(*known);
            *known = there.max(*known);
        }
        stock
    }
}

impl Stock {
    /// Bytes that are still to come.
    pub fn missing(&self) -> u64 {
        self.total - self.there
    }
}
