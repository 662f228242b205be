//! What the releases before the audited one said: the names that they used, and the commits of their entries.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::same_flag;
use crate::catalog::history::compare_releases;
use crate::catalog::published::Published;
use crate::catalog::spec::{ModelSpec, Release, Values};
use crate::catalog::{Catalog, Pinned};

/// Names and commits of earlier releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    arguments: BTreeSet<String>,
    variables: BTreeSet<String>,
    tt_keys: BTreeSet<String>,
    /// tt-metal and vLLM by release and entry.
    commits: BTreeMap<(String, String), (String, Option<String>)>,
}

impl Past {
    /// What the files of releases before `release` said.
    pub fn of_files(files: &[(String, Published)], release: &str) -> Self {
        let mut past = Self::default();
        let before = |of: &str| compare_releases(of, release) == Ordering::Less;
        for (of, published) in files.iter().filter(|(of, _)| before(of)) {
            for spec in &published.specs {
                past.learn(of, spec, &spec.release);
            }
        }
        past
    }

    /// What a catalog still knows of its releases: the last word on each entry, and the word of the release that it is
    /// pinned to. A name that came and went between the two is not known any more.
    pub fn of_catalog(catalog: &Catalog) -> Self {
        let mut past = Self::default();
        for entry in &catalog.entries {
            let (spec, said) = (&entry.spec, &entry.spec.release);
            match &entry.pinned {
                Pinned::Other(then) => past.learn(&said.version, spec, then),
                Pinned::Same => past.learn(&said.version, spec, said),
                Pinned::Unknown => {}
            }
            if let Some(last) = catalog.releases_of(entry).last() {
                past.learn(last, spec, said);
            }
        }
        past
    }

    /// True when an earlier release has the argument, in any spelling.
    pub(super) fn has_argument(&self, name: &str) -> bool {
        self.arguments.contains(&same_flag(name))
    }

    /// True when an earlier release has the environment variable.
    pub(super) fn has_variable(&self, name: &str) -> bool {
        self.variables.contains(name)
    }

    /// True when an earlier release has the key in its TT configuration.
    pub(super) fn has_tt_key(&self, name: &str) -> bool {
        self.tt_keys.contains(name)
    }

    /// True when nothing is known, so that everything would look new.
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.arguments.is_empty()
    }

    /// Commits of tt-metal and vLLM that a release gave an entry.
    pub(super) fn commits(&self, release: &str, model_id: &str) -> Option<&(String, Option<String>)> {
        self.commits.get(&(release.to_owned(), model_id.to_owned()))
    }

    fn learn(&mut self, of: &str, spec: &ModelSpec, said: &Release) {
        let names = |values: &Values| values.keys().cloned().collect::<Vec<_>>();
        self.arguments.extend(said.vllm_args.keys().map(|name| same_flag(name)));
        self.variables.extend(names(&said.env_vars));
        self.tt_keys.extend(names(&said.tt_config));
        let commits = (said.tt_metal_commit.clone(), said.vllm_commit.clone());
        self.commits.insert((of.to_owned(), spec.model_id.clone()), commits);
    }
}
