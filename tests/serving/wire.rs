//! Chats over the language server: pieces as `$/progress`, the whole as the answer, and an end on request.

use serde_json::{Value, json};

use super::harness::{Server, Tools};
use super::model_server::{Chat, ModelServer};
use super::recorded::{STREAM_TEXT, text};

fn params(server: &ModelServer) -> Value {
    json!({
        "messages": [{ "role": "user", "content": "hello" }],
        "options": { "url": server.url(), "api_key": "sesame" },
        "partial_result_token": "t1",
    })
}

#[test]
fn pieces_come_under_the_token_and_the_answer_is_whole() {
    let model = ModelServer::start();
    let mut server = Server::ready(&Tools::none(), &[]);
    let answer = server.request("tenstorrent/chat", params(&model));
    assert_eq!(answer["result"]["content"], STREAM_TEXT, "{answer}");
    let mut told = String::new();
    while told != STREAM_TEXT {
        let piece = server.notification("$/progress");
        assert_eq!(piece["params"]["token"], "t1");
        told.push_str(piece["params"]["value"]["content"].as_str().unwrap());
    }
    assert_eq!(model.seen("/v1/chat/completions")[0].key.as_deref(), Some("Bearer sesame"));
    // An answer proves the lesson about chats.
    assert_eq!(server.notification("tenstorrent/status")["params"]["done"], json!(["vscode-chat"]));
}

#[test]
fn a_cancelled_chat_closes_the_connection() {
    let model = ModelServer::start().chats([Chat::Hang(text("begun"))]);
    let mut server = Server::ready(&Tools::none(), &[]);
    let id = server.ask("tenstorrent/chat", params(&model));
    let piece = server.notification("$/progress");
    assert_eq!(piece["params"]["value"]["content"], "begun");
    server.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(server.response(id)["error"]["code"], -32800);
    assert!(model.was_left(), "the server can stop its work");
}

#[test]
fn a_failure_keeps_its_four_parts() {
    let model = ModelServer::start().chats([Chat::Status(500, "", "")]);
    let mut server = Server::ready(&Tools::none(), &[]);
    let answer = server.request("tenstorrent/chat", params(&model));
    let failure = &answer["error"]["data"];
    assert_eq!(failure["kind"], "network");
    assert!(failure["what"].as_str().unwrap().contains("has failed") && failure["next"].is_string(), "{answer}");
}

#[test]
fn tokens_are_those_of_the_server_or_an_estimate_that_says_so() {
    let mut server = Server::ready(&Tools::none(), &[]);
    for (model, expected) in [(ModelServer::start().counts(2), (10, false)), (ModelServer::start(), (6, true))] {
        let messages = json!([{ "role": "user", "content": "hello" }]);
        let params = json!({ "messages": messages, "options": { "url": model.url(), "model": "tiny-random-llama" } });
        let answer = server.request("tenstorrent/tokens", params);
        let told = (answer["result"]["tokens"].as_u64(), answer["result"]["estimated"].as_bool());
        assert_eq!(told, (Some(expected.0), Some(expected.1)), "{answer}");
    }
}

#[test]
fn a_text_alone_is_counted_without_a_template() {
    let model = ModelServer::start().counts(1);
    let mut server = Server::ready(&Tools::none(), &[]);
    let params = json!({ "text": "hello", "messages": [], "options": { "url": model.url(), "model": "m" } });
    let answer = server.request("tenstorrent/tokens", params);
    assert_eq!(answer["result"], json!({ "tokens": 5, "estimated": false }));
    assert_eq!(model.seen("/tokenize")[0].body["prompt"], "hello");
}

#[test]
fn known_causes_are_found_in_any_text() {
    let mut server = Server::ready(&Tools::none(), &[]);
    let answer = server.request("tenstorrent/causes", json!({ "text": "cp: No space left on device" }));
    assert_eq!(answer["result"]["causes"][0]["cause"], "the disk is full");
    let none = server.request("tenstorrent/causes", json!({ "text": "all is well" }));
    assert_eq!(none["result"]["causes"], json!([]));
}
