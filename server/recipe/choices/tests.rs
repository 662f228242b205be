//! Presets and limits.

use std::sync::Arc;

use super::*;
use crate::catalog::spec::Release;
use serde_json::json;

fn release(args: Value) -> Release {
    Release {
        vllm_args: args.as_object().cloned().unwrap_or_default().into(),
        max_context: Some(65_536),
        max_concurrency: Some(32),
        ..Release::default()
    }
}

fn of(choices: Choices, release: &Release) -> Result<Vec<(&'static str, u64)>> {
    let said = Said { release, file: "the file".into(), note: None };
    Ok(changes(&choices, &said)?.0.into_iter().map(|change| (change.name, change.value)).collect())
}

fn preset(preset: Preset) -> Choices {
    Choices { preset: Some(preset), ..Choices::default() }
}

fn usual() -> Release {
    release(
        json!({"max_model_len": "65536", "max_num_batched_tokens": "65536", "max_num_seqs": "32", "block_size": "64"}),
    )
}

#[test]
fn presets_stay_within_the_limits() {
    let release = usual();
    assert_eq!(of(Choices::default(), &release).unwrap(), []);
    assert_eq!(of(preset(Preset::LongContext), &release).unwrap(), [("max-num-seqs", 8)]);
    assert_eq!(
        of(preset(Preset::ManyUsers), &release).unwrap(),
        [("max-num-batched-tokens", 16_384), ("max-model-len", 16_384)]
    );
    assert_eq!(of(preset(Preset::LowLatency), &release).unwrap(), [("max-num-seqs", 1)]);
}

#[test]
fn a_device_in_parts_has_a_sequence_for_each() {
    let mut release = usual();
    Arc::make_mut(&mut release.tt_config).insert("data_parallel".into(), 4.into());
    assert_eq!(of(preset(Preset::LowLatency), &release).unwrap(), [("max-num-seqs", 4)]);
    let six = Choices { sequences: Some(6), ..Choices::default() };
    assert!(of(six, &release).unwrap_err().why.contains("4 parts"));
    Arc::make_mut(&mut release.vllm_args).insert("data_parallel_size".into(), 4.into());
    release.max_concurrency = Some(256);
    let many = Choices { sequences: Some(64), ..Choices::default() };
    assert_eq!(of(many, &release).unwrap(), [("max-num-seqs", 64)], "the limit is that of one replica");
}

#[test]
fn a_value_outside_the_limit_is_refused_with_the_limit_and_its_source() {
    let release = usual();
    for (choices, limit) in [
        (Choices { context: Some(65_537), ..Choices::default() }, "the limit is 65536, from max_context in the file"),
        (Choices { context: Some(0), ..Choices::default() }, "the least is 64"),
        (Choices { sequences: Some(33), ..Choices::default() }, "the limit is 32, from max_concurrency"),
        (Choices { sequences: Some(0), ..Choices::default() }, "the least is 1"),
    ] {
        let failure = of(choices, &release).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Usage);
        assert!(failure.why.starts_with(limit), "{}", failure.why);
    }
}

#[test]
fn an_option_wins_over_the_preset_and_the_batch_follows_the_context() {
    let choices = Choices { context: Some(4096), ..preset(Preset::LongContext) };
    assert_eq!(
        of(choices, &usual()).unwrap(),
        [("max-num-batched-tokens", 4096), ("max-model-len", 4096), ("max-num-seqs", 8)]
    );
    let chunked = release(json!({"max_model_len": 65536, "max_num_batched_tokens": 8192, "max_num_seqs": 32}));
    let shorter = Choices { context: Some(16_384), ..Choices::default() };
    assert_eq!(of(shorter, &chunked).unwrap(), [("max-model-len", 16_384)], "prompts come in chunks here");
}

#[test]
fn chips_are_numbers() {
    assert_eq!(chips("1, 0,1").unwrap(), [0, 1]);
    for wrong in ["", "a", "0;reboot", "-1", "0,,1"] {
        assert_eq!(chips(wrong).unwrap_err().kind, FailureKind::Usage, "{wrong}");
    }
}
