//! Measurements over the real binary: levels, the publisher's targets, the history.

use std::fs;

use serde_json::{Value, json};

use super::home::{Home, text};
use super::model_server::ModelServer;

fn bench(home: &Home, args: &[&str]) -> Value {
    let output = home.command(&["bench", "--json", "--tokens", "12", "--rounds", "2"]).args(args).output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn levels_rates_and_the_last_time() {
    let (home, server) = (Home::new(), ModelServer::start());
    let first = bench(&home, &["--url", &server.url(), "--up-to", "8"]);
    let levels: Vec<_> = first["levels"].as_array().unwrap().iter().collect();
    let seen: Vec<_> = levels.iter().map(|level| (&level["concurrency"], &level["answered"])).collect();
    assert_eq!(seen, [(&json!(1), &json!(2)), (&json!(4), &json!(8)), (&json!(8), &json!(16))]);
    assert_eq!((&levels[2]["answer_tokens"], &levels[2]["failed"]), (&json!(16 * 12), &json!(0)));
    assert!(levels[0]["tokens_per_s"].as_f64().unwrap() > 0.0 && first["before"].is_null());
    // One that warms up, and those that are measured.
    assert_eq!(server.seen("/v1/chat/completions").len(), 1 + 2 + 8 + 16);
    let second = bench(&home, &["--url", &server.url(), "--up-to", "1"]);
    assert_eq!(second["before"]["at"], first["at"]);
    let shown = home.run(&["bench", "--url", &server.url(), "--up-to", "1", "--tokens", "12"]);
    assert!(text(&shown.stdout).contains("SINCE LAST TIME"), "{}", text(&shown.stdout));
}

#[test]
fn targets_come_from_a_file_that_is_named() {
    let home = Home::new();
    assert!(home.serve("").status.success());
    let plain = bench(&home, &["--up-to", "1"]);
    assert!(plain["notes"][0].as_str().unwrap().contains("--catalog"), "{plain}");
    let id = plain["model_id"].as_str().unwrap();
    let target = |first: f64| json!({ "ttft_ms": first, "tput_user": null });
    let spec = json!({ id: {
        "model_id": id, "hf_model_repo": "o/M", "model_name": "M", "device_type": "N150", "tt_metal_commit": "abc",
        "vllm_commit": "def",
        "device_model_spec": { "max_concurrency": 4, "perf_reference": [{
            "isl": 128, "osl": 128, "max_concurrency": 1, "task_type": "text",
            "targets": { "functional": target(1e6), "target": target(0.000_001) },
        }] },
    } });
    let file = format!("{}/spec.json", home.env()[0].1);
    fs::write(&file, spec.to_string()).unwrap();
    let compared = bench(&home, &["--catalog", &file]);
    let levels = compared["levels"].as_array().unwrap();
    assert_eq!((&levels[0]["reached"], &levels[1]["reached"]), (&json!("functional"), &json!(null)), "{compared}");
    assert_eq!(levels.len(), 2, "up to the limit of the entry");
    assert!(home.run(&["stop"]).status.success());
}

#[test]
fn without_a_server_it_says_so() {
    let home = Home::new();
    let output = home.run(&["bench"]);
    assert_eq!(output.status.code(), Some(8));
    assert!(text(&output.stderr).contains("no server listens"), "{}", text(&output.stderr));
    assert_eq!(home.run(&["bench", "llama"]).status.code(), Some(4));
}
