//! What becomes of published arguments in each era.

use super::*;
use crate::catalog::spec::{Release, Shared};
use crate::environment::tree::TreeFacts;
use crate::recipe::era;
use serde_json::json;

fn values(value: Value) -> Shared {
    value.as_object().cloned().unwrap_or_default().into()
}

fn release(commit: &str, args: Value) -> Release {
    Release { vllm_commit: Some(commit.into()), vllm_args: values(args), ..Release::default() }
}

fn settled_with(release: Release, tree: Option<&TreeFacts>, choices: &Choices) -> Settled {
    let mut spec = ModelSpec::default();
    spec.model.hf_model_repo = "o/M".into();
    spec.release = release;
    let decided = era::bundled().unwrap().decide(&spec.release, tree).unwrap();
    let said = Said { release: &spec.release, file: "the file".into(), note: None };
    settle(&spec, &said, &decided, choices).unwrap()
}

fn settled(commit: &str, args: Value) -> Settled {
    settled_with(release(commit, args), None, &Choices::default())
}

fn words(settled: &Settled) -> Vec<String> {
    settled.arguments.iter().map(|a| format!("{} {}", a.flag, a.values.join(" ")).trim_end().to_owned()).collect()
}

#[test]
fn the_tt_config_goes_under_the_name_that_the_tree_reads() {
    let args = json!({"additional_config": "{\"tt\": {\"trace_region_size\": 3}}"});
    for (commit, expected) in [
        ("5cbc982", r#"--override_tt_config {"trace_region_size":3}"#),
        ("8f36910", r#"--override_tt_config {"trace_region_size":3}"#),
        ("3334377", r#"--additional-config {"tt":{"trace_region_size":3}}"#),
        ("a723030", r#"--additional-config {"tt":{"trace_region_size":3}}"#),
    ] {
        let settled = settled(commit, args.clone());
        assert_eq!(words(&settled), ["--model o/M", expected]);
        assert_eq!(settled.tt_config_flag.as_deref(), expected.split(' ').next());
    }
    let older = json!({"override_tt_config": "{\"a\": 1}"});
    assert_eq!(words(&settled("3334377", older))[1], r#"--additional-config {"tt":{"a":1}}"#);
    assert_eq!(settled("3334377", json!({"additional_config": "{\"tt\": {}}"})).tt_config_flag, None);
}

#[test]
fn what_the_tree_does_not_know_is_dropped_and_told() {
    let args = json!({"num_scheduler_steps": 10, "mm-processor-cache-gb": 0});
    assert_eq!(words(&settled("c4f2327", args.clone())), ["--model o/M", "--num-scheduler-steps 10"]);
    let newer = settled("7678b70", args);
    assert_eq!(words(&newer), ["--model o/M", "--mm-processor-cache-gb 0"]);
    assert!(newer.notes[0].starts_with("--num-scheduler-steps is left out"), "{:?}", newer.notes);
}

#[test]
fn one_argument_stands_once_whatever_its_spelling() {
    let settled = settled(
        "a723030",
        json!({"enable_auto_tool_choice": true, "enable-auto-tool-choice": true, "seed": 1, "async-scheduling": false,
               "hf-overrides": null, "limit": {"image": 1}, "max_logprobs": "-1"}),
    );
    assert_eq!(words(&settled), ["--model o/M", "--enable-auto-tool-choice", "--seed 1", "--max-logprobs -1"]);
    assert!(settled.notes.iter().any(|note| note.contains("stands twice")));
}

#[test]
fn a_spec_file_does_not_choose_who_may_connect_or_what_is_loaded() {
    let flags = ["middleware", "trust-remote-code", "worker-cls", "host", "ssl-keyfile"].map(str::to_owned);
    let tree = TreeFacts { is_plugin: true, flags: flags.into(), ..TreeFacts::default() };
    let args = json!({"host": "0.0.0.0", "api-key": "x", "a; reboot": 1, "middleware": "evil.M", "trust_remote_code": true,
                      "worker-cls": "evil.W", "ssl-keyfile": "/x", "--": 1, "": 2});
    let settled = settled_with(release("a723030", args), Some(&tree), &Choices::default());
    assert_eq!(words(&settled), ["--model o/M"]);
    assert_eq!(settled.notes.iter().filter(|note| note.ends_with("is not taken over")).count(), 9);
}

#[test]
fn parsers_are_asked_for_only_where_the_tree_has_them() {
    let named = |commit: &str| {
        let metadata = values(json!({"tool_call_parser_name": "hermes", "reasoning_parser_name": "qwen3"}));
        Release { metadata, ..release(commit, json!({})) }
    };
    let newest = settled_with(named("a723030"), None, &Choices::default());
    assert_eq!(
        words(&newest)[1..],
        ["--enable-auto-tool-choice", "--tool-call-parser hermes", "--reasoning-parser qwen3"]
    );
    let oldest = settled_with(named("5cbc982"), None, &Choices::default());
    assert_eq!(words(&oldest), ["--model o/M"]);
    assert_eq!(oldest.notes.len(), 2, "{:?}", oldest.notes);
    let tree = TreeFacts {
        examples_register: true,
        flags: ["model", "enable-auto-tool-choice", "tool-call-parser"].map(str::to_owned).into(),
        parsers: ["hermes".to_owned()].into(),
        ..TreeFacts::default()
    };
    let probed = settled_with(named("5cbc982"), Some(&tree), &Choices::default());
    assert_eq!(words(&probed)[1..], ["--enable-auto-tool-choice", "--tool-call-parser hermes"]);
}

#[test]
fn choices_and_extras_take_the_place_of_what_was_published() {
    let args = json!({"max_model_len": "4096", "max_num_seqs": "32", "seed": "9472"});
    let choices = Choices {
        context: Some(2048),
        extra: Some(vec!["--seed".into(), "1".into(), "--max-log-len=5".into()]),
        ..Choices::default()
    };
    let settled = settled_with(release("5cbc982", args), None, &choices);
    assert_eq!(
        words(&settled)[1..],
        ["--max-model-len 2048", "--max-num-seqs 32", "--seed 1", "--max-num-batched-tokens 2048", "--max-log-len 5"]
    );
    assert!(settled.arguments.iter().all(|argument| !argument.source.is_empty()));
}
