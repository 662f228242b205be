//! Measurements over the real binary: levels, the publisher's targets, the history.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::harness::{Server, Tools};
use super::home::{Home, text};
use super::model_server::{Chat, ModelServer};

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
    // No prompt has a beginning that a server could have kept from an earlier one, of this measurement or the last.
    let prompts = server.seen("/v1/chat/completions").into_iter().map(|asked| {
        let prompt = asked.body["messages"][0]["content"].as_str().unwrap().to_owned();
        prompt.split_once('.').unwrap().0.to_owned()
    });
    let (all, different): (Vec<String>, BTreeSet<String>) = prompts.map(|prompt| (prompt.clone(), prompt)).unzip();
    assert_eq!((all.len(), different.len()), (1 + 2 + 8 + 16 + 1 + 2, all.len()), "{different:?}");
    assert_ne!(all[0][..16], all[all.len() - 1][..16], "from the first letters on");
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
fn an_editor_sees_each_level_and_gets_a_document_with_a_picture() {
    let (home, model) = (Home::new(), ModelServer::start());
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    let params = json!({ "url": model.url(), "quick": true, "work_done_token": "b1" });
    let first = sidecar.request("tenstorrent/bench", params.clone())["result"].clone();
    let at_once: Vec<&Value> = first["levels"].as_array().unwrap().iter().map(|level| &level["concurrency"]).collect();
    assert_eq!((at_once, &first["tokens"]), (vec![&json!(1), &json!(4)], &json!(32)), "{first}");
    assert!(first["chart"].as_str().unwrap().contains("<title id=\"t\">Measurement of tiny-random-llama</title>"));
    let document = first["text"].as_str().unwrap();
    assert!(document.contains("](data:image/svg+xml;charset=utf-8,%3Csvg") && document.contains("| At once |"));
    let heard: Vec<Value> = (0..5).map(|_| sidecar.notification("$/progress")["params"].clone()).collect();
    assert!(heard.iter().all(|params| params["token"] == "b1" && params["value"]["of"] == 2), "{heard:?}");
    let kinds: Vec<_> = heard.iter().map(|params| (&params["value"]["kind"], &params["value"]["done"])).collect();
    let (begin, report) = (json!("begin"), json!("report"));
    let done = [json!(0), json!(1), json!(2)];
    assert_eq!(
        kinds,
        [(&begin, &done[0]), (&report, &done[0]), (&report, &done[1]), (&report, &done[1]), (&report, &done[2])]
    );
    // The next one knows of it.
    let second = sidecar.request("tenstorrent/bench", json!({ "url": model.url(), "quick": true }))["result"].clone();
    assert_eq!((&second["history"][0]["at"], &second["before"]["at"]), (&first["at"], &first["at"]));
    assert!(second["text"].as_str().unwrap().contains("## Earlier"));
}

#[test]
fn a_cancelled_measurement_lets_the_server_go() {
    let (home, model) = (Home::new(), ModelServer::start().chats([Chat::Hang(String::new())]));
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    let id = sidecar.ask("tenstorrent/bench", json!({ "url": model.url(), "work_done_token": 1 }));
    assert_eq!(sidecar.notification("$/progress")["params"]["value"]["kind"], "begin");
    while model.seen("/v1/chat/completions").is_empty() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    sidecar.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(sidecar.response(id)["error"]["code"], -32800);
    assert!(model.was_left());
    // Nothing was kept.
    let after = sidecar.request("tenstorrent/bench", json!({ "url": "http://127.0.0.1:1", "quick": true }));
    assert_eq!(after["error"]["data"]["kind"], "network", "{after}");
}

#[test]
fn a_fetched_spec_file_has_the_targets_too() {
    let home = Home::new();
    assert!(home.serve("").status.success());
    let id = bench(&home, &["--up-to", "1"])["model_id"].as_str().unwrap().to_owned();
    let row = json!({ "isl": 1, "osl": 1, "max_concurrency": 1, "targets": { "functional": { "ttft_ms": 1e6 } } });
    let spec = json!({ "model_specs": { "a": { "model_id": id, "device_model_spec": { "perf_reference": [row] } } } });
    let cache = std::path::Path::new(&home.env()[0].1).join(".cache/tt-jukebox/catalog");
    fs::create_dir_all(&cache).unwrap();
    fs::write(cache.join("newest.json"), spec.to_string()).unwrap();
    let compared = bench(&home, &["--up-to", "1"]);
    assert_eq!(compared["levels"][0]["reached"], "functional", "{compared}");
    let document = format!("{}/measured.md", home.env()[0].1);
    assert!(home.run(&["bench", "--quick", "--markdown", &document]).status.success());
    assert!(fs::read_to_string(document).unwrap().contains("## Published targets"));
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

#[test]
fn a_real_server_is_measured_and_found() {
    let Ok(url) = std::env::var("TT_JUKEBOX_VLLM") else {
        eprintln!("TT_JUKEBOX_VLLM is not set: no real server is measured");
        return;
    };
    let home = Home::new();
    let measured = bench(&home, &["--url", &url, "--up-to", "4"]);
    let levels = measured["levels"].as_array().unwrap();
    assert!(
        levels.iter().all(|level| level["failed"] == 0 && level["answer_tokens"].as_u64().unwrap() > 0),
        "{measured}"
    );
    // vLLM goes on past the end that the model sees, so that all answers are as long.
    assert_eq!(levels[1]["answer_tokens"], 8 * 12, "{measured}");
    let found = home.command(&["ps", "--json"]).env("TT_JUKEBOX_SERVER_URL", &url).output().unwrap();
    let state: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert!(state["servers"][0]["load"]["kv_cache_use"].is_number(), "{state}");
}
