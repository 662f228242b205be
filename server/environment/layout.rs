//! Environments side by side: one folder for each pair of tt-metal and vLLM, and what a setup writes down about it.
//!
//! `ROOT/PAIR/{tt-metal,vllm}` are worktrees of `ROOT/stores/*.git`; `ROOT/PAIR/.tt-jukebox` holds the record and a stamp for
//! each step whose product alone would not show that it came to its end.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::PairFacts;
use super::checkout;

/// Where one environment lies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Folder of all environments.
    pub root: PathBuf,
    /// Name of the pair.
    pub name: String,
}

/// What a setup writes down about its environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Version of this shape.
    pub schema: u32,
    /// Commit or tag of tt-metal, as the entry has it.
    pub metal: String,
    /// Commit of vLLM, as the entry has it.
    pub vllm: String,
    /// Era of the vLLM tree.
    pub era: String,
    /// Virtual environment below tt-metal.
    pub venv: String,
    /// Name of the store that the vLLM worktree belongs to.
    pub vllm_store: String,
    /// Stamps that are there once the environment is ready.
    pub stamps: Vec<String>,
}

const OWN: &str = ".tt-jukebox";
const RECORD: &str = "environment.json";
/// The link that names the environment for commands which no other fits.
const DEFAULT: &str = "default";
const STORES: &str = "stores";

impl Layout {
    /// The environment of a pair: commits by their first seven digits, so that two entries which write the same commit
    /// in another length share it.
    pub fn of_pair(root: &Path, metal: &str, vllm: &str) -> Self {
        Self { root: root.to_owned(), name: format!("{}-{}", short(metal), short(vllm)) }
    }

    /// Its folder.
    pub fn folder(&self) -> PathBuf {
        self.root.join(&self.name)
    }

    /// Its checkout of tt-metal.
    pub fn metal(&self) -> PathBuf {
        self.folder().join("tt-metal")
    }

    /// Its checkout of vLLM.
    pub fn vllm(&self) -> PathBuf {
        self.folder().join("vllm")
    }

    /// The repository that worktrees belong to.
    pub fn store(&self, name: &str) -> PathBuf {
        self.root.join(STORES).join(format!("{name}.git"))
    }

    /// The stamp of a step.
    pub fn stamp(&self, step: &str) -> PathBuf {
        self.folder().join(OWN).join(format!("{step}.done"))
    }

    /// The file with its record.
    pub fn record_file(&self) -> PathBuf {
        self.folder().join(OWN).join(RECORD)
    }

    /// Its record; none when there is no environment of that name.
    pub fn record(&self) -> Option<Record> {
        serde_json::from_str(&fs::read_to_string(self.record_file()).ok()?).ok()
    }

    /// True when every stamp of its record is there.
    pub fn is_ready(&self, record: &Record) -> bool {
        !record.stamps.is_empty()
            && record.stamps.iter().all(|step| self.stamp(step).is_file())
            && self.metal().join("build/lib").is_dir()
            && self.vllm().is_dir()
    }

    /// The link that makes an environment the usual one.
    pub fn default_link(root: &Path) -> PathBuf {
        root.join(DEFAULT)
    }
}

/// Every environment below `root`, by name.
pub fn list(root: &Path) -> Vec<(Layout, Record)> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let names: BTreeSet<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let layouts = names.into_iter().filter(|name| name != STORES && name != DEFAULT && !name.starts_with('.'));
    let layouts = layouts.map(|name| Layout { root: root.to_owned(), name });
    layouts.filter_map(|layout| layout.record().map(|record| (layout, record))).collect()
}

/// The environment that `env use` has named.
pub fn in_use(root: &Path) -> Option<Layout> {
    let target = fs::read_link(Layout::default_link(root)).ok()?;
    let name = target.file_name()?.to_str()?.to_owned();
    let layout = Layout { root: root.to_owned(), name };
    layout.folder().is_dir().then_some(layout)
}

/// Reads what stands in every environment. An environment whose setup has not come to its end is none yet.
pub fn read(root: &Path, tags: &BTreeSet<String>) -> Vec<PairFacts> {
    let ready = list(root).into_iter().filter(|(layout, record)| layout.is_ready(record));
    ready
        .filter_map(|(layout, _)| {
            Some(PairFacts {
                metal: checkout::read(&layout.metal(), tags, Path::new("build/lib"))?,
                vllm: checkout::read(&layout.vllm(), tags, Path::new(""))?,
            })
        })
        .collect()
}

/// A commit or tag as a part of a folder's name.
fn short(commit: &str) -> String {
    if commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_hexdigit()) {
        return commit.to_ascii_lowercase().chars().take(7).collect();
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '_' };
    commit.trim_start_matches('.').chars().map(plain).take(60).collect()
}

/// True for a commit or tag that can be given to git: no option, and nothing that git reads as more than a name.
pub fn is_commit(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-+/".contains(c);
    (1..=100).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(plain)
        && !text.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whole_file;

    #[test]
    fn the_same_commit_in_another_length_is_the_same_environment() {
        let name = |metal, vllm| Layout::of_pair(Path::new("/r"), metal, vllm).name;
        assert_eq!(name("9B67E09abcd", "a91b644"), "9b67e09-a91b644");
        assert_eq!(name("v0.62.0-rc33", "a91b644bbb"), "v0.62.0_rc33-a91b644");
        assert_eq!(name("../x", "y"), "_x-y");
    }

    #[test]
    fn what_git_could_misread_is_no_commit() {
        for text in ["9b67e09", "v0.62.0-rc33", "release/1.0"] {
            assert!(is_commit(text), "{text}");
        }
        for text in ["", "--upload-pack=x", "a..b", "a b", "HEAD^{tree}", "x:y", "$(id)"] {
            assert!(!is_commit(text), "{text}");
        }
    }

    #[test]
    fn only_a_whole_environment_counts() {
        let dir = tempfile::tempdir().unwrap();
        let layout = Layout::of_pair(dir.path(), "9b67e09", "a91b644");
        assert_eq!(list(dir.path()).len(), 0);
        let record = Record { stamps: vec!["metal.build".into()], ..Record::default() };
        whole_file::write(&layout.record_file(), serde_json::to_string(&record).unwrap().as_bytes()).unwrap();
        fs::create_dir_all(layout.metal().join("build/lib")).unwrap();
        fs::create_dir_all(layout.vllm()).unwrap();
        assert!(!layout.is_ready(&record));
        whole_file::write(&layout.stamp("metal.build"), b"x").unwrap();
        assert_eq!(list(dir.path()), [(layout.clone(), record.clone())]);
        assert!(layout.is_ready(&record));
        assert_eq!(in_use(dir.path()), None);
        std::os::unix::fs::symlink(&layout.name, Layout::default_link(dir.path())).unwrap();
        assert_eq!(in_use(dir.path()), Some(layout));
        assert_eq!(list(dir.path()).len(), 1, "the link is no environment of its own");
    }
}
