//! The catalog of a language server: fresh without anybody waiting for it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Server, Tools};
use crate::spec_server::{Reply, SpecServer};

const NEWER: &str = r#"{"release_version": "9.1.0", "model_specs": {"e": {"model_id": "id_x_New_n150", "device_type": "N150",
    "hf_model_repo": "o/New", "model_name": "New", "tt_metal_commit": "abcdef0", "vllm_commit": "fedcba9",
    "device_model_spec": {}}}}"#;

#[test]
fn newer_files_come_in_the_background_and_on_request() {
    let specs = SpecServer::start();
    specs.newest(Reply::File(NEWER.into()));
    let env = [
        ("TT_JUKEBOX_SIMULATE", "n150"),
        ("TT_JUKEBOX_CATALOG_URL", specs.address.as_str()),
        ("TT_JUKEBOX_CATALOG_UPDATES", "on"),
    ];
    let mut server = Server::ready(&Tools::none(), &env);
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let info = server.request("tenstorrent/catalog", json!({}));
        if info["result"]["newest"] == "9.1.0" {
            break;
        }
        assert!(Instant::now() < until, "{info}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let found = server.request("tenstorrent/match", json!({ "query": "new" }));
    assert_eq!(found["result"]["matches"][0]["model_id"], "id_x_New_n150");
    specs.newest(Reply::Status(500, "", ""));
    let failed = server.request("tenstorrent/catalog", json!({ "refresh": true }));
    assert_eq!(failed["error"]["data"]["kind"], "network", "{failed}");
    assert_eq!(server.request("tenstorrent/catalog", json!({}))["result"]["newest"], "9.1.0");
}

#[test]
fn a_server_that_says_nothing_holds_up_no_request() {
    let specs = SpecServer::start();
    specs.newest(Reply::Silence);
    let env = [
        ("TT_JUKEBOX_SIMULATE", "n150"),
        ("TT_JUKEBOX_CATALOG_URL", specs.address.as_str()),
        ("TT_JUKEBOX_CATALOG_UPDATES", "on"),
    ];
    let mut server = Server::ready(&Tools::none(), &env);
    while specs.seen().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let found = server.request("tenstorrent/match", json!({ "query": "llama" }));
    assert!(found["result"]["source"].as_str().unwrap().starts_with("bundled"), "{found}");
}
