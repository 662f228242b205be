//! The rules on small data: one entry that is right, and one change after the other.

use serde_json::{Value, json};

use super::*;
use crate::catalog::{history, published};

/// A file of one entry, changed at a JSON pointer; an entry and its list share nothing with the real files but the layout.
fn file(changes: &[(&str, Value)]) -> published::Published {
    let mut entry = json!({
        "model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
        "impl": {"impl_id": "x", "impl_name": "x"}, "inference_engine": "vLLM", "model_type": "LLM",
        "status": "COMPLETE", "version": "0.9.0", "tt_metal_commit": "abc", "vllm_commit": "def",
        "min_disk_gb": 10, "min_ram_gb": 10, "override_tt_config": {"trace_region_size": 1},
        "env_vars": {"MESH_DEVICE": "N150"},
        "device_model_spec": {"default_impl": true, "max_context": 4096, "vllm_args": {
            "block_size": "64", "max_model_len": "4096", "max_num_seqs": "32",
            "override_tt_config": "{\"trace_region_size\": 1}"}},
    });
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        entry.pointer_mut(parent).unwrap()[key] = value.clone();
    }
    published::parse(&json!({ "id": entry }).to_string()).unwrap()
}

/// Remarks on release 0.10.0 after a release 0.9.0 that was right.
fn remarks(changes: &[(&str, Value)]) -> Vec<Remark> {
    let files = vec![("0.9.0".to_owned(), file(&[])), ("0.10.0".to_owned(), file(changes))];
    let past = Past::of_files(&files, "0.10.0");
    audit(&history::merge(files, "test".into()), &past)
}

fn rules(changes: &[(&str, Value)]) -> Vec<Rule> {
    remarks(changes).iter().map(|remark| remark.rule).collect()
}

const ARGS: &str = "/device_model_spec/vllm_args";

fn arg(name: &str) -> String {
    format!("{ARGS}/{name}")
}

#[test]
fn an_entry_that_is_right_has_no_remark() {
    assert_eq!(remarks(&[]), []);
}

#[test]
fn each_rule_is_broken_by_one_change() {
    use Rule as R;
    let rows: [(&str, Value, &[Rule]); 20] = [
        ("/colour", json!("red"), &[R::UnknownKey]),
        ("/status", json!("SHINY"), &[R::UnknownValue]),
        ("/model_type", Value::Null, &[R::UnknownValue]),
        ("/system_requirements", json!({"kmd": {"specifier": ">=2", "mode": "MAYBE"}}), &[R::UnknownValue]),
        ("/device_type", json!("GPU"), &[R::ImpossibleDevice]),
        ("/device_type", json!("N150X4"), &[R::MeshDevice]),
        ("/subdevice_type", json!("N300"), &[R::ImpossiblePart]),
        ("/subdevice_type", json!("P100"), &[R::ImpossiblePart]),
        ("/subdevice_type", json!("N150"), &[]),
        ("/device_model_spec/default_impl", json!(false), &[R::NoDefault]),
        ("/vllm_commit", Value::Null, &[R::NoVllmCommit, R::PinnedCommitsDiffer]),
        ("/inference_engine", json!("media"), &[R::NeedlessVllmCommit]),
        ("/tt_metal_commit", json!("other"), &[R::PinnedCommitsDiffer]),
        ("/version", json!("0.8.0"), &[R::PinnedFileMissing]),
        ("/min_ram_gb", Value::Null, &[R::NotPublished]),
        (&arg("max-num-seqs"), json!("32"), &[R::BothSpellings]),
        (&arg("brand-new"), json!(1), &[R::NewArgument, R::DriftGained]),
        (&arg("max_num_seqs"), json!(32), &[R::DriftRetyped]),
        (&arg("max_num_seqs"), json!("16"), &[R::DriftChanged]),
        (&arg("override_tt_config"), json!("{}"), &[R::TtConfigDiffers]),
    ];
    for (pointer, value, expected) in rows {
        let found = rules(&[(pointer, value.clone())]);
        assert_eq!(found, expected, "{pointer} {value}");
    }
}

#[test]
fn contexts_are_whole_blocks() {
    use Rule as R;
    let both = |tokens: u64| {
        [("/device_model_spec/max_context", json!(tokens)), (&*arg("max_model_len"), json!(tokens))]
            .map(|(pointer, value)| (pointer.to_owned(), value))
    };
    for (tokens, block, expected) in [
        (8192, "128", &[R::DriftChanged, R::DriftChanged][..]),
        (4160, "64", &[R::DriftChanged]),
        (4100, "64", &[R::ContextNotAligned, R::ContextNotAligned, R::DriftChanged]),
        (4160, "0", &[R::ContextNotAligned, R::ContextNotAligned, R::DriftChanged, R::DriftChanged]),
    ] {
        let mut changes = both(tokens).to_vec();
        changes.push((arg("block_size"), json!(block)));
        let changes: Vec<(&str, Value)> = changes.iter().map(|(pointer, value)| (&**pointer, value.clone())).collect();
        assert_eq!(rules(&changes), expected, "{tokens} in blocks of {block}");
    }
    assert_eq!(rules(&[("/device_model_spec/max_context", json!(8192))]), [R::ContextDiffers]);
}

#[test]
fn drift_says_what_was_and_what_is() {
    let moved = [
        ("/override_tt_config", json!({"trace_region_size": 2})),
        (
            "/device_model_spec/vllm_args",
            json!({"block_size": "64", "max_model_len": "4096",
            "additional_config": "{\"tt\": {\"trace_region_size\": 2}}"}),
        ),
        ("/env_vars", json!({"MESH_DEVICE": "N150", "NEW": "1"})),
    ];
    let found = remarks(&moved);
    let row = |remark: &Remark| (remark.rule, remark.key.clone().unwrap(), remark.was.clone(), remark.now.clone());
    let drift: Vec<_> = found.iter().filter(|remark| remark.rule != Rule::NewArgument).map(row).collect();
    assert_eq!(
        drift,
        [
            (Rule::NewVariable, "env_vars.NEW".into(), None, Some(json!("1"))),
            (Rule::DriftLost, "vllm_args.max_num_seqs".into(), Some(json!("32")), None),
            (Rule::DriftChanged, "override_tt_config.trace_region_size".into(), Some(json!(1)), Some(json!(2))),
            (
                Rule::DriftRenamed,
                "vllm_args.additional_config".into(),
                Some(json!(["override_tt_config"])),
                Some(json!(["additional_config"]))
            ),
            (Rule::DriftGained, "env_vars.NEW".into(), None, Some(json!("1"))),
        ]
    );
    let line = serde_json::to_value(&found[1]).unwrap();
    assert_eq!(
        (&line["rule"], &line["severity"], &line["release"]),
        (&json!("new_variable"), &json!("info"), &json!("0.10.0"))
    );
}

#[test]
fn commits_of_the_pinned_release_are_told_where_its_file_is_at_hand() {
    let changes = [("/tt_metal_commit", json!("other"))];
    assert_eq!(remarks(&changes)[0].was, Some(json!(["abc", "def"])));
    let files = vec![("0.9.0".to_owned(), file(&[])), ("0.10.0".to_owned(), file(&changes))];
    let without = audit(&history::merge(files, "test".into()), &Past::default());
    assert_eq!((without[0].rule, &without[0].was), (Rule::PinnedCommitsDiffer, &None));
}

#[test]
fn an_entry_that_the_pinned_release_does_not_have_is_told_apart_from_a_missing_file() {
    let other = [("/model_id", json!("id_x_M_t3k")), ("/device_type", json!("T3K"))];
    let files = vec![("0.9.0".to_owned(), file(&other)), ("0.10.0".to_owned(), file(&[]))];
    let past = Past::of_files(&files, "0.10.0");
    let found = audit(&history::merge(files, "test".into()), &past);
    assert_eq!(found.iter().map(|remark| remark.rule).collect::<Vec<_>>(), [Rule::NotInPinnedRelease]);
}

#[test]
fn two_defaults_and_skipped_entries() {
    let mut two = file(&[]);
    two.specs.extend(file(&[("/model_id", json!("id_y_M_n150"))]).specs);
    two.specs.extend(file(&[]).specs);
    let catalog = history::merge(vec![("0.9.0".into(), two)], "test".into());
    let found = audit(&catalog, &Past::default());
    assert_eq!(found.iter().map(|remark| remark.rule).collect::<Vec<_>>(), [Rule::Skipped, Rule::TwoDefaults]);
    assert_eq!(found[1].now, Some(json!(["id_x_M_n150", "id_y_M_n150"])));
    assert_eq!((&found[0].model_id, found[0].what.contains("a second time")), (&None, true));
}

#[test]
fn a_page_long_name_is_not_repeated() {
    let name = "x".repeat(5000);
    for remark in remarks(&[(&arg(&name), json!("y".repeat(5000)))]) {
        assert!(remark.what.len() < 300 && remark.key.unwrap().len() < 300, "{}", remark.what);
    }
}
