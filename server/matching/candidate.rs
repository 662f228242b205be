//! One entry of the answer, with its reasons.

use serde::{Deserialize, Serialize};

use super::experimental::Carried;
use super::fit::Fit;
use super::{Answer, task, verdict};
use crate::catalog::Catalog;
use crate::device::Host;
use crate::environment::Installed;
use crate::environment::weights::{WeightState, Weights};

/// How far an entry is from answering, the nearest first. It names the sections of the model picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Readiness {
    /// Weights and environment are there.
    Ready,
    /// The environment is there, the weights are not.
    NeedsDownload,
    /// The environment is not there, or nobody knows.
    NeedsSetup,
    /// Listed for another device.
    Experimental,
    /// Something that it needs is missing on this host, or it is known not to work.
    DoesNotFit,
    /// Listed for a device that this box has not.
    Elsewhere,
}

/// One entry that can run on this box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Match {
    /// Unique id of the entry.
    pub model_id: String,
    /// Short name.
    pub model_name: String,
    /// The name up to its first dash, which names the family of the model.
    pub family: String,
    /// Repository on the Hugging Face hub.
    pub hf_model_repo: String,
    /// Device name of the entry, which can be a part of this box.
    pub device_type: String,
    /// `vLLM`, `media` or `forge`.
    pub engine: String,
    /// Name of the code that serves it.
    pub implementation: String,
    /// `LLM`, `IMAGE` …
    pub model_type: String,
    /// What it is for: `chat`, `vision` …
    pub tasks: Vec<String>,
    /// `COMPLETE`, `FUNCTIONAL` or `EXPERIMENTAL`.
    pub status: String,
    /// True when a published file lists it for exactly this device and calls it more than experimental.
    pub validated: bool,
    /// Longest context in tokens; null for models that have none, although the spec files give every entry one.
    pub max_context: Option<u64>,
    /// Most sequences at once.
    pub max_concurrency: Option<u64>,
    /// Free disk in GB that the publisher asks for.
    pub min_disk_gb: Option<f64>,
    /// Memory in GB that the publisher asks for.
    pub min_ram_gb: Option<f64>,
    /// True when the newest release lists it.
    pub current: bool,
    /// Releases that list it, oldest first.
    pub releases: Vec<String>,
    /// Whether this host has the memory and the disk.
    pub fit: Fit,
    /// The weights on this host.
    pub weights: Weights,
    /// How far it is from answering.
    pub readiness: Readiness,
    /// How it would run here, for an entry of another device.
    pub experimental: Option<Carried>,
    /// True when it can be served from a checkout on this host; false when only a container can.
    pub command: bool,
    /// Why it stands where it stands.
    pub reasons: Vec<String>,
}

pub(super) fn describe(answer: &Answer<'_>, host: &Host, installed: &Installed, catalog: &Catalog) -> Match {
    let Answer { entry, placement, carried, elsewhere, .. } = answer;
    let spec = &entry.spec;
    let release = &spec.release;
    let mut reasons = Vec::new();
    if placement.exact {
        reasons.push(format!("listed for {}, which is this box", spec.device_type));
    } else {
        reasons.push(format!("listed for {}: {}", spec.device_type, placement.reason));
    }
    // What stands in the way comes first: a row shows only the beginning.
    let (fit, obstacles) = verdict(entry, host, installed, catalog);
    reasons.extend(obstacles);
    if let Some(carried) = carried {
        reasons.extend(carried.reduced.iter().cloned());
    }
    if !catalog.is_current(entry) {
        let last = entry.releases.last().and_then(|index| catalog.releases.get(*index)).map_or("", String::as_str);
        reasons.push(format!("not in release {} any more; last listed in {last}", catalog.newest()));
    }
    if !release.default_impl {
        reasons.push(format!("{} is not the default implementation", spec.implementation.impl_name));
    }
    let command = spec.engine == "vLLM";
    if !command {
        reasons.push(format!("the {} engine runs only as a container", spec.engine));
    }
    if task::is_base(spec) {
        reasons.push("a base model: it continues text and does not chat".into());
    }
    let weights = installed.weights_of(spec.model.weights_repo());
    match weights.state {
        WeightState::Partial => reasons.push(format!("its download is not whole: {}", weights.missing.join(", "))),
        WeightState::Complete => reasons.push("its weights are on this host".into()),
        WeightState::Absent | WeightState::Unknown => {}
    }
    let built = installed.has_built(&release.tt_metal_commit, release.vllm_commit.as_deref());
    if built {
        reasons.push("tt-metal and vLLM stand at its commits and are built".into());
    }
    let mut context = release.max_context.filter(|_| matches!(spec.model.model_type.as_str(), "LLM" | "VLM"));
    let mut concurrency = release.max_concurrency;
    if let Some(carried) = carried {
        (context, concurrency) = (Some(carried.max_context), Some(carried.max_concurrency));
    }
    Match {
        model_id: spec.model_id.clone(),
        model_name: spec.model.model_name.clone(),
        family: spec.model.model_name.split('-').next().unwrap_or_default().to_owned(),
        hf_model_repo: spec.model.hf_model_repo.clone(),
        device_type: spec.device_type.clone(),
        engine: spec.engine.clone(),
        implementation: spec.implementation.impl_name.clone(),
        model_type: spec.model.model_type.clone(),
        tasks: task::of(spec).into_iter().map(str::to_owned).collect(),
        status: release.status.clone(),
        validated: release.status != "EXPERIMENTAL" && !placement.vllm_only && carried.is_none(),
        max_context: context,
        max_concurrency: concurrency,
        min_disk_gb: release.min_disk_gb,
        min_ram_gb: release.min_ram_gb,
        current: catalog.is_current(entry),
        releases: catalog.releases_of(entry),
        fit,
        readiness: match (fit, carried) {
            _ if *elsewhere => Readiness::Elsewhere,
            (Fit::No, _) => Readiness::DoesNotFit,
            (_, Some(_)) => Readiness::Experimental,
            _ if !built => Readiness::NeedsSetup,
            _ if weights.state == WeightState::Complete => Readiness::Ready,
            _ => Readiness::NeedsDownload,
        },
        weights,
        experimental: carried.clone(),
        command,
        reasons,
    }
}
