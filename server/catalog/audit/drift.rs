//! The newest file is written in today's terms for every entry; where the release that an entry is pinned to said
//! something else for the same commits, the older tree gets arguments that were never tried on it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::entries::TT_CARRIERS;
use super::{About, Past, Rule, as_text, pinned_to, quoted, same_flag};
use crate::catalog::spec::{Release, Values};
use crate::catalog::{Entry, Pinned};

pub(super) fn check(entry: &Entry, past: &Past, about: &mut About<'_>) {
    match &entry.pinned {
        Pinned::Same => {}
        Pinned::Unknown => unknown(entry, past, about),
        Pinned::Other(then) => drift(entry, then, about),
    }
}

/// Tells apart why nothing is known about the pinned release.
fn unknown(entry: &Entry, past: &Past, about: &mut About<'_>) {
    let (release, id) = (pinned_to(entry), &entry.spec.model_id);
    let position = about.catalog.releases.iter().position(|known| known == release);
    let Some(position) = position else {
        let what = format!("nothing here knows what release {} said", quoted(release));
        about.remark(Rule::PinnedFileMissing, "version", what, [None, Some(release.into())]);
        return;
    };
    if !entry.releases.contains(&position) {
        let what = format!("release {} does not have the entry", quoted(release));
        about.remark(Rule::NotInPinnedRelease, "version", what, [None, Some(release.into())]);
        return;
    }
    let now = &entry.spec.release;
    let what = format!("release {} has the entry with other commits", quoted(release));
    let pair = |metal: &str, vllm: Option<&str>| Value::from(vec![Value::from(metal), Value::from(vllm)]);
    let was = past.commits(release, id).map(|(metal, vllm)| pair(metal, vllm.as_deref()));
    let values = [was, Some(pair(&now.tt_metal_commit, now.vllm_commit.as_deref()))];
    about.remark(Rule::PinnedCommitsDiffer, "tt_metal_commit, vllm_commit", what, values);
}

fn drift(entry: &Entry, then: &Release, about: &mut About<'_>) {
    let now = &entry.spec.release;
    let version = quoted(pinned_to(entry));
    // Only vLLM reads these; the other engines take their environment.
    if entry.spec.engine == "vLLM" {
        compare("vllm_args", &flags(&then.vllm_args), &flags(&now.vllm_args), &version, about);
        compare("override_tt_config", &by_name(&then.tt_config), &by_name(&now.tt_config), &version, about);
        renamed(then, now, &version, about);
    }
    compare("env_vars", &by_name(&then.env_vars), &by_name(&now.env_vars), &version, about);
}

type Named<'a> = BTreeMap<String, (&'a str, &'a Value)>;

fn by_name(values: &Values) -> Named<'_> {
    values.iter().map(|(name, value)| (name.clone(), (name.as_str(), value))).collect()
}

/// Arguments but for those that carry the TT configuration, which is compared key by key.
fn flags(values: &Values) -> Named<'_> {
    let own = values.iter().filter(|(name, _)| !TT_CARRIERS.contains(&same_flag(name).as_str()));
    own.map(|(name, value)| (same_flag(name), (name.as_str(), value))).collect()
}

fn compare(place: &str, then: &Named<'_>, now: &Named<'_>, version: &str, about: &mut About<'_>) {
    for (flag, (name, was)) in then {
        let key = format!("{place}.{}", quoted(name));
        match now.get(flag).map(|(_, value)| *value) {
            None => {
                let what = format!("release {version} has {key} = {}, the newest has not", quoted(&as_text(was)));
                about.remark(Rule::DriftLost, &key, what, [Some((*was).clone()), None]);
            }
            Some(value) if value != *was => {
                let values = [Some((*was).clone()), Some(value.clone())];
                let (rule, how) = if as_text(value) == as_text(was) {
                    (Rule::DriftRetyped, "in another JSON type")
                } else {
                    (Rule::DriftChanged, "with another value")
                };
                let [was, value] = [was, &value].map(|value| quoted(&as_text(value)));
                let what = format!("release {version} has {key} {how}: {was}, now {value}");
                about.remark(rule, &key, what, values);
            }
            Some(_) => {}
        }
    }
    for (_, (name, value)) in now.iter().filter(|(flag, _)| !then.contains_key(*flag)) {
        let key = format!("{place}.{}", quoted(name));
        let what = format!("release {version} has no {key}, the newest has {}", quoted(&as_text(value)));
        about.remark(Rule::DriftGained, &key, what, [None, Some((*value).clone())]);
    }
}

/// A tree reads the TT configuration from one argument only, and drops another one without a word.
fn renamed(then: &Release, now: &Release, version: &str, about: &mut About<'_>) {
    let carriers = |args: &Map<String, Value>| -> Vec<&'static str> {
        TT_CARRIERS.into_iter().filter(|name| args.keys().any(|key| same_flag(key) == **name)).collect()
    };
    let (was, now_carriers) = (carriers(&then.vllm_args), carriers(&now.vllm_args));
    if !now.tt_config.is_empty() && was != now_carriers {
        let what = format!("release {version} passes the TT configuration by {}", names(&was));
        let key = format!("vllm_args.{}", names(&now_carriers));
        about.remark(Rule::DriftRenamed, &key, what, [Some(was.into()), Some(now_carriers.into())]);
    }
}

fn names(carriers: &[&'static str]) -> String {
    if carriers.is_empty() { "none".to_owned() } else { carriers.join("+") }
}
