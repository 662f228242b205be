//! What the requests answer, and how their failures look to an editor.

use std::fs;

use serde_json::json;

use crate::harness::{Server, Tools};

#[test]
fn the_first_status_names_the_simulated_box() {
    let mut server = Server::start(&Tools::none(), &[]);
    server.request("initialize", json!({ "capabilities": {}, "initializationOptions": { "simulate": "t3k" } }));
    server.notify("initialized", json!({}));
    let status = server.notification("tenstorrent/status");
    assert_eq!(status["params"]["text"], "T3K");
    assert_eq!(status["params"]["simulated"], "t3k");
    assert_eq!(status["params"]["health"], "healthy");
    let log = server.notification("window/logMessage");
    assert!(log["params"]["message"].as_str().unwrap().starts_with("tt-jukebox "), "{log}");
}

#[test]
fn a_probe_refreshes_whatever_shows_the_device() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", "p300x2")]);
    let host = server.request("tenstorrent/probe", json!({}));
    assert_eq!(host["result"]["product"], "P300X2");
    assert_eq!(server.notification("tenstorrent/status")["params"]["product"], "P300X2");
}

#[test]
fn the_command_of_the_editor_is_the_command_of_the_shell() {
    let tools = Tools::none();
    let mut server = Server::ready(&tools, &[("TT_JUKEBOX_SIMULATE", "t3k")]);
    let answer = server.request("tenstorrent/command", json!({ "model": "Llama-3.3-70B-Instruct", "shell": "bash" }));
    let text = answer["result"]["text"].as_str().unwrap();
    for value in ["MESH_DEVICE=T3K", "--max-num-seqs 32", "--max-model-len 131072", "30000000"] {
        assert!(text.contains(value), "{value} is missing in {text}");
    }
    assert_eq!(answer["result"]["device_type"], "T3K");
    assert!(answer["result"]["provenance"].as_array().is_some_and(|rows| rows.len() > 15));
    let done = &server.notification("tenstorrent/status")["params"]["done"];
    assert_eq!(*done, json!(["jukebox-environment"]), "a command proves that a model is chosen");
}

#[test]
fn a_template_that_was_edited_comes_back_with_both_texts() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("work").display().to_string();
    let mut server = Server::ready(&Tools::none(), &[("HOME", &home.path().display().to_string())]);
    let copy = json!({ "action": "copy", "id": "vllm-server", "dir": dir });
    let file = server.request("tenstorrent/templates", copy.clone())["result"]["templates"][0]["files"][0].clone();
    assert_eq!((file["written"].as_bool(), file["difference"].is_null()), (Some(true), true), "{file}");
    let path = file["path"].as_str().unwrap();
    let ours = fs::read_to_string(path).unwrap();
    let mine = format!("{ours}# mine\n");
    fs::write(path, &mine).unwrap();
    let left = server.request("tenstorrent/templates", copy)["result"]["templates"][0]["files"][0].clone();
    assert_eq!(left["condition"], "edited");
    assert_eq!(left["difference"], json!({ "there": mine, "ours": ours }));
    assert_eq!(fs::read_to_string(path).unwrap(), mine);
    let relative =
        server.request("tenstorrent/templates", json!({ "action": "copy", "id": "cookbook", "dir": "here" }));
    assert_eq!(relative["error"]["data"]["kind"], "usage", "{relative}");
}

#[test]
fn a_host_without_devices_or_tools_is_told_what_to_do() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_ROOT", "/nonexistent")]);
    let host = server.request("tenstorrent/probe", json!({ "refresh": true }));
    assert_eq!(host["result"]["health"], "no_device");
    assert!(host["result"]["findings"].to_string().contains("not found on PATH"), "{host}");
    server.notification("tenstorrent/status");
    let error = &server.request("tenstorrent/match", json!({}))["error"];
    assert_eq!(error["data"]["kind"], "no_device");
    assert!(!error["data"]["next"].as_str().unwrap().is_empty());
}

#[test]
fn a_broken_catalog_is_told_by_every_request_that_needs_it_and_by_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cut.json");
    fs::write(&file, "{\"model_specs\": {\"a\": {").unwrap();
    let env = [("TT_JUKEBOX_SIMULATE", "n150"), ("TT_JUKEBOX_CATALOG", file.to_str().unwrap())];
    let mut server = Server::ready(&Tools::none(), &env);
    let error = &server.request("tenstorrent/match", json!({}))["error"]["data"];
    assert_eq!(error["kind"], "input");
    assert_eq!(error["why"], "the file is cut off");
    assert_eq!(server.request("tenstorrent/probe", json!({}))["result"]["product"], "N150");
    server.notification("tenstorrent/status");
    let report = server.request("tenstorrent/doctor", json!({}));
    assert!(report["result"]["findings"].to_string().contains("catalog.unusable"));
}

#[test]
fn a_setting_that_cannot_be_used_does_not_keep_the_server_from_starting() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", "warp-drive")]);
    let error = &server.request("tenstorrent/probe", json!({}))["error"]["data"];
    assert!(error["why"].as_str().unwrap().contains("n150, n300"), "{error}");
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", "n150"), ("TT_JUKEBOX_PORT", "many")]);
    let answer = server.request("tenstorrent/command", json!({ "model": "llama-3.1-8b-instruct" }));
    assert_eq!(answer["error"]["data"]["what"], "\"many\" is not a port");
}

#[test]
fn tt_smi_is_asked_only_on_request_and_merged() {
    let snapshot = r#"{"device_info": [{"board_info": {"bus_id": "0000:01:00.0", "board_type": "p150b",
        "board_id": "000004123191110e"}, "telemetry": {"asic_temperature": "40.8", "power": " 30.0"},
        "firmwares": {"fw_bundle_version": "19.5.0.0"}}]}"#;
    let tools = Tools::with_tt_smi(&format!("echo $$ >> \"$PIDS\"; /bin/cat <<'EOF'\nlog line\n{snapshot}\nEOF"));
    let mut server = Server::ready(&tools, &[("TT_JUKEBOX_ROOT", "/nonexistent")]);
    assert_eq!(server.request("tenstorrent/probe", json!({}))["result"]["health"], "no_device");
    server.notification("tenstorrent/status");
    let host = server.request("tenstorrent/probe", json!({ "refresh": true }));
    server.notification("tenstorrent/status");
    assert_eq!(host["result"]["product"], "P150");
    assert_eq!(host["result"]["chips"][0]["temperature_c"], 40.8);
    assert_eq!(tools.pids(1).len(), 1, "asked once, for the one request that wanted it");
}
