//! What runs on this box, and why. Pure: a question, a host and a catalog in, a ranked list with reasons out.

mod fit;
mod name;
mod rank;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::catalog::spec::ModelSpec;
use crate::catalog::{Catalog, Entry};
use crate::device::Host;
use crate::device::topology::Placement;

pub use fit::Fit;
pub use name::{EXACT, Words, nearest};

/// A question to the catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that the name or the repository must hold; none asks for everything.
    pub text: Option<String>,
    /// At most so many answers.
    pub limit: Option<usize>,
    /// True for entries of every device, also of those that this box has not.
    pub every_device: bool,
}

/// One entry that can run on this box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Match {
    /// Unique id of the entry.
    pub model_id: String,
    /// Short name.
    pub model_name: String,
    /// Repository on the Hugging Face hub.
    pub hf_model_repo: String,
    /// Device name of the entry, which can be a part of this box.
    pub device_type: String,
    /// `vLLM`, `media` or `forge`.
    pub engine: String,
    /// `LLM`, `IMAGE` …
    pub model_type: String,
    /// `COMPLETE`, `FUNCTIONAL` or `EXPERIMENTAL`.
    pub status: String,
    /// True when a published file lists it for exactly this device and calls it more than experimental.
    pub validated: bool,
    /// Longest context in tokens; null for models that have none, although the spec files give every entry one.
    pub max_context: Option<u64>,
    /// Free disk in GB that the publisher asks for.
    pub min_disk_gb: Option<f64>,
    /// Memory in GB that the publisher asks for.
    pub min_ram_gb: Option<f64>,
    /// Releases that list it, oldest first.
    pub releases: Vec<String>,
    /// Whether this host has the memory and the disk.
    pub fit: Fit,
    /// True when it can be served from a checkout on this host; false when only a container can.
    pub command: bool,
    /// Why it stands where it stands.
    pub reasons: Vec<String>,
}

/// Every entry that runs on this box and answers the question, the best first.
pub fn matches(query: &Query, host: &Host, catalog: &Catalog) -> Vec<Match> {
    let words = query.text.as_deref().map(name::Words::new);
    let mut found: Vec<(rank::Rank, &Entry, Cow<'_, Placement>)> = catalog
        .entries
        .iter()
        .filter_map(|entry| {
            // The device is asked first: it is the cheaper question and has fewer answers.
            let placement = match placement_for(&entry.spec, host) {
                Some(placement) => Cow::Borrowed(placement),
                None if query.every_device => Cow::Owned(elsewhere(&entry.spec)),
                None => return None,
            };
            let score = match &words {
                Some(words) => words.score(&entry.spec)?,
                None => 0,
            };
            Some((rank::Rank::new(score, entry, &placement, host, catalog), entry, placement))
        })
        .collect();
    found.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    found.truncate(query.limit.unwrap_or(usize::MAX));
    found.into_iter().map(|(_, entry, placement)| candidate(entry, &placement, host, catalog)).collect()
}

/// The part of this box that the entry asks for.
pub fn placement_for<'a>(spec: &ModelSpec, host: &'a Host) -> Option<&'a Placement> {
    host.placements
        .iter()
        .find(|placement| placement.device_type == spec.device_type && (!placement.vllm_only || spec.engine == "vLLM"))
}

/// Whether this host has what an entry needs, and what it lacks: memory, disk, firmware, driver, or an entry that is known
/// not to work.
pub fn verdict(entry: &Entry, host: &Host, catalog: &Catalog) -> (Fit, Vec<String>) {
    let mut reasons = Vec::new();
    if let Some(mark) = catalog.mark_on(entry) {
        let device = &entry.spec.device_type;
        reasons.push(format!("known not to work on {device}: {} ({}, {})", mark.what, mark.source, mark.date));
    }
    let fit = fit::judge(&entry.spec.release, host, &mut reasons);
    (if catalog.mark_on(entry).is_some() { Fit::No } else { fit }, reasons)
}

/// The placement of an entry that this box cannot run.
fn elsewhere(spec: &ModelSpec) -> Placement {
    Placement {
        device_type: spec.device_type.clone(),
        exact: false,
        vllm_only: false,
        reason: "not a part of this box".into(),
    }
}

fn candidate(entry: &Entry, placement: &Placement, host: &Host, catalog: &Catalog) -> Match {
    let spec = &entry.spec;
    let release = &spec.release;
    let mut reasons = Vec::new();
    if placement.exact {
        reasons.push(format!("listed for {}, which is this box", spec.device_type));
    } else {
        reasons.push(format!("listed for {}: {}", spec.device_type, placement.reason));
    }
    if !catalog.is_current(entry) {
        let last = entry.releases.last().and_then(|index| catalog.releases.get(*index)).map_or("", String::as_str);
        reasons.push(format!("not in release {} any more; last listed in {last}", catalog.newest()));
    }
    if !release.default_impl {
        reasons.push(format!("{} is not the default implementation", spec.implementation.impl_name));
    }
    let (fit, obstacles) = verdict(entry, host, catalog);
    reasons.extend(obstacles);
    let command = spec.engine == "vLLM";
    if !command {
        reasons.push(format!("the {} engine runs only as a container", spec.engine));
    }
    Match {
        model_id: spec.model_id.clone(),
        model_name: spec.model.model_name.clone(),
        hf_model_repo: spec.model.hf_model_repo.clone(),
        device_type: spec.device_type.clone(),
        engine: spec.engine.clone(),
        model_type: spec.model.model_type.clone(),
        status: release.status.clone(),
        validated: release.status != "EXPERIMENTAL" && !placement.vllm_only,
        max_context: release.max_context.filter(|_| matches!(spec.model.model_type.as_str(), "LLM" | "VLM")),
        min_disk_gb: release.min_disk_gb,
        min_ram_gb: release.min_ram_gb,
        releases: catalog.releases_of(entry),
        fit,
        command,
        reasons,
    }
}
