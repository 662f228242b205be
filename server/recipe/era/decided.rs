//! The era of one entry, and what its tree accepts.

use std::collections::BTreeMap;

use super::table::{Era, InstallStep};
use crate::environment::tree::TreeFacts;

/// The virtual environment of trees whose installer came before that of their era.
const OLDER: &str = "build/python_env_vllm";

/// The era of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<'a> {
    /// The era.
    pub era: &'a Era,
    /// How it was found, in words.
    pub by: String,
    /// What the reader should know about that.
    pub notes: Vec<String>,
    pub(super) common: &'a [String],
    pub(super) installs: &'a BTreeMap<String, Vec<InstallStep>>,
    pub(super) tree: Option<&'a TreeFacts>,
}

impl<'a> Decided<'a> {
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
    pub fn venv(&self, commit: &str) -> &'a str {
        if self.is_older(commit) { OLDER } else { &self.era.venv }
    }

    /// What follows the build of tt-metal, in order.
    pub fn install_steps(&self, commit: &str) -> &'a [InstallStep] {
        self.installs.get(self.way(commit)).map_or(&[], Vec::as_slice)
    }

    /// Name of the way of installing.
    fn way(&self, commit: &str) -> &'a str {
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
