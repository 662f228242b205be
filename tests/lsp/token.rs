//! The token that an editor keeps: it is used, and it comes back in no answer and no log.

use serde_json::{Value, json};

use crate::harness::{Server, Tools};
use crate::hub_server::HubServer;

const TOKEN: &str = "hf_FromTheEditor";

#[test]
fn a_token_of_the_editor_is_used_and_told_to_nobody() {
    let hub = HubServer::start();
    hub.knows(TOKEN);
    let env = [("HF_ENDPOINT", hub.address.as_str()), ("TT_JUKEBOX_ROOT", "/nonexistent"), ("TT_JUKEBOX_LOG", "trace")];
    let mut server = Server::ready(&Tools::none(), &env);
    let none = server.request("tenstorrent/token", json!({ "check": true }));
    assert_eq!(none["result"]["source"], Value::Null, "{none}");
    assert_eq!(none["result"]["trouble"]["what"], "there is no token");
    let answers = [
        server.request("tenstorrent/token/set", json!({ "token": TOKEN })),
        server.request("tenstorrent/token", json!({ "check": true })),
        server.request("tenstorrent/token/set", json!({ "token": format!("{TOKEN} and more") })),
    ];
    assert_eq!(answers[0]["result"]["source"], "the editor");
    assert_eq!(answers[1]["result"]["who"], "ada", "{}", answers[1]);
    assert!(answers[2].get("error").is_some(), "that is no token");
    assert!(hub.requests().contains(&"hub GET /api/whoami-v2 with token".to_owned()));
    assert!(!answers.iter().any(|answer| answer.to_string().contains(TOKEN)), "{answers:?}");
    let gone = server.request("tenstorrent/token/set", json!({ "token": null }));
    assert_eq!(gone["result"]["source"], Value::Null);
    let logged = server.logged();
    assert!(logged.len() > 3, "at this level much is logged: {logged:?}");
    assert!(!logged.iter().any(|line| line.contains(TOKEN)), "{logged:?}");
}
