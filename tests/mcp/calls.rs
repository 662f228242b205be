//! What the tools answer, and that those that act do so with the word of a person only.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, simulated};
use crate::harness::{PATIENCE, Server, Tools, all_gone};
use crate::home::{Home, MODEL};

#[test]
fn the_tools_are_those_of_the_list() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let file: Value = serde_json::from_str(include_str!("../../content/tools.json")).unwrap();
    let listed = client.request("tools/list", json!({}))["result"]["tools"].clone();
    let (listed, file) = (listed.as_array().unwrap(), file["tools"].as_array().unwrap());
    assert_eq!(listed.len(), file.len());
    for (tool, row) in listed.iter().zip(file) {
        let hints = &tool["annotations"];
        for (here, there) in [
            (&tool["name"], &row["name"]),
            (&tool["title"], &row["title"]),
            (&tool["description"], &row["description"]),
            (&tool["inputSchema"], &row["input_schema"]),
            (&hints["readOnlyHint"], &row["read_only"]),
            (&hints["destructiveHint"], &row["destructive"]),
            (&hints["idempotentHint"], &row["idempotent"]),
            (&hints["openWorldHint"], &row["open_world"]),
        ] {
            assert_eq!(here, there, "{}", row["name"]);
        }
    }
}

#[test]
fn what_only_looks_answers_in_words_and_as_an_object() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let (text, object, _) = client.call("tenstorrent_device_status", json!({}));
    assert!(text.contains("simulated N150") && object["product"] == "N150", "{text}");
    let (text, object, _) = client.call("tenstorrent_list_models", json!({ "query": "llama", "limit": 2 }));
    assert!(text.contains("| Llama") && object["models"].as_array().unwrap().len() == 2, "{text}");
    assert!(object["entries"].as_u64().unwrap() > 2 && text.len() < 2000, "{text}");
    let (text, object, _) = client.call("tenstorrent_doctor", json!({}));
    assert!(text.starts_with('#') && object["findings"].is_array(), "{text}");
    let (text, object, _) = client.call("tenstorrent_server_status", json!({}));
    assert_eq!((&*text, &object["life"]), ("No model server runs.", &json!("idle")));
    // What cannot be is told as an answer that the model can read.
    let (text, object, failed) = client.call("tenstorrent_list_models", json!({ "query": "no such model" }));
    assert!(failed && text.contains("no model is called") && object["kind"] == "no_match", "{text}");
    let (text, _, failed) = client.call("tenstorrent_list_models", json!({ "limit": 0 }));
    assert!(failed && text.contains("limit cannot be used"), "{text}");
}

#[test]
fn nothing_is_begun_without_confirm() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let (text, object, failed) = client.call("tenstorrent_start_server", json!({ "model": MODEL }));
    assert!(!failed && text.starts_with("Nothing was started.") && text.contains("```sh\ncd "), "{text}");
    assert_eq!((&object["started"], &object["in_the_way"]["kind"]), (&json!(false), &json!("not_supported")));
    let (text, object, _) = client.call("tenstorrent_set_up_model", json!({ "model": MODEL, "confirm": false }));
    assert!(text.contains("# Set up") && text.contains("Nothing was begun"), "{text}");
    assert!(object["steps_left"].as_array().unwrap().len() > 5);
    // A box that is not there starts nothing with it either.
    let (text, _, failed) = client.call("tenstorrent_start_server", json!({ "model": MODEL, "confirm": true }));
    assert!(failed && text.contains("nothing can be served here"), "{text}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "something was written");
}

#[test]
fn a_server_is_started_watched_and_stopped_by_an_agent() {
    let home = Home::new();
    let mut client = Client::ready(&home.env());
    let (text, object, _) = client.call("tenstorrent_start_server", json!({ "model": MODEL }));
    assert!(object["in_the_way"].is_null() && text.contains("confirm: true"), "{text}");
    assert!(home.pids().is_empty());
    let (text, object, failed) = client.call("tenstorrent_start_server", json!({ "model": MODEL, "confirm": true }));
    assert!(!failed && text.contains("tenstorrent_server_status tells when") && object["started"] == true, "{text}");
    let until = Instant::now() + PATIENCE;
    while client.call("tenstorrent_server_status", json!({})).1["life"] != "ready" {
        assert!(Instant::now() < until);
        thread::sleep(Duration::from_millis(50));
    }
    let (text, _, failed) = client.call("tenstorrent_start_server", json!({ "model": MODEL, "confirm": true }));
    assert!(failed && text.contains("is taken by another server of ours"), "{text}");
    let (text, object, _) = client.call("tenstorrent_stop_server", json!({}));
    assert!(text.starts_with("Nothing was stopped.") && object["model_name"] == MODEL, "{text}");
    assert_eq!(home.ps()["life"], "ready");
    // It outlives its client, as one of `serve --detach` does, and another client ends it.
    drop(client);
    let mut other = Client::ready(&home.env());
    let (text, object, _) = other.call("tenstorrent_stop_server", json!({ "confirm": true }));
    assert!(object["stopped"] == true && all_gone(&home.pids()), "{text}");
    let (text, _, failed) = other.call("tenstorrent_stop_server", json!({ "confirm": true }));
    assert!(failed && text.contains("there is no server to stop"), "{text}");
}

#[test]
fn a_server_that_cannot_start_is_told_with_its_reason() {
    let home = Home::new();
    let mut env = home.env();
    env.push(("FAKE".into(), "die".into()));
    let mut client = Client::ready(&env);
    let (text, _, failed) = client.call("tenstorrent_start_server", json!({ "model": MODEL, "confirm": true }));
    assert!(failed && text.contains("RuntimeError: no device is free") && text.contains(".log"), "{text}");
    assert!(all_gone(&home.pids()));
}

/// The editor's agent tools are the same.
#[test]
fn the_request_of_the_editor_answers_the_same() {
    let home = tempfile::tempdir().unwrap();
    let env = simulated(&home);
    let mut client = Client::ready(&env);
    let pairs: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut editor = Server::ready(&Tools::none(), &pairs);
    for (name, arguments) in [
        ("tenstorrent_list_models", json!({ "query": "qwen" })),
        ("tenstorrent_start_server", json!({ "model": MODEL })),
        ("tenstorrent_set_up_model", json!({ "model": MODEL })),
    ] {
        let answer = editor.request("tenstorrent/tool", json!({ "name": name, "arguments": arguments }));
        let (text, object, _) = client.call(name, arguments);
        assert_eq!((&answer["result"]["text"], &answer["result"]["structured"]), (&json!(text), &object), "{name}");
    }
    let refused = editor.request("tenstorrent/tool", json!({ "name": "x" }));
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
}
