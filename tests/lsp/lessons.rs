//! Lessons over the wire: filled in for the box, and honest where the box cannot.

use serde_json::{Value, json};

use super::harness::{Server, Tools};

fn lesson(server: &mut Server, id: &str) -> Value {
    let answer = server.request("tenstorrent/lesson", json!({ "id": id }));
    assert_eq!(answer["result"]["schema"], 1, "{answer}");
    answer["result"].clone()
}

#[test]
fn the_command_in_a_lesson_is_the_command_of_the_request() {
    let tools = Tools::none();
    let mut server = Server::ready(&tools, &[("TT_JUKEBOX_SIMULATE", "t3k")]);
    let lesson = lesson(&mut server, "vllm-production");
    assert_eq!((lesson["can"].as_bool(), lesson["simulated"].as_str()), (Some(true), Some("t3k")));
    let command = server.request("tenstorrent/command", json!({ "model": lesson["model_id"] }));
    let text = command["result"]["text"].as_str().unwrap();
    let commands: Vec<&str> =
        lesson["commands"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert!(commands.contains(&text), "{text}\n{commands:?}");
    assert!(lesson["markdown"].as_str().unwrap().contains(&format!("```sh\n{text}\n```")));
    server.notification("tenstorrent/status");
}

#[test]
fn a_box_that_cannot_is_told_why_and_what_is_nearest() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", "p100")]);
    let lesson = lesson(&mut server, "image-generation");
    assert_eq!((lesson["can"].as_bool(), lesson["nearest"].as_str()), (Some(false), Some("vscode-chat")));
    assert_eq!(lesson["why"], "no model for the task image is published for P100");
    let markdown = lesson["markdown"].as_str().unwrap();
    assert!(markdown.contains("**This machine cannot do this step:**") && markdown.contains("lesson vscode-chat"));
    let all = server.request("tenstorrent/lessons", json!({}));
    let rows = all["result"]["lessons"].as_array().unwrap();
    let cannot: Vec<&str> =
        rows.iter().filter(|row| row["can"] == false).map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(cannot, ["image-generation", "forge-image-classification"]);
}

#[test]
fn a_lesson_begins_with_a_model_that_its_box_is_known_to_run() {
    // A small experiment for two boards of four, and a family that the code of the script does not know, were named once.
    for (simulated, id) in
        [("p150x4", "download-model"), ("p300x2", "interactive-chat"), ("n150", "jukebox-environment")]
    {
        let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", simulated)]);
        let values = &lesson(&mut server, id)["values"];
        assert_eq!(values["model"], "Llama-3.1-8B-Instruct", "{simulated} {id}");
    }
}

#[test]
fn tt_metal_is_not_said_to_be_where_it_is_not() {
    let home = tempfile::tempdir().unwrap();
    let metal = home.path().join("tt metal");
    let said = || {
        let env = [("TT_JUKEBOX_SIMULATE", "n150"), ("TT_JUKEBOX_METAL_HOME", metal.to_str().unwrap())];
        let mut server = Server::ready(&Tools::none(), &env);
        lesson(&mut server, "verify-installation")["values"]["metal_state"].as_str().unwrap().to_owned()
    };
    assert!(said().starts_with("not there yet"));
    std::fs::create_dir_all(metal.join("python_env/bin")).unwrap();
    assert!(said().starts_with("there, but without a Python"));
    std::fs::write(metal.join("python_env/bin/python"), "").unwrap();
    assert!(said().starts_with("there, with a Python"));
}

#[test]
fn without_a_board_there_is_still_something_to_do() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_ROOT", "/nonexistent")]);
    let all = server.request("tenstorrent/lessons", json!({}));
    for row in all["result"]["lessons"].as_array().unwrap() {
        let has_way = row["can"] == true || row["nearest"].is_string();
        assert!(has_way, "{row}");
    }
    assert!(lesson(&mut server, "hardware-detection")["markdown"].as_str().unwrap().contains("no Tenstorrent device"));
    let unknown = server.request("tenstorrent/lesson", json!({ "id": "../../secret" }));
    assert_eq!(unknown["error"]["data"]["kind"], "usage");
}

#[test]
fn a_server_elsewhere_is_enough_for_the_chat() {
    let env = [("TT_JUKEBOX_ROOT", "/nonexistent"), ("TT_JUKEBOX_SERVER_URL", "http://127.0.0.1:9")];
    let mut server = Server::ready(&Tools::none(), &env);
    let lesson = lesson(&mut server, "vscode-chat");
    assert_eq!(lesson["can"], true);
    assert!(lesson["markdown"].as_str().unwrap().contains("`http://127.0.0.1:9`"));
}
