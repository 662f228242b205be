//! What one entry says against itself, and what is missing in it or beside it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{About, Remark, Rule, as_text, quoted};
use crate::catalog::Catalog;
use crate::catalog::spec::{ModelSpec, Release, Values};

/// Arguments that have carried the TT configuration as JSON text, by the age of vLLM.
pub(super) const TT_CARRIERS: [&str; 3] = ["override_tt_config", "plugin_config", "additional_config"];

/// What vLLM takes where an entry says nothing.
const USUAL_BLOCK: u64 = 64;

pub(super) fn check(about: &mut About<'_>) {
    let spec = about.spec;
    let release = &spec.release;
    let (serves, commit) = (spec.engine == "vLLM", release.vllm_commit.as_deref());
    match (serves, commit) {
        (true, None) => {
            let what = "the engine is vLLM, and vllm_commit is null".to_owned();
            about.remark(Rule::NoVllmCommit, "vllm_commit", what, [None, Some(Value::Null)]);
        }
        (false, Some(commit)) => {
            let what = format!("the engine is {}, and there is a vllm_commit", quoted(&spec.engine));
            about.remark(Rule::NeedlessVllmCommit, "vllm_commit", what, [None, Some(commit.into())]);
        }
        _ => {}
    }
    for (key, value) in [("min_disk_gb", release.min_disk_gb), ("min_ram_gb", release.min_ram_gb)] {
        if value.is_none() {
            about.remark(Rule::NotPublished, key, format!("{key} is null"), [None, Some(Value::Null)]);
        }
    }
    // The other engines carry arguments of vLLM and do not read them.
    if serves {
        context(release, about);
        tt_config(release, about);
    }
}

fn context(release: &Release, about: &mut About<'_>) {
    let argument = |name: &str| whole(release.vllm_args.get(name)?);
    let block = argument("block_size").unwrap_or(USUAL_BLOCK);
    let length = argument("max_model_len");
    for (key, tokens) in [("max_context", release.max_context), ("vllm_args.max_model_len", length)] {
        if let Some(tokens) = tokens.filter(|tokens| block == 0 || tokens % block != 0) {
            let what = format!("{key} {tokens} is not a multiple of the block size {block}");
            about.remark(Rule::ContextNotAligned, key, what, [None, Some(tokens.into())]);
        }
    }
    if let (Some(context), Some(length)) = (release.max_context, length)
        && context != length
    {
        let what = format!("max_model_len is {length}, and max_context is {context}");
        let values = [Some(context.into()), Some(length.into())];
        about.remark(Rule::ContextDiffers, "vllm_args.max_model_len", what, values);
    }
}

fn tt_config(release: &Release, about: &mut About<'_>) {
    for (name, carried) in carried(release) {
        if carried.as_ref() != Some(&release.tt_config) {
            let what = format!("{name} among the arguments does not carry the override_tt_config of the entry");
            let values = [Some((*release.tt_config).clone().into()), release.vllm_args.get(name).cloned()];
            about.remark(Rule::TtConfigDiffers, &format!("vllm_args.{name}"), what, values);
        }
    }
}

/// The TT configurations that stand as text among the arguments, with the name of each; none for one that is no JSON.
fn carried(release: &Release) -> impl Iterator<Item = (&'static str, Option<Values>)> {
    TT_CARRIERS.into_iter().filter_map(|name| {
        let text = as_text(release.vllm_args.get(name)?);
        let read: Option<Values> = serde_json::from_str(&text).ok();
        // The plugin's arguments hold it one level deeper, beside settings that are not ours.
        let deeper = name != "override_tt_config";
        let inner = |read: Values| match read.get("tt") {
            Some(Value::Object(tt)) => Some(tt.clone()),
            Some(_) => None,
            None => Some(Values::new()),
        };
        Some((name, if deeper { read.and_then(inner) } else { read }))
    })
}

fn whole(value: &Value) -> Option<u64> {
    as_text(value).trim().parse().ok()
}

/// A model on a device has one default implementation.
pub(super) fn check_defaults(catalog: &Catalog, remarks: &mut Vec<Remark>) {
    let mut groups: BTreeMap<(&str, &str), Vec<&ModelSpec>> = BTreeMap::new();
    for entry in catalog.entries.iter().filter(|entry| catalog.is_current(entry)) {
        let spec = &entry.spec;
        groups.entry((&spec.model.hf_model_repo, &spec.device_type)).or_default().push(spec);
    }
    for ((repo, device), specs) in groups {
        let defaults: Vec<&ModelSpec> = specs.iter().copied().filter(|spec| spec.release.default_impl).collect();
        let place = format!("{} on {}", quoted(repo), quoted(device));
        let (rule, one, what) = match (specs.as_slice(), defaults.as_slice()) {
            (_, [_]) | ([], _) => continue,
            ([one, ..], []) => (Rule::NoDefault, *one, format!("none of the {} entries of {place}", specs.len())),
            (_, [one, ..]) => (Rule::TwoDefaults, *one, format!("{} of the entries of {place}", defaults.len())),
        };
        let ids: Vec<&str> = defaults.iter().map(|spec| spec.model_id.as_str()).collect();
        let remark = Remark::new(catalog, Some(one), rule, format!("default_impl is true in {what}"));
        let key = Some("device_model_spec.default_impl".to_owned());
        remarks.push(Remark { key, now: Some(ids.into()), ..remark });
    }
}
