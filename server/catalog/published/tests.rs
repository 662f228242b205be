//! Layouts, broken entries, and what is no spec file.

use super::*;

const ENTRY: &str = r#"{"model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
    "tt_metal_commit": "abc", "vllm_commit": "def", "min_ram_gb": 17.5, "min_disk_gb": null,
    "device_model_spec": {"max_context": 4096, "vllm_args": {"max_num_seqs": "32"}, "env_vars": {"A": "device", "B": 1}},
    "env_vars": {"A": "entry"}, "status": "SHINY"}"#;

#[test]
fn flat_and_nested_files_read_alike() {
    let flat = parse(&format!("{{\"id_x_M_n150\": {ENTRY}}}")).unwrap();
    let nested = parse(&format!(
        r#"{{"schema_version": "9", "release_version": "1.2.3", "model_specs": {{"o/M": {{"N150": {{"vLLM": {{"x": {ENTRY}}}}}}}}}}}"#
    ))
    .unwrap();
    assert_eq!(flat.specs, nested.specs);
    assert_eq!(nested.label.as_deref(), Some("1.2.3"));
    let spec = &flat.specs[0];
    assert_eq!(spec.engine, "vLLM", "inferred from the commit");
    assert_eq!(spec.release.env_vars.get("A"), Some(&Value::from("entry")), "the entry's own value wins");
    assert_eq!(spec.release.min_ram_gb, Some(17.5));
    assert_eq!(spec.release.min_disk_gb, None);
    assert_eq!(spec.release.status, "SHINY", "an unknown word survives");
}

#[test]
fn a_broken_entry_is_skipped_and_reported() {
    let text = format!(r#"{{"good": {ENTRY}, "bad": {{"model_id": "x", "device_model_spec": 7}}}}"#);
    let published = parse(&text).unwrap();
    assert_eq!(published.specs.len(), 1);
    assert_eq!(published.skipped[0].place, "bad");
    assert_eq!(published.skipped[0].reason, "device_model_spec is missing or not an object");
}

#[test]
fn an_unknown_key_is_kept_and_a_monstrous_value_is_not() {
    let entry = ENTRY
        .replace("\"status\"", "\"colour\": \"red\", \"status\"")
        .replace("\"max_context\"", "\"wheels\": 4, \"max_context\"");
    let spec = &parse(&format!("{{\"a\": {entry}}}")).unwrap().specs[0];
    let unknown = serde_json::json!({"colour": "red", "device_model_spec.wheels": 4});
    assert_eq!(Value::Object((*spec.release.unknown).clone()), unknown);
    let long = ENTRY.replace("SHINY", &"x".repeat(10_000_000));
    let published = parse(&format!("{{\"a\": {long}, \"b\": {ENTRY}}}")).unwrap();
    assert_eq!(
        (published.specs.len(), published.skipped[0].reason.as_str()),
        (1, "status is far longer than any published value")
    );
}

#[test]
fn what_is_not_a_spec_file_says_so() {
    assert_eq!(parse("{\"a\": {").unwrap_err(), "the file is cut off");
    assert!(parse("<html>").unwrap_err().starts_with("not valid JSON"));
    assert!(parse("{}").unwrap_err().contains("not a spec file"));
    assert!(parse(&"[".repeat(100_000)).is_err(), "deep nesting is refused, not followed");
}
