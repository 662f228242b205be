//! Which release speaks for an entry, and the TT configuration that it published, wherever it stood.

use serde_json::Value;

use crate::catalog::history::compare_releases;
use crate::catalog::spec::{Release, Values};
use crate::catalog::{Entry, Pinned};

/// The release whose arguments, environment and TT configuration are used.
#[derive(Debug, Clone, PartialEq)]
pub struct Said<'a> {
    /// What it says.
    pub release: &'a Release,
    /// Its file, in words.
    pub file: String,
    /// What the reader should know about the choice.
    pub note: Option<String>,
}

/// The file of the release that the entry is pinned to where it is known, else the newest file that lists the entry.
///
/// Most entries of the newest file are pinned to older trees and lost on the way what those trees need: of the 128 vLLM
/// entries of release 0.20.0, 53 lost `num_scheduler_steps` and 42 have another `trace_region_size`.
pub fn said<'a>(entry: &'a Entry, last: &str) -> Said<'a> {
    let newest = &entry.spec.release;
    match &entry.pinned {
        Pinned::Other(release) => Said { release, file: file(&newest.version), note: None },
        Pinned::Same => Said { release: newest, file: file(last), note: None },
        Pinned::Unknown if newest.version == last => Said { release: newest, file: file(last), note: None },
        Pinned::Unknown => Said {
            release: newest,
            file: file(last),
            note: Some(format!(
                "translated from release {last}: what release {} said about these commits is not at hand, so arguments \
                 that only its file had are missing",
                newest.version
            )),
        },
    }
}

/// Name of the published file of a release.
fn file(release: &str) -> String {
    let nested = compare_releases(release, "0.11.0").is_ge();
    let name = if nested { "release_model_spec.json" } else { "model_specs_output.json" };
    format!("{name} of release {release}")
}

/// The TT configuration of an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TtConfig {
    /// Its values.
    pub values: Values,
    /// What stood beside `tt` in the published argument.
    pub others: Values,
    /// Keys of the published entry that it was read from.
    pub from: Vec<&'static str>,
    /// What could not be used.
    pub notes: Vec<String>,
}

/// Published arguments that hold the TT configuration, each with the key below which it stands in them.
const HOLDERS: [(&str, Option<&str>); 3] =
    [("override-tt-config", None), ("plugin-config", Some("tt")), ("additional-config", Some("tt"))];

/// True for arguments that hold the TT configuration.
pub fn holds_tt_config(name: &str) -> bool {
    HOLDERS.iter().any(|(holder, _)| *holder == name)
}

/// Collects the TT configuration from the object `override_tt_config` and from the arguments that repeat it as JSON text.
pub fn tt_config(release: &Release) -> TtConfig {
    let mut config = TtConfig { values: (*release.tt_config).clone(), ..TtConfig::default() };
    if !config.values.is_empty() {
        config.from.push("override_tt_config");
    }
    for (holder, below) in HOLDERS {
        let named = |key: &&String| key.replace('_', "-") == holder;
        let Some(value) = release.vllm_args.keys().find(named).and_then(|key| release.vllm_args.get(key)) else {
            continue;
        };
        let object = match value {
            Value::String(text) => serde_json::from_str::<Values>(text).ok(),
            Value::Object(object) => Some(object.clone()),
            _ => None,
        };
        let Some(mut object) = object else {
            config.notes.push(format!("{holder} of the spec file is no JSON object; it is not taken over"));
            continue;
        };
        let inner = match below {
            None => std::mem::take(&mut object),
            Some(below) => match object.remove(below) {
                Some(Value::Object(inner)) => inner,
                _ => Values::new(),
            },
        };
        for (key, value) in inner {
            if config.values.get(&key).is_some_and(|known| *known != value) {
                config
                    .notes
                    .push(format!("{key:.60?} differs between override_tt_config and {holder}; {holder} is used"));
            }
            config.values.insert(key, value);
            if !config.from.contains(&holder) {
                config.from.push(holder);
            }
        }
        config.others.extend(object);
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::Shared;
    use serde_json::json;

    fn values(value: Value) -> Shared {
        value.as_object().cloned().unwrap_or_default().into()
    }

    #[test]
    fn the_tt_config_is_found_wherever_it_stands() {
        for args in [
            json!({"override_tt_config": "{\"a\": 1}"}),
            json!({"plugin_config": "{\"tt\": {\"a\": 1}}"}),
            json!({"additional-config": {"tt": {"a": 1}}}),
        ] {
            let release = Release { vllm_args: values(args.clone()), ..Release::default() };
            assert_eq!(Value::Object(tt_config(&release).values), json!({"a": 1}), "{args}");
        }
        let release = Release {
            tt_config: values(json!({"a": 1, "b": 2})),
            vllm_args: values(json!({"additional_config": "{\"tt\": {\"a\": 3}, \"other\": 4}"})),
            ..Release::default()
        };
        let config = tt_config(&release);
        assert_eq!(Value::Object(config.values), json!({"a": 3, "b": 2}));
        assert_eq!(Value::Object(config.others), json!({"other": 4}));
        assert_eq!((config.from, config.notes.len()), (vec!["override_tt_config", "additional-config"], 1));
    }

    #[test]
    fn what_is_no_object_is_told_and_left_out() {
        let release = Release { vllm_args: values(json!({"additional_config": "[1]"})), ..Release::default() };
        let config = tt_config(&release);
        assert!(config.values.is_empty() && config.notes[0].contains("no JSON object"), "{config:?}");
    }

    #[test]
    fn the_pinned_release_speaks_when_it_is_known() {
        let release = |version: &str| Release { version: version.into(), ..Release::default() };
        let entry = |pinned| Entry {
            spec: crate::catalog::spec::ModelSpec { release: release("0.9.0"), ..Default::default() },
            pinned,
            releases: vec![0],
        };
        let other = entry(Pinned::Other(Box::new(release("0.9.0"))));
        assert_eq!(said(&other, "0.20.0").file, "model_specs_output.json of release 0.9.0");
        let same = entry(Pinned::Same);
        assert_eq!(said(&same, "0.20.0").file, "release_model_spec.json of release 0.20.0");
        let unknown = entry(Pinned::Unknown);
        assert!(said(&unknown, "0.20.0").note.unwrap().contains("translated from release 0.20.0"));
        assert_eq!(said(&unknown, "0.9.0").note, None, "the file is that of the pinned release");
    }
}
