//! The same over the language server: plan, run with progress, cancel.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Server, Tools};
use crate::stand_in::Home;

fn server(home: &Home) -> (Tools, Server) {
    let tools = Tools::none();
    let variables = home.variables();
    let env: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let server = Server::ready(&tools, &env);
    (tools, server)
}

#[test]
fn a_setup_in_an_editor_shows_its_progress() {
    let home = Home::new();
    let (_tools, mut server) = server(&home);
    let plan = server.request("tenstorrent/setup/plan", json!({ "model": "model-E3" }));
    let steps = plan["result"]["steps"].as_array().unwrap().len();
    assert!(plan["result"]["text"].as_str().unwrap().starts_with("# Set up model-E3"), "{plan}");
    let answer = server.request("tenstorrent/setup/run", json!({ "model": "model-E3", "work_done_token": "t1" }));
    assert!(answer["result"]["ran"].as_array().unwrap().len() > 5, "{answer}");
    let first = server.notification("$/progress");
    assert_eq!(first["params"]["token"], "t1");
    let value = &first["params"]["value"];
    assert!(value["of"] == steps && value["steps"].as_array().unwrap().len() == steps, "every event is whole: {first}");
    assert_eq!((&value["title"], &value["kind"]), (&json!("Set up model-E3"), &json!("begin")));
    let kinds: Vec<String> = std::iter::from_fn(|| {
        let value = server.notification("$/progress")["params"]["value"].clone();
        (value["kind"] != "end").then(|| value["kind"].as_str().unwrap().to_owned())
    })
    .collect();
    assert!(kinds.len() > 3 && kinds.iter().all(|kind| kind == "report"), "{kinds:?}");
    let list = server.request("tenstorrent/environments", json!({}));
    assert_eq!(list["result"]["environments"][0]["ready"], true, "{list}");
    let matches = server.request("tenstorrent/match", json!({ "query": "model-E3" }));
    assert_eq!(matches["result"]["matches"][0]["readiness"], "ready");
    // Weights that are whole prove a step of the walkthrough, which is told after the answer.
    while !server.notification("tenstorrent/status")["params"]["done"]
        .as_array()
        .unwrap()
        .contains(&json!("download-model"))
    {}
    server.forget_unread();
}

#[test]
fn a_cancelled_setup_answers_at_once_and_ends_its_programs() {
    let mut home = Home::new();
    home.seconds = "20";
    let (_tools, mut server) = server(&home);
    let id = server.ask("tenstorrent/setup/run", json!({ "model": "model-E3", "work_done_token": 7 }));
    let until = Instant::now() + Duration::from_secs(20);
    while home.count("begin build") == 0 {
        assert!(Instant::now() < until, "the build did not begin");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!home.left_running().is_empty());
    let begin = Instant::now();
    server.notify("$/cancelRequest", json!({ "id": id }));
    let answer = server.response(id);
    let reply = begin.elapsed();
    assert_eq!(answer["error"]["code"], -32800, "{answer}");
    while !home.left_running().is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", home.left_running());
        thread::sleep(Duration::from_millis(5));
    }
    eprintln!("reply {reply:?}, gone {:?}", begin.elapsed());
    assert!(reply < Duration::from_secs(1), "{reply:?}");
    server.forget_unread();
}

#[test]
fn what_needs_sudo_waits_for_its_proof_and_shows_its_command() {
    let home = Home::new();
    std::fs::remove_file(home.path().join("bin/ninja")).unwrap();
    if which::which_in("ninja", Some("/usr/bin:/bin"), "/").is_ok() {
        eprintln!("not run: ninja is part of this system");
        return;
    }
    let (_tools, mut server) = server(&home);
    let id = server.ask("tenstorrent/setup/run", json!({ "model": "model-E3" }));
    let until = Instant::now() + Duration::from_secs(20);
    while home.step("system").as_deref() != Some("waiting") {
        assert!(Instant::now() < until, "{:?}", home.journal());
        thread::sleep(Duration::from_millis(5));
    }
    let journal = home.journal().unwrap();
    let steps = journal["progress"]["steps"].as_array().unwrap().clone();
    let line = steps.iter().find(|step| step["id"] == "system").unwrap()["line"].as_str().unwrap().to_owned();
    assert!(line.starts_with("cd /") && line.ends_with("/tt-metal && sudo ./install_dependencies.sh"), "{line}");
    assert_eq!(home.count("begin build"), 0);
    home.tool("ninja", "#!/bin/sh\n");
    assert!(server.response(id)["result"]["ran"].as_array().unwrap().contains(&"metal.build".into()));
    server.forget_unread();
}

#[test]
fn the_end_of_the_editor_is_the_end_of_the_programs() {
    let mut home = Home::new();
    home.seconds = "20";
    let (_tools, mut server) = server(&home);
    server.ask("tenstorrent/setup/run", json!({ "model": "model-E3" }));
    let until = Instant::now() + Duration::from_secs(20);
    while home.count("begin build") == 0 {
        assert!(Instant::now() < until, "the build did not begin");
        thread::sleep(Duration::from_millis(5));
    }
    server.close_stdin();
    server.end();
    assert_eq!(home.left_running(), Vec::<u32>::new());
    server.forget_unread();
    home.seconds = "0.05";
    assert!(home.set_up("model-E3")["ran"].as_array().unwrap().contains(&"metal.build".into()));
}

#[test]
fn the_token_of_the_editor_is_one() {
    let mut home = Home::new();
    home.more.push(("HF_TOKEN", None));
    let specs = std::fs::read_to_string(home.path().join("specs.json")).unwrap();
    home.write("specs.json", &specs.replace("owner/", "meta-llama/"));
    let (_tools, mut server) = server(&home);
    let mut missing = || {
        let plan = server.request("tenstorrent/setup/plan", json!({ "model": "model-E3" }));
        let missing = plan["result"]["obstacles"].as_array().unwrap().iter().any(|row| row["id"] == "token");
        server.request("tenstorrent/token/set", json!({ "token": crate::stand_in::SECRET }));
        missing
    };
    assert_eq!((missing(), missing()), (true, false));
    server.forget_unread();
}
