//! What is installed on this host: weights, and checkouts of tt-metal and vLLM. Read passively, judged with reasons.

pub mod checkout;
mod completeness;
pub mod layout;
pub mod tree;
pub mod weights;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use checkout::CheckoutFacts;
use weights::{WeightFacts, WeightState, Weights};

/// A cache on a slow or dead network disk must not hold up an answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvironmentFacts {
    /// Folders with weights of models that the catalog knows.
    pub weights: Vec<WeightFacts>,
    /// Checkout of tt-metal.
    pub metal: Option<CheckoutFacts>,
    /// Checkout of vLLM.
    pub vllm: Option<CheckoutFacts>,
    /// Environments side by side whose setup has come to its end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<PairFacts>,
    /// Why nothing could be read.
    pub trouble: Option<String>,
}

/// What was read of one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PairFacts {
    /// Its checkout of tt-metal.
    pub metal: CheckoutFacts,
    /// Its checkout of vLLM.
    pub vllm: CheckoutFacts,
}

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Folder of the Hugging Face cache.
    pub hub: PathBuf,
    /// Folder in which each model has a folder of its own; the old tt-jukebox put weights into `~/models`.
    pub models: PathBuf,
    /// Checkout of tt-metal.
    pub metal_home: PathBuf,
    /// Checkout of vLLM.
    pub vllm_home: PathBuf,
    /// Folder of the environments side by side.
    pub environments: PathBuf,
}

/// Reads what is installed, within a second.
pub fn look(places: &Places, catalog: &Catalog) -> EnvironmentFacts {
    let wanted = Wanted::of(catalog);
    let places = places.clone();
    let failed = |trouble| EnvironmentFacts { trouble: Some(trouble), ..EnvironmentFacts::default() };
    in_time(move || read(&places, &wanted)).unwrap_or_else(failed)
}

/// Looks at folders in a thread of its own, within a second: a dead network disk holds up that thread and nobody else.
///
/// # Errors
/// When they do not answer, in words.
pub fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let (send, receive) = mpsc::sync_channel(1);
    let reader = thread::Builder::new().name("environment".into());
    let started = reader.spawn(move || {
        // The asker may have given up.
        let _ = send.send(work());
    });
    started.map_err(|error| error.to_string())?;
    let late = |_| format!("the folders did not answer within {} s", PATIENCE.as_secs());
    receive.recv_timeout(PATIENCE).map_err(late)
}

/// What the catalog asks about.
struct Wanted {
    /// Repository of the weights, and short name of the model.
    models: BTreeMap<String, String>,
    /// Commits that are tags.
    tags: BTreeSet<String>,
}

impl Wanted {
    fn of(catalog: &Catalog) -> Self {
        let specs = || catalog.entries.iter().map(|entry| &entry.spec);
        let tag = |commit: &&String| !commit.chars().all(|c| c.is_ascii_hexdigit());
        Self {
            models: specs()
                .map(|spec| (spec.model.weights_repo().to_owned(), spec.model.model_name.clone()))
                .filter(|(repo, _)| weights::is_repo(repo))
                .collect(),
            tags: specs()
                .flat_map(|spec| std::iter::once(&spec.release.tt_metal_commit).chain(&spec.release.vllm_commit))
                .filter(tag)
                .cloned()
                .collect(),
        }
    }
}

fn read(places: &Places, wanted: &Wanted) -> EnvironmentFacts {
    EnvironmentFacts {
        weights: weights::read(&places.hub, &places.models, &wanted.models),
        metal: checkout::read(&places.metal_home, &wanted.tags, Path::new("build/lib")),
        vllm: checkout::read(&places.vllm_home, &BTreeSet::new(), Path::new("vllm")),
        pairs: layout::read(&places.environments, &wanted.tags),
        trouble: None,
    }
}

/// What is installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    weights: BTreeMap<String, Weights>,
    metal: Option<CheckoutFacts>,
    vllm: Option<CheckoutFacts>,
    pairs: Vec<PairFacts>,
    /// True when nothing is known, which is not the same as nothing being there.
    unknown: bool,
}

/// Makes sense of what was read. Pure.
pub fn interpret(facts: &EnvironmentFacts) -> Installed {
    let mut weights: BTreeMap<String, Weights> = BTreeMap::new();
    for found in &facts.weights {
        let judged = weights::judge(found);
        let known = weights.entry(found.repo.clone()).or_insert_with(|| judged.clone());
        if judged.state > known.state {
            *known = judged;
        }
    }
    Installed {
        weights,
        metal: facts.metal.clone(),
        vllm: facts.vllm.clone(),
        pairs: facts.pairs.clone(),
        unknown: facts.trouble.is_some(),
    }
}

impl Installed {
    /// Nothing is known about what is installed.
    pub fn unknown() -> Self {
        Self { unknown: true, ..Self::default() }
    }

    /// The weights of a repository.
    pub fn weights_of(&self, repo: &str) -> Weights {
        self.weights.get(repo).cloned().unwrap_or_else(|| Weights::of_state(self.state_of(repo)))
    }

    /// How much of the weights of a repository is there.
    pub fn state_of(&self, repo: &str) -> WeightState {
        match self.weights.get(repo) {
            Some(weights) => weights.state,
            None if self.unknown || !weights::is_repo(repo) => WeightState::Unknown,
            None => WeightState::Absent,
        }
    }

    /// GiB of the weights of a repository that are there.
    pub fn gib_of(&self, repo: &str) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "GiB for people: 53 bits are enough")]
        let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
        self.weights.get(repo).map_or(0.0, |weights| gib(weights.bytes))
    }

    /// True when the checkouts stand at these commits and are built.
    pub fn has_built(&self, metal: &str, vllm: Option<&str>) -> bool {
        let stands_at = |checkout: &Option<CheckoutFacts>, commit: &str| {
            checkout.as_ref().is_some_and(|checkout| checkout.built && checkout.stands_at(commit))
        };
        let Some(vllm) = vllm else { return false };
        let pair = |pair: &PairFacts| pair.metal.stands_at(metal) && pair.vllm.stands_at(vllm);
        stands_at(&self.metal, metal) && stands_at(&self.vllm, vllm) || self.pairs.iter().any(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_answer_holds_nobody_up() {
        let begun = std::time::Instant::now();
        assert!(in_time(|| thread::sleep(Duration::from_secs(30))).unwrap_err().contains("did not answer within 1 s"));
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert_eq!(in_time(|| 7), Ok(7));
    }

    #[test]
    fn a_built_pair_is_one_at_the_commits_of_the_entry() {
        let checkout =
            |head: &str, built| Some(CheckoutFacts { head: Some(head.into()), built, ..CheckoutFacts::default() });
        let mut facts = EnvironmentFacts {
            metal: checkout("9b67e09aaaa", true),
            vllm: checkout("a91b644bbbb", true),
            ..EnvironmentFacts::default()
        };
        assert!(interpret(&facts).has_built("9b67e09", Some("a91b644")));
        assert!(!interpret(&facts).has_built("9b67e09", Some("a91b645")));
        assert!(!interpret(&facts).has_built("9b67e09", None), "an engine without vLLM is not served from checkouts");
        facts.vllm = checkout("a91b644bbbb", false);
        assert!(!interpret(&facts).has_built("9b67e09", Some("a91b644")));
        if let Some(metal) = &mut facts.metal {
            metal.tags = vec!["v0.61.1-rc1".into()];
        }
        facts.vllm = checkout("a91b644bbbb", true);
        assert!(interpret(&facts).has_built("v0.61.1-rc1", Some("a91b644")));
    }
}
