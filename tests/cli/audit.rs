//! `tt-jukebox audit` as a command: lines, table, exit codes, hostile text.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{run, run_in, stderr, stdout};

/// A folder with a release 0.9.0 and a release 0.10.0 in which one thing has another value.
fn folder(changes: &[(&str, Value)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut entry = json!({
        "model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
        "impl": {"impl_id": "x"}, "inference_engine": "vLLM", "model_type": "LLM", "status": "COMPLETE",
        "version": "0.9.0", "tt_metal_commit": "abc", "vllm_commit": "def", "min_disk_gb": 10, "min_ram_gb": 10,
        "env_vars": {"MESH_DEVICE": "N150"},
        "device_model_spec": {"default_impl": true, "max_context": 4096, "vllm_args": {"max_num_seqs": "32"}},
    });
    for name in ["release-0.9.0.json", "release-0.10.0.json"] {
        fs::write(dir.path().join(name), json!({ "id": entry }).to_string()).unwrap();
        for (pointer, value) in changes {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            entry.pointer_mut(parent).unwrap()[key] = value.clone();
        }
    }
    dir
}

fn audit(dir: &TempDir, args: &[&str]) -> std::process::Output {
    run_in(dir, &[&["audit", "--catalog", "."], args].concat(), &[])
}

#[test]
fn remarks_are_json_lines_or_a_table() {
    let dir = folder(&[("/device_model_spec/vllm_args/max_num_seqs", json!("16")), ("/subdevice_type", json!("T3K"))]);
    let output = audit(&dir, &["--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rules: Vec<&str> = lines.iter().map(|line| line["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["impossible_part", "drift_changed"]);
    let expected = json!({
        "schema": 1, "release": "0.10.0", "model_id": "id_x_M_n150", "device_type": "N150", "rule": "drift_changed",
        "severity": "warning", "key": "vllm_args.max_num_seqs",
        "what": "release 0.9.0 has vllm_args.max_num_seqs with another value: 32, now 16",
        "was": "32", "now": "16", "source": ".",
    });
    assert_eq!(lines[1], expected);
    let table = stdout(&audit(&dir, &[]));
    assert!(table.starts_with("2 remarks on the 1 entry of release 0.10.0, from .\n"), "{table}");
    assert!(table.contains("error: subdevice_type is no part of the device (1)\nCOUNT  WHERE"), "{table}");
}

#[test]
fn strict_fails_for_more_than_notes() {
    for (changes, code) in [
        (&[("/min_ram_gb", Value::Null)][..], 0),
        (&[("/device_model_spec/vllm_args/max_num_seqs", json!("16"))], 5),
        (&[], 0),
    ] {
        let dir = folder(changes);
        assert_eq!(audit(&dir, &["--json"]).status.code(), Some(0));
        let strict = audit(&dir, &["--json", "--strict"]);
        assert_eq!(strict.status.code(), Some(code), "{changes:?}: {}", stderr(&strict));
        assert_eq!(stdout(&strict).lines().count(), changes.len(), "only remarks on stdout: {}", stdout(&strict));
        assert_eq!(stderr(&strict).contains("1 remarks on release 0.10.0 are more than notes"), code == 5);
    }
}

#[test]
fn without_a_file_the_bundled_catalog_is_looked_at() {
    let output = run(&["audit"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("of release 0.25.0, from bundled"), "{}", stdout(&output));
    assert!(stderr(&output).contains("names that are new cannot be told"), "{}", stderr(&output));
    assert_eq!(run(&["audit", "--catalog", "/nonexistent.json"]).status.code(), Some(5));
}

#[test]
fn one_new_file_is_held_against_what_the_program_carries() {
    let dir = folder(&[]);
    let text = fs::read_to_string(dir.path().join("release-0.9.0.json")).unwrap();
    let one = |release: &str, pinned: &str| {
        let nested = json!({"release_version": release, "model_specs":
            serde_json::from_str::<Value>(&text.replace("\"0.9.0\"", &format!("\"{pinned}\""))).unwrap()});
        fs::write(dir.path().join("one.json"), nested.to_string()).unwrap();
        let lines = stdout(&run_in(&dir, &["audit", "--json", "--catalog", "one.json"], &[]));
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["rule"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(one("0.99.0", "0.9.0"), ["not_in_pinned_release"], "0.9.0 is carried and does not have it");
    assert_eq!(one("0.99.0", "0.98.0"), ["pinned_file_missing"]);
    assert_eq!(one("0.3.0", "0.3.0"), Vec::<Value>::new(), "an older file stands alone");
}

#[test]
fn text_of_the_file_does_not_act_on_the_terminal() {
    let dir = folder(&[
        ("/status", json!("SHINY\u{1b}[2J\u{202e}")),
        ("/colour\u{1b}[31m", json!(1)),
        ("/device_model_spec/vllm_args/--evil\n\u{1b}]0;x\u{7}", json!("$(reboot)")),
    ]);
    for args in [&[][..], &["--json"]] {
        let output = audit(&dir, args);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
        assert!(args.len() == 1 || !text.contains('\u{202e}'), "{text:?}");
    }
}
