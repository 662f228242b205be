//! Why an entry is not offered on this box: the one thing that is missing.

use serde::{Deserialize, Serialize};

use super::{carry_here, experimental, placement_for};
use crate::catalog::spec::ModelSpec;
use crate::catalog::{Catalog, Entry};
use crate::device::Host;
use crate::device::products;

/// An entry that this box is not offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Excluded {
    /// Unique id of the entry.
    pub model_id: String,
    /// Short name.
    pub model_name: String,
    /// Device that it is listed for.
    pub device_type: String,
    /// `vLLM`, `media` or `forge`.
    pub engine: String,
    /// `COMPLETE`, `FUNCTIONAL` or `EXPERIMENTAL`.
    pub status: String,
    /// The last release that lists it.
    pub last_release: String,
    /// What is missing, in one sentence.
    pub missing: String,
    /// True when `--experimental` offers it.
    pub experimental: bool,
}

/// Says why `entry` is not offered on `host`; none when it is.
pub fn excluded(entry: &Entry, host: &Host, catalog: &Catalog) -> Option<Excluded> {
    let spec = &entry.spec;
    if placement_for(spec, host).is_some() {
        return None;
    }
    let (missing, experimental) = missing(spec, host, catalog);
    Some(Excluded {
        model_id: spec.model_id.clone(),
        model_name: spec.model.model_name.clone(),
        device_type: spec.device_type.clone(),
        engine: spec.engine.clone(),
        status: spec.release.status.clone(),
        last_release: catalog.releases_of(entry).pop().unwrap_or_default(),
        missing,
        experimental,
    })
}

fn missing(spec: &ModelSpec, host: &Host, catalog: &Catalog) -> (String, bool) {
    let here = match (&host.product, host.boards.len()) {
        (Some(product), _) => format!("this box is {product}"),
        (None, 0) => "no device is here".to_owned(),
        (None, _) => host.product_reason.clone(),
    };
    let alike = host.placements.iter().find(|placement| placement.device_type == spec.device_type);
    if let Some(placement) = alike {
        let why = match spec.engine.as_str() {
            "vLLM" => format!("its code, {}, is written for {} alone", spec.implementation.impl_name, spec.device_type),
            engine => format!("only vLLM entries carry over, and its engine is {engine}"),
        };
        return (format!("{}; {why}", placement.reason), false);
    }
    let Some(product) = products::find(&spec.device_type) else {
        return (format!("{} is no Tenstorrent device", spec.device_type), false);
    };
    let needs = format!("needs {} ({}); {here}", product.made_of, product.name);
    // Where the model has an entry of its own, another one that might run as well is no news.
    let has_own = catalog.entries.iter().any(|other| {
        other.spec.model.hf_model_repo == spec.model.hf_model_repo && placement_for(&other.spec, host).is_some()
    });
    if has_own {
        return (needs, false);
    }
    if let Some(carried) = carry_here(spec, host) {
        return (format!("{needs}; may run as {} all the same", carried.target), true);
    }
    let targets = host.placements.iter().filter_map(|placement| products::find(&placement.device_type));
    let mut refusals = targets.filter_map(|target| experimental::carry(spec, target).err());
    match refusals.next() {
        Some(why) if product.hosts == 1 => (format!("{needs}; {why}"), false),
        _ => (needs, false),
    }
}
