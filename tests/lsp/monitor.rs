//! The monitor: it follows the host at the chosen rhythm, stops when it is told to, and never gives up.

use std::fs;
use std::time::Duration;

use serde_json::json;
use tt_jukebox::device::simulate;

use crate::fake_tree::FakeTree;
use crate::harness::{Server, Tools};

fn server_in(tree: &FakeTree) -> Server {
    let root = tree.path("").display().to_string();
    Server::ready(&Tools::none(), &[("TT_JUKEBOX_ROOT", &root)])
}

/// The next status with that health; a look in the middle of the change may come before it.
fn status_with(server: &mut Server, health: &str) -> serde_json::Value {
    loop {
        let status = server.notification("tenstorrent/status")["params"].take();
        if status["health"] == health {
            return status;
        }
    }
}

#[test]
fn it_follows_devices_that_go_and_come_back() {
    let tree = FakeTree::of("n150");
    let function = &simulate::facts("n150").unwrap().pci[0];
    let mut server = server_in(&tree);
    let now = server.request("tenstorrent/monitor", json!({ "interval_s": 2, "auto_update": true }));
    assert_eq!(now["result"]["text"], "N150");
    assert_eq!(now["result"]["interval_s"], 2);
    server.notification("tenstorrent/status");
    tree.remove(function);
    let gone = status_with(&mut server, "no_device");
    assert_eq!(gone["text"], "No device");
    assert!(!gone["tooltip"].as_str().unwrap().contains("38.6"), "no value of a device that is gone");
    tree.add(function, 41);
    assert_eq!(status_with(&mut server, "healthy")["text"], "N150");
    server.request("tenstorrent/monitor", json!({ "interval_s": 600, "auto_update": false }));
    server.notification("tenstorrent/status");
}

#[test]
fn switched_off_it_looks_only_when_asked() {
    let tree = FakeTree::of("p150");
    let mut server = server_in(&tree);
    let off = server.request("tenstorrent/monitor", json!({ "interval_s": 2, "auto_update": false }));
    assert_eq!(off["result"]["interval_s"], json!(null));
    server.notification("tenstorrent/status");
    std::thread::sleep(Duration::from_millis(2500));
    server.nothing_unread();
    fs::remove_dir_all(tree.path("sys/module")).unwrap();
    server.request("tenstorrent/probe", json!({}));
    assert_eq!(server.notification("tenstorrent/status")["params"]["health"], "no_driver");
}

#[test]
fn a_busy_box_names_who_holds_it() {
    let mut facts = simulate::facts("n150").unwrap();
    facts.pci[0].holders = Some(vec![4242]);
    facts.processes = vec![tt_jukebox::device::facts::ProcessFacts {
        pid: 4242,
        command: "python -m vllm".into(),
        start_ticks: 1,
        ..Default::default()
    }];
    let tree = FakeTree::from_facts(&facts);
    let mut server = server_in(&tree);
    let host = server.request("tenstorrent/probe", json!({}));
    assert_eq!(host["result"]["health"], "busy");
    let status = server.notification("tenstorrent/status");
    let tooltip = status["params"]["tooltip"].as_str().unwrap();
    assert!(tooltip.contains("| python (4242) |"), "{tooltip}");
    assert_eq!(status["params"]["summary"], "Tenstorrent: N150, 1 chip, in use");
    let asked = server.request("tenstorrent/probe", json!({ "refresh": true }));
    server.notification("tenstorrent/status");
    let findings = asked["result"]["findings"].to_string();
    assert!(findings.contains("not asked, since python -m vllm (pid 4242) uses a device"), "{findings}");
}

#[test]
fn an_interval_that_nobody_offers_is_refused() {
    let mut server = Server::ready(&Tools::none(), &[("TT_JUKEBOX_SIMULATE", "n150")]);
    let answer = server.request("tenstorrent/monitor", json!({ "interval_s": 1, "auto_update": true }));
    assert_eq!(answer["error"]["code"], -32602);
    assert!(answer["error"]["data"]["why"].as_str().unwrap().contains("600"), "{answer}");
}
