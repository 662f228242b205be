//! Names and words that nobody has seen before, and names that stand twice.

use std::collections::BTreeMap;

use super::{About, Past, Rule, quoted, same_flag};

/// Words of the published files up to 0.25.0, and `TOP_PERF`, which tt-inference-server defines and has not used.
const STATUSES: [&str; 4] = ["COMPLETE", "FUNCTIONAL", "EXPERIMENTAL", "TOP_PERF"];
const ENGINES: [&str; 3] = ["vLLM", "media", "forge"];
const MODEL_TYPES: [&str; 9] =
    ["LLM", "VLM", "VIDEO", "IMAGE", "AUDIO", "TEXT_TO_SPEECH", "EMBEDDING", "CNN", "TRAINING"];
const MODES: [&str; 2] = ["STRICT", "SUGGESTED"];

pub(super) fn check(past: &Past, about: &mut About<'_>) {
    let spec = about.spec;
    let release = &spec.release;
    for (key, value) in release.unknown.iter() {
        let what = format!("{} is a new key", quoted(key));
        about.remark(Rule::UnknownKey, &quoted(key), what, [None, Some(value.clone())]);
    }
    let mut words = vec![
        ("status", release.status.as_str(), &STATUSES[..]),
        ("inference_engine", &spec.engine, &ENGINES),
        ("model_type", &spec.model.model_type, &MODEL_TYPES),
    ];
    for (key, needed) in [("firmware", &release.requirements.firmware), ("kmd", &release.requirements.kmd)] {
        let mode = needed.as_ref().map(|needed| needed.mode.as_str());
        words.extend(mode.map(|mode| (key, mode, &MODES[..])));
    }
    for (key, word, known) in words {
        if !known.contains(&word) {
            let what = format!("{key} is {:?}, and not one of {}", quoted(word), known.join(", "));
            about.remark(Rule::UnknownValue, key, what, [None, Some(word.into())]);
        }
    }
    new_names(past, about);
    both_spellings(about);
}

fn new_names(past: &Past, about: &mut About<'_>) {
    // Without a past everything is new, which says nothing.
    if past.is_empty() {
        return;
    }
    let release = &about.spec.release;
    let serves = about.spec.engine == "vLLM";
    let arguments = release.vllm_args.iter().filter(|(name, _)| serves && !past.has_argument(name));
    let variables = release.env_vars.iter().filter(|(name, _)| !past.has_variable(name));
    let tt_keys = release.tt_config.iter().filter(|(name, _)| !past.has_tt_key(name));
    let all = arguments.map(|(name, value)| (Rule::NewArgument, "vllm_args", name, value));
    let all = all.chain(variables.map(|(name, value)| (Rule::NewVariable, "env_vars", name, value)));
    let all = all.chain(tt_keys.map(|(name, value)| (Rule::NewTtKey, "override_tt_config", name, value)));
    for (rule, place, name, value) in all {
        let what = format!("no earlier release here has {} in {place}", quoted(name));
        about.remark(rule, &format!("{place}.{}", quoted(name)), what, [None, Some(value.clone())]);
    }
}

fn both_spellings(about: &mut About<'_>) {
    let mut spellings: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for name in about.spec.release.vllm_args.keys() {
        spellings.entry(same_flag(name)).or_default().push(name);
    }
    for (flag, names) in spellings.into_iter().filter(|(_, names)| names.len() > 1) {
        let names: Vec<String> = names.into_iter().map(|name| quoted(name)).collect();
        let what = format!("{} are one flag of vLLM; the later one wins", names.join(" and "));
        let key = format!("vllm_args.{}", quoted(&flag));
        about.remark(Rule::BothSpellings, &key, what, [None, Some(names.into())]);
    }
}
