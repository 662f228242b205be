//! Every vLLM entry: its era, its arguments, its TT configuration, its mesh.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tt_jukebox::catalog::{Entry, Pinned};
use tt_jukebox::recipe::Recipe;

use crate::catalogs::{self, Named};

/// The pins of each era, written down a second time and by hand: a slip in `content/eras.json` shows here.
const PINS: [(&str, &str); 6] = [
    ("E1", "5cbc982 e7c329b 35f023f 03cb300 aa4ae1e a91b644 e771fff 0edd242 48eba14 c4f2327"),
    ("E2", "6e67d2d b2894d3 3499ffa 409b1cd"),
    ("E3", "8f36910 222ee06 38dee8c 22be241 7c6685a a45c614"),
    ("E4", "7678b70"),
    ("E6", "3334377 f52987a 6b4a3a7 9bd099c 03fa3af"),
    ("E7", "a723030 be7d805 3506696 7250ddf"),
];

/// Arguments and the eras whose trees take them.
const TAKEN: [(&str, &str); 32] = [
    ("model", "E1 E2 E3 E4 E6 E7"),
    ("host", "E1 E2 E3 E4 E6 E7"),
    ("port", "E1 E2 E3 E4 E6 E7"),
    ("served-model-name", "E1 E2 E3 E4 E6 E7"),
    ("block-size", "E1 E2 E3 E4 E6 E7"),
    ("max-model-len", "E1 E2 E3 E4 E6 E7"),
    ("max-num-seqs", "E1 E2 E3 E4 E6 E7"),
    ("max-num-batched-tokens", "E1 E2 E3 E4 E6 E7"),
    ("max-log-len", "E1 E2 E3 E4 E6 E7"),
    ("seed", "E1 E2 E3 E4 E6 E7"),
    ("data-parallel-size", "E1 E2 E3 E4 E6 E7"),
    ("num-scheduler-steps", "E1 E2"),
    ("override-tt-config", "E1 E2 E3 E4"),
    ("additional-config", "E6 E7"),
    ("limit-mm-per-prompt", "E1 E2"),
    ("override-generation-config", "E1 E7"),
    ("disable-mm-preprocessor-cache", "E1 E2"),
    ("mm-processor-cache-gb", "E4 E6 E7"),
    ("async-scheduling", "E6 E7"),
    ("no-async-scheduling", "E7"),
    ("default-chat-template-kwargs", "E6 E7"),
    ("enable-auto-tool-choice", "E6 E7"),
    ("tool-call-parser", "E6 E7"),
    ("reasoning-parser", "E6 E7"),
    ("enable-chunked-prefill", "E7"),
    ("no-enable-chunked-prefill", "E7"),
    ("no-enable-prefix-caching", "E7"),
    ("hf-overrides", "E7"),
    ("generation-config", "E7"),
    ("max-logprobs", "E7"),
    ("revision tokenizer-revision long-prefill-token-threshold", "E7"),
    ("structured-outputs-config", "E7"),
];

fn flags(recipe: &Recipe) -> Vec<String> {
    let flags = recipe.args.iter().filter_map(|arg| arg.strip_prefix("--"));
    flags.map(|flag| flag.split('=').next().unwrap_or_default().replace('_', "-")).collect()
}

fn each(check: impl Fn(&Named, &Entry, &Recipe)) {
    for named in catalogs::all() {
        for entry in named.entries() {
            check(&named, entry, &named.recipe(entry));
        }
    }
}

/// The TT configuration that the release which speaks for the entry has published.
fn published_tt_config(entry: &Entry) -> Value {
    let release = match &entry.pinned {
        Pinned::Other(release) => release,
        Pinned::Same | Pinned::Unknown => &entry.spec.release,
    };
    Value::Object((*release.tt_config).clone())
}

#[test]
fn every_entry_is_of_the_era_of_its_commit() {
    for named in catalogs::all() {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for entry in named.entries() {
            let commit = entry.spec.release.vllm_commit.clone().unwrap();
            let expected = PINS.iter().find(|(_, pins)| pins.split(' ').any(|pin| commit.starts_with(pin)));
            let recipe = named.recipe(entry);
            let era = recipe.era.clone().unwrap();
            assert_eq!(Some(era.as_str()), expected.map(|(era, _)| *era), "{commit}");
            assert_eq!(recipe.launcher.is_some(), era == "E1", "{}", entry.spec.model_id);
            *counts.entry(era).or_default() += 1;
        }
        // Counted in the published files by other means than this program.
        let counts: Vec<(&str, usize)> = counts.iter().map(|(era, count)| (era.as_str(), *count)).collect();
        match named.release.as_str() {
            "0.25.0" => assert_eq!(counts, [("E1", 46), ("E2", 5), ("E3", 23), ("E4", 1), ("E6", 13), ("E7", 11)]),
            "0.20.0" => assert_eq!(counts, [("E1", 46), ("E2", 25), ("E3", 37), ("E4", 1), ("E6", 19)]),
            other => panic!("unexpected release {other}"),
        }
    }
}

#[test]
fn no_argument_is_one_that_the_pinned_tree_rejects_and_none_stands_twice() {
    each(|_, entry, recipe| {
        let era = recipe.era.as_deref().unwrap();
        let flags = flags(recipe);
        for flag in &flags {
            let row = TAKEN.iter().find(|(names, _)| names.split(' ').any(|name| name == flag));
            let eras = row.unwrap_or_else(|| panic!("{}: --{flag} is nowhere", entry.spec.model_id)).1;
            assert!(eras.split(' ').any(|taken| taken == era), "{}: --{flag} in {era}", entry.spec.model_id);
        }
        let different: BTreeSet<&String> = flags.iter().collect();
        assert_eq!(different.len(), flags.len(), "{}: {flags:?}", entry.spec.model_id);
    });
}

#[test]
fn the_tt_config_stands_whole_under_the_name_that_the_tree_reads() {
    each(|_, entry, recipe| {
        let expected = published_tt_config(entry);
        let id = &entry.spec.model_id;
        let Some(flag) = &recipe.tt_config_flag else {
            return assert_eq!(expected, serde_json::json!({}), "{id} has lost its TT configuration");
        };
        let newer = ["E6", "E7"].contains(&recipe.era.as_deref().unwrap());
        assert_eq!(flag, if newer { "--additional-config" } else { "--override_tt_config" }, "{id}");
        let at = recipe.args.iter().position(|arg| arg == flag).unwrap();
        let word = &recipe.args[at + 1];
        let value: Value = serde_json::from_str(word).unwrap();
        assert_eq!(if newer { &value["tt"] } else { &value }, &expected, "{id}");
        assert_eq!(*word, value.to_string(), "{id}: minified");
    });
}

#[test]
fn the_mesh_is_that_of_the_device() {
    each(|_, entry, recipe| {
        let mesh = recipe.env.iter().find(|variable| variable.name == "MESH_DEVICE").map(|mesh| mesh.value.as_str());
        let allowed: &[&str] = match entry.spec.device_type.as_str() {
            "N150X4" => &["N150x4"],
            "P150X4" => &["P150x4"],
            "P150X8" => &["P150x8"],
            "P300X2" => &["P300x2", "P150x4", "(1, 4)"],
            "T3K" | "GALAXY_T3K" => &["T3K"],
            "GALAXY" => &["TG", "(4, 8)"],
            "BLACKHOLE_GALAXY" => &["BH-Galaxy", "(4, 8)"],
            "DUAL_GALAXY" => &["(8,8)"],
            "QUAD_GALAXY" => &["(8,16)"],
            same => &[same],
        };
        assert!(allowed.contains(&mesh.unwrap()), "{}: {mesh:?}", entry.spec.model_id);
    });
}

#[test]
fn every_value_has_its_file_and_release() {
    each(|_, entry, recipe| {
        let named = recipe.provenance.len();
        assert_eq!(named, flags(recipe).len() + recipe.env.len(), "{}", entry.spec.model_id);
        for known in &recipe.provenance {
            assert!(!known.source.is_empty(), "{}: {}", entry.spec.model_id, known.name);
        }
        let model = recipe.provenance.iter().find(|known| known.name == "--model").unwrap();
        assert!(model.source.contains(".json of release "), "{}", model.source);
    });
}

#[test]
fn what_the_newest_file_lost_comes_back_from_the_pinned_one() {
    let Some(_) = catalogs::published() else { return };
    let named = &catalogs::with_history()[2];
    let with = |wanted: &dyn Fn(&Recipe) -> bool| named.entries().filter(|entry| wanted(&named.recipe(entry))).count();
    // 53 of 128 entries lost num_scheduler_steps in the newest file, and 11 VLLM_USE_V1.
    assert_eq!(with(&|recipe| flags(recipe).iter().any(|flag| flag == "num-scheduler-steps")), 53);
    assert_eq!(with(&|recipe| recipe.env.iter().any(|variable| variable.name == "VLLM_USE_V1")), 11);
    // 13 entries have it in a tree that rejects it.
    let published = |entry: &&Entry| entry.spec.release.vllm_args.contains_key("mm-processor-cache-gb");
    assert_eq!(named.entries().filter(published).count(), 14);
    assert_eq!(with(&|recipe| flags(recipe).iter().any(|flag| flag == "mm-processor-cache-gb")), 1);
}
