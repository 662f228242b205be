//! Steps are ticked when their thing is proved, stay ticked for the next run, and are the person's to keep or to forget.

use std::fs;

use serde_json::{Value, json};

use super::harness::{Server, Tools};

const BOX: &[(&str, &str)] = &[("TT_JUKEBOX_SIMULATE", "n300")];

fn done(server: &mut Server) -> Value {
    server.notification("tenstorrent/status")["params"]["done"].clone()
}

fn progress(server: &mut Server, params: Value) -> Value {
    let answer = server.request("tenstorrent/progress", params);
    assert_eq!(answer["result"]["schema"], 1, "{answer}");
    answer["result"].clone()
}

fn proved(progress: &Value) -> Vec<&str> {
    let steps = progress["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["done"] == true).map(|step| step["id"].as_str().unwrap()).collect()
}

#[test]
fn a_look_that_nobody_asked_for_ticks_nothing_and_one_on_request_does() {
    let tools = Tools::none();
    let mut server = Server::start(&tools, BOX);
    server.request("initialize", json!({ "capabilities": {} }));
    server.notify("initialized", json!({}));
    assert_eq!(done(&mut server), json!([]));
    server.request("tenstorrent/probe", json!({}));
    assert!(done(&mut server).as_array().unwrap().contains(&json!("hardware-detection")));
    let steps = progress(&mut server, json!({ "action": "get" }));
    let proved = proved(&steps);
    assert!(["hardware-detection", "quickstart-hardware"].iter().all(|id| proved.contains(id)), "one proof ticks both");
    assert!(steps["steps"].as_array().unwrap().len() >= 18);
}

#[test]
fn without_a_board_the_step_stays_open_and_says_what_helps() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_ROOT", "/nonexistent")]);
    server.request("tenstorrent/probe", json!({}));
    assert_eq!(done(&mut server), json!([]));
    let answer = progress(&mut server, json!({ "action": "prove", "step": "hardware-detection" }));
    assert!(answer["refused"]["why"].as_str().is_some_and(|why| !why.is_empty()), "{answer}");
    assert!(answer["refused"]["next"].as_str().is_some_and(|next| next.contains("doctor")), "{answer}");
    assert_eq!(proved(&answer), Vec::<&str>::new());
}

#[test]
fn an_exit_code_other_than_zero_and_a_missing_file_prove_nothing() {
    let tools = Tools::none();
    let dir = tempfile::tempdir().unwrap();
    let picture = dir.path().join("picture.png");
    let mut server = Server::ready(&tools, BOX);
    let mut claim = json!({ "action": "prove", "step": "image-generation", "run": "python3 tt-image-gen.py" });
    let refused = progress(&mut server, claim.clone());
    assert_eq!(refused["refused"]["why"], "nobody knows how python3 tt-image-gen.py ended");
    claim["exit_code"] = json!(1);
    assert_eq!(progress(&mut server, claim.clone())["refused"]["kind"], "tool");
    claim["exit_code"] = json!(0);
    claim["files"] = json!([picture]);
    assert_eq!(progress(&mut server, claim.clone())["refused"]["kind"], "input", "there is no picture");
    fs::write(&picture, "").unwrap();
    assert_eq!(progress(&mut server, claim.clone())["refused"]["kind"], "input", "it is empty");
    fs::write(&picture, "PNG").unwrap();
    let answer = progress(&mut server, claim);
    assert_eq!(answer["refused"], Value::Null);
    assert_eq!(proved(&answer), ["image-generation"]);
    assert_eq!(done(&mut server), json!(["image-generation"]));
}

#[test]
fn what_the_sidecar_can_see_itself_it_does_not_believe() {
    let mut server = Server::ready(&Tools::none(), BOX);
    for step in ["download-model", "vllm-production", "vscode-chat", "jukebox-environment", "bounty-program"] {
        let answer = progress(&mut server, json!({ "action": "prove", "step": step, "exit_code": 0, "run": "x" }));
        assert!(answer["refused"]["what"].is_string(), "{step}: {answer}");
        assert_eq!(proved(&answer), Vec::<&str>::new());
    }
}

#[test]
fn progress_outlives_the_program_and_can_be_exported_and_forgotten() {
    let tools = Tools::none();
    let claim = json!({ "action": "prove", "step": "interactive-chat", "exit_code": 0,
                        "run": "HF_TOKEN=hf_abcdefghijkl python3 tt-chat-direct.py" });
    let mut first = Server::ready(&tools, BOX);
    progress(&mut first, claim);
    assert_eq!(done(&mut first), json!(["interactive-chat"]));
    drop(first);
    let mut server = Server::start(&tools, BOX);
    server.request("initialize", json!({ "capabilities": {} }));
    server.notify("initialized", json!({}));
    assert_eq!(done(&mut server), json!(["interactive-chat"]));
    let export = progress(&mut server, json!({ "action": "export" }));
    let text: Value = serde_json::from_str(export["text"].as_str().unwrap()).unwrap();
    assert_eq!(text["proofs"][0]["step"], "interactive-chat");
    assert_eq!(text["proofs"][0]["simulated"], "n300");
    assert_eq!(text["proofs"][0]["run"], "HF_TOKEN=[hidden] python3 tt-chat-direct.py");
    let real = progress(&mut Server::ready(&tools, &[("TT_JUKEBOX_ROOT", "/nonexistent")]), json!({ "action": "get" }));
    assert_eq!(proved(&real), Vec::<&str>::new(), "what a simulated box proved does not count here");
    let folder = export["folder"].as_str().unwrap().to_owned();
    assert!(folder.ends_with("progress/n300"), "{folder}");
    assert_eq!(proved(&progress(&mut server, json!({ "action": "reset" }))), Vec::<&str>::new());
    assert_eq!(done(&mut server), json!([]));
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn an_unknown_step_is_an_error_with_the_names_of_the_others() {
    let mut server = Server::ready(&Tools::none(), BOX);
    let answer = server.request("tenstorrent/progress", json!({ "action": "prove", "step": "../x", "exit_code": 0 }));
    assert_eq!(answer["error"]["data"]["kind"], "usage");
    assert!(answer["error"]["data"]["why"].as_str().unwrap().contains("hardware-detection"));
}
