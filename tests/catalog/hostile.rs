//! Spec files that nobody should publish: nested without end, wrong in every type, named to do harm, or huge.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use tempfile::TempDir;
use tt_jukebox::catalog::{Catalog, published};
use tt_jukebox::device::board::Family;
use tt_jukebox::environment::Installed;
use tt_jukebox::matching::{Query, matches};

use super::boxes::host;

/// More memory than any real file takes, and far less than an attack wants.
const MEMORY_KIB: &str = "1500000";

fn run(dir: &TempDir, file: &str, command: &[&str]) -> Output {
    // The shell limits the memory of what it becomes; the words reach it as arguments and not as text.
    let script = r#"ulimit -v "$0" && exec "$@""#;
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, MEMORY_KIB, env!("CARGO_BIN_EXE_tt-jukebox"), "--simulate", "n150", "--catalog", file]);
    shell.args(command).env_clear().env("HOME", dir.path()).current_dir(dir.path());
    shell.env("TT_JUKEBOX_CATALOG_UPDATES", "off").stdin(Stdio::null()).output().unwrap()
}

/// Each command ends with one of our own exit codes: no crash, no signal, no panic.
fn survives(dir: &TempDir, file: &str) {
    for command in [&["list", "--all"][..], &["catalog", "info"], &["show", "x"], &["audit"], &["command", "x"]] {
        let output = run(dir, file, command);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 2..=7)), "{command:?}: {:?} {stderr:.2000}", output.status);
        assert!(!stderr.contains("panicked"), "{command:?}: {stderr:.2000}");
    }
}

#[test]
fn a_file_that_never_stops_nesting() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep.json");
    let mut file = fs::File::create(&path).unwrap();
    // A gigabyte that takes no room on the disk would be refused by its size; this one is as large as is let through.
    file.write_all(b"{\"model_specs\":").unwrap();
    for _ in 0..60 {
        file.write_all(&b"{\"a\":".repeat(200_000)).unwrap();
    }
    drop(file);
    survives(&dir, "deep.json");
    fs::write(&path, "[".repeat(60_000_000)).unwrap();
    survives(&dir, "deep.json");
    let sparse = fs::File::create(dir.path().join("huge.json")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    let output = run(&dir, "huge.json", &["list"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&output.stderr).contains("far more than any spec file"));
}

#[test]
fn names_that_would_do_harm_stay_names() {
    // Two folders of our own around it: what leads out of it by one or two steps must be found there, and be of this test.
    let outer = tempfile::tempdir().unwrap();
    let middle = tempfile::tempdir_in(outer.path()).unwrap();
    let dir = tempfile::tempdir_in(middle.path()).unwrap();
    let evil = ["../../x", "$(reboot)", "`reboot`", "; reboot", "\u{1b}[2J", "-rf", "a\"b'c", "\u{202e}gnp"];
    for name in evil {
        let entry = json!({
            "model_id": format!("id_{name}"), "hf_model_repo": name, "model_name": name, "device_type": "N150",
            "inference_engine": "vLLM", "version": name, "tt_metal_commit": name, "vllm_commit": name,
            "docker_image": name, "status": name, "model_type": name, "supported_modalities": [name],
            "impl": { "impl_id": name, "impl_name": name },
            "device_model_spec": { "max_context": 1, "default_impl": true, "vllm_args": { "model": name, name: name },
                                   "env_vars": { name: name } }
        });
        fs::write(dir.path().join("spec.json"), json!({ "e": entry }).to_string()).unwrap();
        survives(&dir, "spec.json");
        let list = run(&dir, "spec.json", &["list", "--all"]);
        assert!(!list.stdout.contains(&0x1b) && !list.stderr.contains(&0x1b), "{name:?}");
    }
    let mut left: Vec<String> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["spec.json"], "nothing else was written");
    assert!(!middle.path().join("x").exists() && !outer.path().join("x").exists());
}

#[test]
fn ten_megabytes_where_a_word_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(10_000_000);
    for key in ["model_id", "model_name", "status", "docker_image", "vllm_commit", "unheard_of"] {
        let mut entry = json!({ "model_id": "id", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
            "tt_metal_commit": "abcdef0", "vllm_commit": "abcdef0", "device_model_spec": {} });
        entry[key] = Value::from(long.as_str());
        let sound = json!({ "model_id": "sound", "hf_model_repo": "o/S", "model_name": "Sound", "device_type": "N150",
            "tt_metal_commit": "abcdef0", "vllm_commit": "abcdef0", "device_model_spec": {} });
        fs::write(dir.path().join("spec.json"), json!({ "e": entry, "s": sound }).to_string()).unwrap();
        let output = run(&dir, "spec.json", &["list", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{key}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stdout.len() < 100_000, "{key}: {} bytes", output.stdout.len());
        let list: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(list["matches"][0]["model_id"], "sound", "{key}");
    }
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn sound_entry() -> &'static Value {
    static ENTRY: OnceLock<Value> = OnceLock::new();
    ENTRY.get_or_init(|| {
        json!({ "model_id": "id_x_M_n150", "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150",
            "inference_engine": "vLLM", "tt_metal_commit": "abcdef0", "vllm_commit": "abcdef0", "param_count": 8,
            "min_disk_gb": 36, "min_ram_gb": 17.5, "version": "0.9.0", "status": "COMPLETE", "model_type": "LLM",
            "impl": { "impl_id": "tt_transformers", "impl_name": "tt-transformers" }, "supported_modalities": ["text"],
            "system_requirements": { "firmware": { "specifier": ">=18.6.0", "mode": "STRICT" } }, "metadata": {},
            "env_vars": { "A": "b" }, "override_tt_config": {}, "docker_image": "r/i:0.9.0-a-b",
            "device_model_spec": { "max_context": 4096, "max_concurrency": 32, "default_impl": true,
                "vllm_args": { "block_size": "64" }, "env_vars": {}, "system_requirements": null } })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_type_anywhere(wrong in any_json(), key in 0_usize..21, inner in 0_usize..6, deep in any::<bool>()) {
        let mut entry = sound_entry().clone();
        let target = if deep { &mut entry["device_model_spec"] } else { &mut entry };
        let keys: Vec<String> = target.as_object().unwrap().keys().cloned().collect();
        let key = &keys[if deep { inner } else { key } % keys.len()];
        target[key] = wrong;
        let text = json!({ "release_version": "0.25.0", "model_specs": { "e": entry, "s": sound_entry() } }).to_string();
        if let Ok(read) = published::parse(&text) {
            prop_assert!(!read.specs.is_empty());
            let catalog = Catalog::bundled().unwrap().with_files(vec![("9.9.9".into(), read)], "test".into());
            for family in [Family::N150, Family::P300] {
                let query = Query { experimental: true, every_device: family == Family::P300, ..Query::default() };
                let found = matches(&query, &host(&[(family, 1)]), &Installed::default(), &catalog);
                prop_assert!(found.len() > 3);
            }
        }
    }

    #[test]
    fn any_text(text in "\\PC{0,200}|[{}\\[\\]\",:a-z0-9]{0,200}") {
        let _ = published::parse(&text);
    }
}
