//! Which era a vLLM tree belongs to, and what the trees of that era accept. The facts are in `content/eras.json`.
//!
//! The era follows from the tree, not from the release of the spec file: the newest file describes every entry in
//! today's terms, also those that are pinned to trees of a year ago.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::catalog::history::compare_releases;
use crate::catalog::spec::Release;
use crate::environment::tree::TreeFacts;
use crate::error::{Failure, FailureKind, Result};

const BUNDLED: &str = include_str!("../../content/eras.json");
/// The virtual environment of trees whose installer came before that of their era.
const OLDER: &str = "build/python_env_vllm";

/// Who registers the TT models with vLLM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registers {
    /// `examples/offline_inference_tt.py`, and only when somebody calls it: a launcher is needed.
    Examples,
    /// The tree itself.
    Tree,
}

/// What the trees of one era accept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Era {
    /// `E1` to `E7`.
    pub id: String,
    /// Repository and range of commits, in words.
    pub trees: String,
    /// First release whose newest pins are of this era.
    from_release: String,
    /// Commits that spec files are pinned to, seven digits each.
    commits: Vec<String>,
    /// False when the era of these commits was inferred and not read.
    pub certain: bool,
    /// Who registers the models.
    pub registers: Registers,
    /// The argument that the tree reads its TT configuration from, with its hyphens.
    pub tt_config: String,
    /// True when the tree knows `num_scheduler_steps`.
    pub multi_step: bool,
    /// True when the tree heeds `VLLM_USE_V1`.
    pub use_v1: bool,
    /// Virtual environment below the checkout of tt-metal.
    pub venv: String,
    /// Commits whose installer still makes `build/python_env_vllm`.
    #[serde(default)]
    older_venv: Vec<String>,
    /// How the tree is installed, in words.
    pub installer: String,
    /// Python versions, in words.
    pub python: String,
    /// Torch, in words.
    pub torch: String,
    /// The variable that restricts the chips.
    pub chips: String,
    /// Known arguments, with hyphens, beside those of every era.
    flags: Vec<String>,
    /// Tool parsers that spec files of this era name as an argument.
    pub tool_parsers: Vec<String>,
    /// The same for reasoning parsers.
    pub reasoning_parsers: Vec<String>,
    /// Values of `MESH_DEVICE`; `(` stands for tuples such as `(4, 8)`.
    mesh: Vec<String>,
    /// How it is set up.
    pub setup: EraSetup,
    /// Where all this was read.
    pub source: String,
}

/// How the trees of one era are set up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EraSetup {
    /// Repository that its commits are looked for in: `vllm` or `vllm_plugin`.
    pub repository: String,
    /// Repository that is tried when the first has no such commit.
    #[serde(default)]
    pub or_repository: Option<String>,
    /// Versions of Python that the trees work with.
    pub python: Vec<String>,
    /// Way of installing.
    install: String,
    /// Way of installing where the virtual environment is the older one.
    #[serde(default)]
    older_install: Option<String>,
}

/// One step of a way of installing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct InstallStep {
    /// Its name.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Why it is needed.
    pub why: String,
    /// Checkout that it runs in: `metal` or `vllm`.
    #[serde(rename = "in")]
    pub checkout: String,
    /// Program and arguments.
    pub run: Vec<String>,
    /// Variables.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// File below the folder without which it is left out.
    #[serde(default)]
    pub only_if: Option<String>,
    /// What is removed first.
    #[serde(default)]
    pub fresh: Option<String>,
    /// What is there afterwards.
    #[serde(default)]
    pub product: Option<String>,
}

/// Every era.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Eras {
    flags: Vec<String>,
    installs: BTreeMap<String, Vec<InstallStep>>,
    /// Eras, oldest first.
    pub eras: Vec<Era>,
}

/// The era of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<'a> {
    /// The era.
    pub era: &'a Era,
    /// How it was found, in words.
    pub by: String,
    /// What the reader should know about that.
    pub notes: Vec<String>,
    common: &'a [String],
    installs: &'a BTreeMap<String, Vec<InstallStep>>,
    tree: Option<&'a TreeFacts>,
}

/// The table that the program carries.
///
/// # Errors
/// When it is broken, which a test rules out.
pub fn bundled() -> Result<&'static Eras> {
    static ERAS: OnceLock<std::result::Result<Eras, String>> = OnceLock::new();
    let read = || serde_json::from_str(BUNDLED).map_err(|error| error.to_string());
    ERAS.get_or_init(read).as_ref().map_err(|why| {
        let what = "the table of vLLM eras that this program carries is broken";
        Failure::new(FailureKind::Internal, what, why.clone(), "Please report this.")
    })
}

impl Eras {
    /// The era of an entry: from the checkout when there is one, else from the pinned commit, else from the release it
    /// is pinned to. None only when the table is empty.
    pub fn decide<'a>(&'a self, pinned: &Release, tree: Option<&'a TreeFacts>) -> Option<Decided<'a>> {
        let commit = pinned.vllm_commit.as_deref().unwrap_or_default();
        let decided = |era, by: String, notes| Decided {
            era,
            by,
            notes,
            common: &self.flags,
            installs: &self.installs,
            tree: None,
        };
        let by_commit = self.of_commit(commit);
        let without_tree = match by_commit {
            Some(era) if era.certain => decided(era, format!("vLLM commit {commit}, content/eras.json"), vec![]),
            Some(era) => {
                let note = format!("vLLM {commit} itself was not seen: that it is of era {} is inferred", era.id);
                decided(era, format!("vLLM commit {commit}, content/eras.json"), vec![note])
            }
            None => {
                let era = self.of_release(&pinned.version)?;
                let newest = self.eras.last().is_some_and(|last| last.id == era.id);
                let which = if newest { ", the newest one" } else { "" };
                let note = format!(
                    "vLLM {commit:.60} is in no table: it is taken for era {}{which}, since the entry is pinned to release {}",
                    era.id, pinned.version
                );
                decided(era, format!("release {}, content/eras.json", pinned.version), vec![note])
            }
        };
        let Some(tree) = tree else { return Some(without_tree) };
        let Some(era) = self.of_tree(tree) else {
            let mut decided = without_tree;
            let home = tree.home.display();
            decided.notes.push(format!("{home} is no vLLM tree for Tenstorrent that we know; it was not asked"));
            return Some(decided);
        };
        let mut notes = Vec::new();
        if let Some(pinned_era) = by_commit.filter(|pinned_era| pinned_era.certain && pinned_era.id != era.id) {
            notes.push(format!(
                "the checkout {} is of era {}, but the entry is pinned to vLLM {commit}, era {}: check that commit out",
                tree.home.display(),
                era.id,
                pinned_era.id
            ));
        }
        let by = format!("the files of the checkout {}", tree.home.display());
        Some(Decided { era, by, notes, common: &self.flags, installs: &self.installs, tree: Some(tree) })
    }

    fn of_commit(&self, commit: &str) -> Option<&Era> {
        let known = |known: &String| commit.len() >= 7 && (commit.starts_with(known.as_str()));
        self.eras.iter().find(|era| era.commits.iter().any(known))
    }

    fn of_release(&self, release: &str) -> Option<&Era> {
        let begun = |era: &&Era| compare_releases(&era.from_release, release).is_le();
        self.eras.iter().rev().find(begun).or(self.eras.first())
    }

    /// The way in which a tree is set up, by its own files alone: era, virtual environment and steps. None for a tree that
    /// we do not know.
    pub fn way_of(&self, tree: &TreeFacts) -> Option<(&str, &str, &[InstallStep])> {
        let era = self.of_tree(tree)?;
        let decided = Decided {
            era,
            by: String::new(),
            notes: Vec::new(),
            common: &self.flags,
            installs: &self.installs,
            tree: Some(tree),
        };
        let install = decided.way("");
        let venv = if decided.is_older("") { OLDER } else { &era.venv };
        Some((&era.id, venv, self.installs.get(install).map_or(&[], Vec::as_slice)))
    }

    /// Rules: what each era's trees have and the others have not.
    fn of_tree(&self, tree: &TreeFacts) -> Option<&Era> {
        let reads = |name: &str| tree.plugin_reads.contains(name);
        let id = if tree.is_plugin {
            "E7"
        } else if tree.has_plugin && reads("additional_config") {
            "E6"
        } else if tree.has_plugin && (reads("plugin_config") || tree.flags.contains("plugin-config")) {
            "E5"
        } else if tree.has_plugin {
            "E4"
        } else if tree.platform_registers && tree.flags.contains("num-scheduler-steps") {
            "E2"
        } else if tree.platform_registers {
            "E3"
        } else if tree.examples_register {
            "E1"
        } else {
            return None;
        };
        self.eras.iter().find(|era| era.id == id)
    }
}

impl Decided<'_> {
    /// Whether the tree knows an argument, given with hyphens and without the leading ones.
    pub fn knows(&self, flag: &str) -> bool {
        let listed = self.common.iter().chain(&self.era.flags).any(|known| known == flag);
        match self.tree.map(|tree| &tree.flags).filter(|flags| !flags.is_empty()) {
            // What a newer tree makes of a field that is true or false has a twin that begins with `no-`.
            Some(flags) => flags.contains(flag) || flag.strip_prefix("no-").is_some_and(|on| flags.contains(on)),
            None => listed || format!("--{flag}") == self.era.tt_config.replace('_', "-"),
        }
    }

    /// Where [`Decided::knows`] looked, in words.
    pub fn list(&self) -> String {
        match self.tree.filter(|tree| !tree.flags.is_empty()) {
            Some(tree) => format!("the argument files of {}", tree.home.display()),
            None => format!("the arguments that are proved for era {} (content/eras.json)", self.era.id),
        }
    }

    /// Whether the tree is known to have a parser of that name.
    pub fn has_parser(&self, name: &str, listed: &[String]) -> bool {
        match self.tree.map(|tree| &tree.parsers).filter(|parsers| !parsers.is_empty()) {
            Some(parsers) => parsers.contains(name),
            None => listed.iter().any(|known| known == name),
        }
    }

    /// Whether the tree is known to take this value of `MESH_DEVICE`.
    pub fn takes_mesh(&self, value: &str) -> bool {
        let value = if value.starts_with('(') { "(" } else { value };
        self.era.mesh.iter().any(|known| known == value)
    }

    /// Virtual environment below the checkout of tt-metal that the tree's installer makes.
    pub fn venv(&self, commit: &str) -> &str {
        if self.is_older(commit) { OLDER } else { &self.era.venv }
    }

    /// What follows the build of tt-metal, in order.
    pub fn install_steps(&self, commit: &str) -> &[InstallStep] {
        self.installs.get(self.way(commit)).map_or(&[], Vec::as_slice)
    }

    /// Name of the way of installing.
    fn way(&self, commit: &str) -> &str {
        let setup = &self.era.setup;
        setup.older_install.as_ref().filter(|_| self.is_older(commit)).unwrap_or(&setup.install)
    }

    /// True for a tree whose installer is the one that came before that of its era.
    fn is_older(&self, commit: &str) -> bool {
        match self.tree {
            Some(tree) => tree.has_setup_metal && !tree.has_installer,
            None => self.era.older_venv.iter().any(|known| commit.starts_with(known.as_str())),
        }
    }
}

#[cfg(test)]
mod tests;
