//! What the audit finds in the published files, held against what others have counted in them.

use std::collections::BTreeSet;

use tt_jukebox::catalog::audit::{Past, Remark, Rule, audit};
use tt_jukebox::catalog::history::{compare_releases, merge};
use tt_jukebox::catalog::{Catalog, read_files};

/// Remarks on a release against all before it, and its vLLM entries.
fn audited(release: &str) -> Option<(Vec<Remark>, BTreeSet<String>)> {
    let mut files = read_files(&super::specs()?).unwrap();
    files.retain(|(of, _)| compare_releases(of, release).is_le());
    let past = Past::of_files(&files, release);
    let catalog = merge(files, "test".into());
    let current = catalog.entries.iter().filter(|entry| catalog.is_current(entry) && entry.spec.engine == "vLLM");
    let vllm = current.map(|entry| entry.spec.model_id.clone()).collect();
    Some((audit(&catalog, &past), vllm))
}

/// Number of vLLM entries with a remark on a key by one of the rules.
fn entries(remarks: &[Remark], vllm: &BTreeSet<String>, key: &str, rules: &[Rule]) -> usize {
    let of_vllm = |remark: &&Remark| remark.model_id.as_ref().is_some_and(|id| vllm.contains(id));
    let found = remarks.iter().filter(of_vllm).filter(|remark| rules.contains(&remark.rule));
    found
        .filter(|remark| key.is_empty() || remark.key.as_deref() == Some(key))
        .map(|remark| &remark.model_id)
        .collect::<BTreeSet<_>>()
        .len()
}

const LOST: &[Rule] = &[Rule::DriftLost];
const GAINED: &[Rule] = &[Rule::DriftGained];
const CHANGED: &[Rule] = &[Rule::DriftChanged];
const ANY: &[Rule] = &[Rule::DriftLost, Rule::DriftGained, Rule::DriftChanged];

#[test]
fn drift_of_0_20_0_is_what_was_counted() {
    let Some((remarks, vllm)) = audited("0.20.0") else { return };
    let count = |key: &str, rules: &[Rule]| entries(&remarks, &vllm, key, rules);
    assert_eq!(vllm.len(), 128);
    assert_eq!(count("vllm_args.num_scheduler_steps", LOST), 53);
    assert_eq!(count("override_tt_config.trace_region_size", ANY), 42);
    assert_eq!(count("env_vars.VLLM_USE_V1", LOST), 11);
    assert_eq!(count("override_tt_config.data_parallel", LOST), 7);
    assert_eq!(count("override_tt_config.l1_small_size", CHANGED), 11);
    assert_eq!(count("override_tt_config.worker_l1_size", LOST), 11);
    assert_eq!(count("vllm_args.max_model_len", CHANGED), 4);
    assert_eq!(count("vllm_args.mm-processor-cache-gb", GAINED), 13);
    // 48 were counted as identical. Four of them are the 70B models on P150X4, whose arguments are the same but whose
    // commits are not, so that nothing can be said about them here.
    assert_eq!((count("", ANY), count("", &[Rule::PinnedCommitsDiffer])), (128 - 48, 4));
    // 219 of 225 entries have the commits of their pinned release: four have others, two are not in it.
    let all = |rule: Rule| remarks.iter().filter(|remark| remark.rule == rule).count();
    assert_eq!(
        (all(Rule::PinnedCommitsDiffer), all(Rule::NotInPinnedRelease), all(Rule::PinnedFileMissing)),
        (4, 2, 0)
    );
}

#[test]
fn drift_of_0_25_0_is_what_was_counted() {
    let Some((remarks, vllm)) = audited("0.25.0") else { return };
    let count = |key: &str, rules: &[Rule]| entries(&remarks, &vllm, key, rules);
    assert_eq!(vllm.len(), 99);
    assert_eq!(count("vllm_args.num_scheduler_steps", LOST), 50);
    assert_eq!(count("override_tt_config.trace_region_size", ANY), 29);
    assert_eq!(count("override_tt_config.fabric_config", GAINED), 9);
    assert_eq!(count("env_vars.TT_MESH_GRAPH_DESC_PATH", CHANGED), 9);
    assert_eq!(count("vllm_args.max_num_seqs", CHANGED), 6);
    assert_eq!(count("override_tt_config.data_parallel", LOST), 5);
    assert_eq!(count("env_vars.TORCHDYNAMO_DISABLE", GAINED), 46);
    // 31 of 88 were counted as identical, among them the four whose commits differ.
    assert_eq!(count("", ANY), 88 - 31);
    // 53 were counted with a TT configuration that their tree does not read, by the age of the tree. By what the pinned
    // release passed it is four less: again the 70B models on P150X4.
    assert_eq!((count("", &[Rule::DriftRenamed]), count("", &[Rule::PinnedCommitsDiffer])), (49, 4));
    let all = |rule: Rule| remarks.iter().filter(|remark| remark.rule == rule).count();
    // 13 entries were counted as pinned to releases without a tag, nine of them to 0.25.0 itself.
    assert_eq!((all(Rule::PinnedFileMissing), all(Rule::NotInPinnedRelease)), (4, 0));
}

#[test]
fn what_is_new_and_what_cannot_be_in_0_25_0() {
    let Some((remarks, vllm)) = audited("0.25.0") else { return };
    let keys = |rule: Rule| -> BTreeSet<&str> {
        remarks.iter().filter(|remark| remark.rule == rule).filter_map(|remark| remark.key.as_deref()).collect()
    };
    // default_chat_template_kwargs and async-scheduling were counted as new too; older files have the other spelling.
    let new = [
        "enable-chunked-prefill",
        "enable_chunked_prefill",
        "generation-config",
        "hf-overrides",
        "long_prefill_token_threshold",
        "max-logprobs",
        "no-async-scheduling",
        "no-enable-chunked-prefill",
        "no-enable-prefix-caching",
        "revision",
        "structured-outputs-config",
        "tokenizer_revision",
    ];
    let new: BTreeSet<String> = new.iter().map(|name| format!("vllm_args.{name}")).collect();
    assert_eq!(keys(Rule::NewArgument), new.iter().map(String::as_str).collect());
    let tt_keys = ["override_tt_config.enable_model_warmup", "override_tt_config.fabric_max_packet_payload_size_bytes"];
    assert_eq!(keys(Rule::NewTtKey), BTreeSet::from(tt_keys));
    assert!(keys(Rule::NewVariable).contains("env_vars.EXTRA_MODELS_DIR"));
    let of = |rule: Rule| -> Vec<&str> {
        remarks.iter().filter(|remark| remark.rule == rule).filter_map(|remark| remark.device_type.as_deref()).collect()
    };
    assert_eq!(of(Rule::ImpossibleDevice), ["GPU", "GPU"]);
    assert_eq!(of(Rule::NotPublished).len(), 6, "disk and memory of DeepSeek-R1-0528 on three devices");
    assert_eq!(entries(&remarks, &vllm, "vllm_args.max_model_len", &[Rule::ContextDiffers]), 1);
    for rule in [Rule::MeshDevice, Rule::ImpossiblePart, Rule::NoDefault, Rule::TwoDefaults, Rule::UnknownKey] {
        assert_eq!(of(rule), Vec::<&str>::new(), "{rule:?}");
    }
}

#[test]
fn defaults_through_the_releases_are_what_was_counted() {
    for (release, none, two) in [("0.1.0", 2, 0), ("0.9.0", 3, 0), ("0.10.0", 2, 1), ("0.11.1", 2, 0), ("0.20.0", 0, 0)]
    {
        let Some((remarks, _)) = audited(release) else { return };
        let count = |rule: Rule| remarks.iter().filter(|remark| remark.rule == rule).count();
        assert_eq!((count(Rule::NoDefault), count(Rule::TwoDefaults)), (none, two), "{release}");
    }
}

#[test]
fn the_bundled_catalog_is_as_good_as_the_files_but_for_what_is_new() {
    let Some((mut remarks, _)) = audited("0.25.0") else { return };
    let is_new = |rule: Rule| matches!(rule, Rule::NewArgument | Rule::NewVariable | Rule::NewTtKey);
    remarks.retain(|remark| !is_new(remark.rule));
    let bundled = audit(&Catalog::bundled().unwrap(), &Past::default());
    let rows = |remarks: &[Remark]| -> Vec<(Option<String>, Rule, Option<String>)> {
        remarks.iter().map(|remark| (remark.model_id.clone(), remark.rule, remark.key.clone())).collect()
    };
    assert_eq!(rows(&bundled), rows(&remarks));
}
