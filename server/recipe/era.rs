//! Which era a vLLM tree belongs to, and what the trees of that era accept. The facts are in `content/eras.json`.
//!
//! The era follows from the tree, not from the release of the spec file: the newest file describes every entry in
//! today's terms, also those that are pinned to trees of a year ago.

mod decided;
mod table;

use crate::catalog::history::compare_releases;
use crate::catalog::spec::Release;
use crate::environment::tree::TreeFacts;
pub use decided::Decided;
pub use table::{Era, EraSetup, Eras, InstallStep, Registers, bundled};

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
    pub fn way_of<'a>(&'a self, tree: &'a TreeFacts) -> Option<(&'a str, &'a str, &'a [InstallStep])> {
        let era = self.of_tree(tree)?;
        let decided = Decided {
            era,
            by: String::new(),
            notes: Vec::new(),
            common: &self.flags,
            installs: &self.installs,
            tree: Some(tree),
        };
        Some((&era.id, decided.venv(""), decided.install_steps("")))
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

#[cfg(test)]
mod tests;
