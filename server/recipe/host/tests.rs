//! The host command: program, launcher, environment, weights.

use super::*;
use crate::catalog::Pinned;
use crate::catalog::spec::{Model, Release, Shared};
use serde_json::{Value, json};

fn values(value: Value) -> Shared {
    value.as_object().cloned().unwrap_or_default().into()
}

fn entry(commit: &str, args: Value, env: Value) -> Entry {
    let release = Release {
        version: "0.9.0".into(),
        vllm_commit: Some(commit.into()),
        vllm_args: values(args),
        env_vars: values(env),
        ..Release::default()
    };
    let model = Model { hf_model_repo: "o/M".into(), model_name: "M".into(), ..Model::default() };
    let spec = ModelSpec { model, release, device_type: "N150".into(), engine: "vLLM".into(), ..ModelSpec::default() };
    Entry { spec, pinned: Pinned::Same, releases: vec![0] }
}

fn place() -> Place {
    Place {
        metal_home: "/m".into(),
        vllm_home: "/v".into(),
        scratchpad: "/s".into(),
        secrets: "/s/server.env".into(),
        host: "127.0.0.1".into(),
        port: 8000,
        ..Place::default()
    }
}

fn served(entry: &Entry, place: &Place, choices: &Choices) -> Recipe {
    host(entry, "0.9.0", place, choices).unwrap()
}

fn value<'a>(recipe: &'a Recipe, name: &str) -> Option<&'a str> {
    recipe.env.iter().find(|variable| variable.name == name).map(|variable| variable.value.as_str())
}

#[test]
fn the_oldest_era_runs_through_the_launcher_and_the_others_run_vllm() {
    let oldest = served(&entry("5cbc982", json!({}), json!({})), &place(), &Choices::default());
    assert_eq!(oldest.program, "/m/build/python_env_vllm/bin/python");
    assert_eq!(oldest.args[..2], ["/s/start-vllm-server.py", "--model"]);
    assert_eq!(oldest.launcher.as_deref(), Some("/s/start-vllm-server.py"));
    let newer = served(&entry("8f36910", json!({}), json!({})), &place(), &Choices::default());
    assert_eq!(newer.program, "/m/python_env/bin/python");
    assert_eq!(newer.args[..2], ["-m", "vllm.entrypoints.openai.api_server"]);
    assert_eq!((newer.launcher, newer.era.as_deref()), (None, Some("E3")));
    let mut afm = entry("a723030", json!({}), json!({}));
    afm.spec.model.model_name = NEVER_REGISTERED.into();
    assert!(served(&afm, &place(), &Choices::default()).launcher.is_some());
}

#[test]
fn the_python_that_exists_is_used() {
    let other = Place { pythons: vec!["/m/build/python_env_vllm/bin/python".into()], ..place() };
    let recipe = served(&entry("409b1cd", json!({}), json!({})), &other, &Choices::default());
    assert_eq!(recipe.program, "/m/build/python_env_vllm/bin/python");
}

#[test]
fn a_spec_file_does_not_choose_what_is_run() {
    let env = json!({"LD_PRELOAD": "/evil.so", "PYTHONPATH": "/evil", "TT_METAL_HOME": "/evil", "A B": "evil",
                     "VLLM_API_KEY": "evil", "TT_LLAMA_TEXT_VER": "evil", "NESTED": {"a": "evil"}});
    let recipe = served(&entry("8f36910", json!({"model": "--help"}), env), &place(), &Choices::default());
    assert_eq!(recipe.args[2], "--model=--help", "a value that looks like a flag is no flag");
    assert!(recipe.env.iter().all(|variable| !variable.value.contains("evil")), "{:?}", recipe.env);
    assert_eq!(recipe.notes.iter().filter(|note| note.contains("not taken over")).count(), 5);
}

#[test]
fn the_old_engine_switch_stays_where_it_is_heeded() {
    let env = json!({"VLLM_USE_V1": "1"});
    let old = served(&entry("5cbc982", json!({}), env.clone()), &place(), &Choices::default());
    assert_eq!(value(&old, "VLLM_USE_V1"), Some("1"));
    let new = served(&entry("8f36910", json!({}), env), &place(), &Choices::default());
    assert_eq!(value(&new, "VLLM_USE_V1"), None);
}

#[test]
fn a_local_folder_is_served_under_the_name_of_the_repository() {
    let weights = |folder: &str| Choices { weights: Some(folder.into()), ..Choices::default() };
    let entry = entry("8f36910", json!({"model": "o/M"}), json!({}));
    let local = served(&entry, &place(), &weights("/w/M"));
    assert_eq!(local.args[2..6], ["--model", "/w/M", "--served-model-name", "o/M"]);
    assert_eq!(value(&local, "HF_MODEL"), Some("/w/M"));
    let snapshot = served(&entry, &place(), &weights("/hub/models--o--M/snapshots/abc"));
    assert_eq!(value(&snapshot, "HF_MODEL"), Some("o/M"));
    assert!(served(&entry, &place(), &weights("/w/other")).notes.iter().any(|note| note.contains("name it M")));
}

#[test]
fn chips_are_restricted_by_the_variable_of_the_era() {
    let choices = Choices { chips: Some("1,0".into()), ..Choices::default() };
    let old = served(&entry("5cbc982", json!({}), json!({})), &place(), &choices);
    assert_eq!(value(&old, "TT_METAL_VISIBLE_DEVICES"), Some("0,1"));
    let new = served(&entry("a723030", json!({}), json!({})), &place(), &choices);
    assert_eq!(value(&new, "TT_VISIBLE_DEVICES"), Some("0,1"));
}

#[test]
fn an_open_server_reads_its_key_from_a_file() {
    let entry = entry("8f36910", json!({}), json!({}));
    let open = Place { host: "0.0.0.0".into(), ..place() };
    assert_eq!(host(&entry, "0.9.0", &open, &Choices::default()).unwrap_err().kind, FailureKind::Usage);
    let open = Place { key_file: super::super::place::KeyFile::Good, ..open };
    let recipe = served(&entry, &open, &Choices::default());
    assert!(recipe.launcher.is_some() && recipe.args.iter().all(|arg| !arg.contains("api-key")));
    assert_eq!(value(&recipe, "TT_JUKEBOX_ENV_FILE"), Some("/s/server.env"));
    assert!(recipe.notes.iter().any(|note| note.contains("/health, /metrics")));
}

#[test]
fn every_value_has_a_source() {
    let recipe = served(
        &entry("8f36910", json!({"seed": "9472"}), json!({"MESH_DEVICE": "(4, 8)", "N": 1})),
        &place(),
        &Choices::default(),
    );
    let flags = recipe.args.iter().filter(|arg| arg.starts_with("--")).count();
    assert_eq!(recipe.provenance.len(), flags + recipe.env.len());
    assert!(recipe.provenance.iter().all(|known| !known.source.is_empty()));
}

#[test]
fn a_folder_name_is_one_folder() {
    assert_eq!(folder_name("(4, 8)"), "_4_8_");
    assert_eq!(folder_name("../../etc"), ".._.._etc");
    assert_eq!(folder_name(".."), "unnamed");
}
