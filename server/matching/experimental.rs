//! Entries that are listed for another device and may run here all the same: one architecture, one machine, enough
//! memory. Nobody has validated them, so they come only when they are asked for, and say what was reduced and why.

use serde::{Deserialize, Serialize};

use crate::catalog::spec::{ModelSpec, Release, Shared};
use crate::catalog::{Entry, Pinned};
use crate::device::products::{self, Product};

/// Bytes of one parameter in memory: tt_transformers keeps weights as bfp8, one byte and a shared exponent for each 16.
const BYTES_PER_PARAMETER: f64 = 1.0625;
/// Part of the memory that must be left beside the weights, for activations, traces and the KV cache.
const LEFT_AT_LEAST: f64 = 0.15;
/// A shorter context serves nobody.
const SHORTEST_CONTEXT: u64 = 1024;
/// Block of the KV cache in tokens where the entry names none.
const USUAL_BLOCK: u64 = 64;

/// Devices with the second chip of an n300, for which alone the spec files set `WH_ARCH_YAML` to dispatch over Ethernet
/// (tt-inference-server `model_spec.py:430-506`, 11ac526e).
const ETHERNET_DISPATCH: [&str; 3] = ["N300", "T3K", "GALAXY_T3K"];

/// How an entry of another device would run here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Carried {
    /// The part of this box that it would run on.
    pub target: String,
    /// Context in tokens: a multiple of the block of the KV cache.
    pub max_context: u64,
    /// Sequences at once, at least one.
    pub max_concurrency: u64,
    /// What was reduced, and why.
    pub reduced: Vec<String>,
}

/// Takes an entry over to `target`.
///
/// # Errors
/// One sentence on what forbids it.
pub(super) fn carry(spec: &ModelSpec, target: &Product) -> Result<Carried, String> {
    let listed = &spec.device_type;
    let Some(whole) = products::find(listed) else { return Err(format!("{listed} is no Tenstorrent device")) };
    // One replica runs on a part where the entry names one; the others are copies of it.
    let source = spec.release.subdevice_type.as_deref().and_then(products::find).unwrap_or(whole);
    if whole.hosts > 1 {
        return Err(format!("{listed} is {}", whole.made_of));
    }
    if spec.engine != "vLLM" {
        return Err(format!("the container of the {} engine is made for its device alone", spec.engine));
    }
    if source.arch != target.arch {
        return Err(format!("{listed} is {:?} and {} is {:?}", source.arch, target.name, target.arch));
    }
    if is_bound(spec) {
        return Err(format!("its code, {}, is written for {listed} alone", spec.implementation.impl_name));
    }
    let replicas = whole_number(spec, "data_parallel_size").unwrap_or(1).max(1);
    let (context, users) = limits(spec, replicas)?;
    let (there, here) = (memory_of_one(source, whole, replicas), f64::from(target.dram_gb));
    if there <= here {
        return Ok(Carried {
            target: target.name.into(),
            max_context: context,
            max_concurrency: users,
            reduced: Vec::new(),
        });
    }
    let Some(billions) = billions(spec) else { return Err("its size is not published".into()) };
    let weights = billions * BYTES_PER_PARAMETER;
    if here - weights < here * LEFT_AT_LEAST {
        return Err(format!(
            "its {billions} billion parameters need about {weights:.0} GB, and {} has {here} GB on its chips",
            target.name
        ));
    }
    let ratio = ((here - weights) / (there - weights)).min(1.0);
    let block = block(spec);
    let max_context = scaled(context, ratio) / block * block;
    if max_context < SHORTEST_CONTEXT {
        return Err(format!("the memory of {} leaves a context of {max_context} tokens", target.name));
    }
    let max_concurrency = scaled(users, ratio).max(1);
    let why = format!(
        "about {:.1} GB are left beside the weights on {}, {:.1} GB on {}",
        here - weights,
        target.name,
        there - weights,
        source.name
    );
    Ok(Carried {
        target: target.name.into(),
        max_context,
        max_concurrency,
        reduced: vec![
            format!("context {max_context} instead of {context}: {why}"),
            format!("{max_concurrency} sequences at once instead of {users}, for the same reason"),
        ],
    })
}

/// The entry as one of the device that it is taken over to. What ties it to its own device is left out: mesh, mesh graph,
/// and copies of the model on parts of a larger device.
pub fn taken_over(entry: &Entry, carried: &Carried) -> Entry {
    let adapt = |release: &Release| {
        let mut release = release.clone();
        let without = |values: &Shared, keys: &[&str]| {
            let kept = values.iter().filter(|(key, _)| !keys.contains(&key.replace('-', "_").as_str()));
            Shared::new(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        release.env_vars = without(&release.env_vars, &["MESH_DEVICE", "TT_MESH_GRAPH_DESC_PATH"]);
        if !ETHERNET_DISPATCH.contains(&carried.target.as_str()) {
            release.env_vars = without(&release.env_vars, &["WH_ARCH_YAML"]);
        }
        release.vllm_args = without(&release.vllm_args, &["data_parallel_size"]);
        release.tt_config = without(&release.tt_config, &["data_parallel"]);
        release.subdevice_type = None;
        release
    };
    let spec =
        ModelSpec { device_type: carried.target.clone(), release: adapt(&entry.spec.release), ..entry.spec.clone() };
    let pinned = match &entry.pinned {
        Pinned::Other(release) => Pinned::Other(Box::new(adapt(release))),
        known => known.clone(),
    };
    Entry { spec, pinned, releases: entry.releases.clone() }
}

/// True for code that is written for one device and named after it: `llama3_70b_galaxy`, `gemma4_31b_qb2`.
pub(super) fn is_bound(spec: &ModelSpec) -> bool {
    ["galaxy", "qb2", "blackhole"].iter().any(|device| spec.implementation.impl_id.contains(device))
}

/// Billions of parameters in memory. For a mixture of experts the spec files count those that are active at once, and the
/// name has them all: 26B-A4B.
fn billions(spec: &ModelSpec) -> Option<f64> {
    let parts = spec.model.model_name.split('-');
    let named = parts.filter_map(|part| part.strip_suffix(['B', 'b'])?.parse::<f64>().ok());
    let known = named.chain(spec.model.param_count).filter(|billions| *billions > 0.0);
    known.fold(None, |most: Option<f64>, billions| Some(most.map_or(billions, |most| most.max(billions))))
}

/// Memory in GB of one copy of the model: that of the part that the entry names, else an equal share.
fn memory_of_one(part: &Product, whole: &Product, replicas: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful of copies")]
    let share = f64::from(whole.dram_gb) / replicas as f64;
    if part == whole { share } else { f64::from(part.dram_gb) }
}

/// Context and sequences of one copy.
fn limits(spec: &ModelSpec, replicas: u64) -> Result<(u64, u64), String> {
    let release = &spec.release;
    let (Some(context), Some(users)) = (release.max_context, release.max_concurrency) else {
        return Err("its limits are not published".into());
    };
    Ok((context, (users / replicas).max(1)))
}

fn block(spec: &ModelSpec) -> u64 {
    whole_number(spec, "block_size").unwrap_or(USUAL_BLOCK).max(1)
}

fn whole_number(spec: &ModelSpec, key: &str) -> Option<u64> {
    let (_, value) = spec.release.vllm_args.iter().find(|(known, _)| known.replace('-', "_") == key)?;
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn scaled(value: u64, ratio: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "tokens")]
    let scaled = (value as f64 * ratio) as u64;
    scaled
}

#[cfg(test)]
mod tests;
