//! The life of a server over the real binary: started, found again, ended, lost, in the way of another.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::harness::{Server, Tools, all_gone};
use super::home::{Home, MODEL, text};
use super::model_server::ModelServer;

#[test]
fn twenty_rounds_leave_no_process_behind() {
    let home = Home::new();
    for round in 0..20 {
        let served = home.serve("");
        assert!(served.status.success(), "{round}: {}", text(&served.stderr));
        assert!(text(&served.stdout).contains("is ready at"), "{}", text(&served.stdout));
        let state = home.ps();
        assert_eq!((&state["life"], &state["servers"][0]["source"]), (&json!("ready"), &json!("started")), "{state}");
        let stopped = home.run(&["stop"]);
        assert!(stopped.status.success(), "{round}: {}", text(&stopped.stderr));
        assert!(all_gone(&home.pids()), "round {round}");
        assert_eq!(home.ps()["life"], "stopped");
    }
    assert_eq!(home.pids().len(), 40);
}

#[test]
fn a_server_that_forgets_its_children_leaves_none_behind() {
    let home = Home::new();
    assert!(home.serve("careless").status.success());
    assert!(home.run(&["stop"]).status.success());
    assert!(all_gone(&home.pids()));
}

#[test]
fn a_server_for_others_has_a_key_and_gets_what_was_added() {
    let home = Home::new();
    let serve = ["serve", MODEL, "--host", "0.0.0.0", "--detach"];
    // Without its key file it does not start.
    assert_eq!(home.run(&serve).status.code(), Some(2));
    let served = home.run(&[&serve[..], &["--install-files", "--extra", "--seed", "7"]].concat());
    assert!(served.status.success(), "{}", text(&served.stderr));
    // The key of the file opens it, for a question of our own as well.
    assert_eq!(home.ps()["servers"][0]["models"][0]["max_model_len"], 1024);
    assert_eq!(text(&home.run(&["ask", "hello"]).stdout), "hello from the fake\n");
    // As it does when its address is named, which is what an editor does whose picker it was chosen in.
    let url = format!("http://127.0.0.1:{}", home.port);
    assert_eq!(text(&home.run(&["ask", "--url", &url, "hello"]).stdout), "hello from the fake\n");
    let command = std::fs::read_to_string(format!("/proc/{}/cmdline", home.pids()[0])).unwrap();
    assert!(command.contains("--seed\x007\x00") && command.contains("--host\x000.0.0.0\x00"), "{command}");
    let key = std::fs::read_to_string(format!("{}/tt-scratchpad/server.env", home.env()[0].1)).unwrap();
    let key = key.lines().find_map(|line| line.strip_prefix("VLLM_API_KEY=")).unwrap();
    assert!(!command.contains(key) && !home.ps().to_string().contains(key));
    assert!(home.run(&["stop"]).status.success() && all_gone(&home.pids()));
}

#[test]
fn a_start_is_shown_as_steps_with_the_times_of_the_last_one() {
    let home = Home::new();
    let first =
        home.command(&["serve", MODEL, "--install-files", "--detach"]).env("FAKE_PAUSE", "0.3").output().unwrap();
    let told = text(&first.stderr);
    for step in ["Process, 14 s done", "Weights", "Warm-up and compilation"] {
        assert!(told.contains(step), "{step}: {told}");
    }
    assert!(home.run(&["stop", "llama"]).status.success());
    let second = home.command(&["serve", MODEL, "--detach"]).env("FAKE_PAUSE", "0.3").output().unwrap();
    assert!(text(&second.stderr).contains("Weights (last time 10 s)"), "{}", text(&second.stderr));
    let asked = home.run(&["ask", "hello"]);
    assert_eq!(text(&asked.stdout), "hello from the fake\n", "{}", text(&asked.stderr));
    let logs = text(&home.run(&["logs", "-n", "1"]).stdout);
    assert!(logs.contains("Application startup complete"), "{logs}");
    assert!(home.run(&["stop", &home.port.to_string()]).status.success());
    assert!(all_gone(&home.pids()));
}

#[test]
fn ctrl_c_ends_an_attached_server() {
    let home = Home::new();
    let mut child = home
        .command(&["serve", MODEL, "--install-files"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("is ready at"), "{line}");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert!(all_gone(&home.pids()));
    assert_eq!(home.ps()["life"], "stopped");
}

#[test]
fn a_start_that_fails_says_why() {
    let home = Home::new();
    let served = home.serve("die");
    let told = text(&served.stderr);
    assert_eq!(served.status.code(), Some(6), "{told}");
    assert!(told.contains("RuntimeError: no device is free") && told.contains("tt-jukebox logs"), "{told}");
    let state = home.ps();
    assert_eq!(
        (&state["life"], &state["servers"][0]["why"]),
        (&json!("lost"), &json!("RuntimeError: no device is free"))
    );
    assert!(all_gone(&home.pids()));
}

#[test]
fn a_server_that_was_killed_is_lost_and_can_be_started_again() {
    let home = Home::new();
    assert!(home.serve("").status.success());
    for pid in home.pids() {
        assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
    }
    assert!(all_gone(&home.pids()));
    assert_eq!(home.ps()["life"], "lost");
    let asked = home.run(&["ask", "hello"]);
    assert!(text(&asked.stderr).contains("no server listens"), "{}", text(&asked.stderr));
    assert_eq!(home.run(&["stop"]).status.code(), Some(4));
    assert!(home.serve("").status.success());
    assert!(home.run(&["stop"]).status.success() && all_gone(&home.pids()));
}

#[test]
fn a_port_that_is_taken_is_told_with_who_has_it_and_the_next() {
    let home = Home::new();
    let _other = TcpListener::bind(("127.0.0.1", home.port)).unwrap();
    let served = home.serve("");
    let told = text(&served.stderr);
    assert_eq!(served.status.code(), Some(2), "{told}");
    assert!(told.contains(&format!("process {}", std::process::id())) && told.contains("--port"), "{told}");
    assert!(home.pids().is_empty());
}

#[test]
fn what_another_program_answers_does_not_make_a_server_ready() {
    let home = Home::new();
    let mut serve = home.command(&["serve", MODEL, "--install-files", "--detach"]).env("FAKE", "mute").spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(20);
    while home.pids().is_empty() && Instant::now() < until {
        thread::sleep(Duration::from_millis(10));
    }
    let other = ModelServer::start_at(home.port);
    assert_eq!(serve.wait().unwrap().code(), Some(6));
    let state = home.ps();
    let why = state["servers"][0]["why"].as_str().unwrap();
    assert!(state["life"] == "failing" && why.contains(&format!("process {}", std::process::id())), "{state}");
    assert!(home.run(&["stop"]).status.success());
    assert!(all_gone(&home.pids()));
    assert_eq!((&home.ps()["life"], &home.ps()["servers"][0]["source"]), (&json!("ready"), &json!("port")));
    drop(other);
}

#[test]
fn servers_of_others_are_found_and_what_is_none_is_named() {
    let home = Home::new();
    let model = ModelServer::start();
    let found = |name: &str, value: &str| {
        let output = home.command(&["ps", "--json"]).env(name, value).output().unwrap();
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    for (name, value, source) in [
        ("TT_JUKEBOX_PORT", model.port.to_string(), "port"),
        ("TT_JUKEBOX_SERVER_URL", format!("{}/v1", model.url()), "setting"),
    ] {
        let state = found(name, &value);
        let server = &state["servers"][0];
        assert_eq!(
            (&state["life"], &server["source"], &server["can_stop"]),
            (&json!("ready"), &json!(source), &json!(false))
        );
        assert_eq!(server["models"][0]["max_model_len"], 1024);
    }
    let page = |why: &str, page: ModelServer| {
        let state = found("TT_JUKEBOX_PORT", &page.port.to_string());
        assert_eq!((&state["life"], &state["servers"]), (&json!("idle"), &json!([])), "{state}");
        let told = state["port_taken"].as_str().unwrap();
        assert!(told.contains(&format!("process {}", std::process::id())) && told.contains(why), "{state}");
    };
    page("is no model server", ModelServer::start().models("<html>"));
    page("wants a key", ModelServer::start().wants("sesame").refuses("<html>"));
}

#[test]
fn an_editor_finds_a_server_again_and_can_end_it() {
    let home = Home::new();
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    // As a terminal does it: the command is a child of a shell, and only the shell is known.
    let python = format!("{}/tt-metal/python_env/bin/python", env[0].1);
    let script = format!("{python} --port {} --model org/m & wait", home.port);
    let mut shell =
        Command::new("/bin/sh").args(["-c", &script]).envs(home.env()).stdout(Stdio::null()).spawn().unwrap();
    let tools = Tools::none();
    let mut first = Server::ready(&tools, &env);
    while home.pids().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let noted = first.request(
        "tenstorrent/server/started",
        json!({ "shell_pid": shell.id(), "model_id": "id_x", "model_name": "M", "port": home.port, "command": ["vllm"] }),
    );
    assert!(noted["result"]["servers"][0]["can_stop"] == true, "{noted}");
    let mut known = noted["result"].clone();
    while known["life"] != "ready" {
        let watch = json!({ "action": "watch", "known": known["revision"] });
        known = first.request("tenstorrent/server", watch)["result"].clone();
    }
    // That a server runs proves steps of the walkthrough; other tests look at that.
    first.forget_unread();
    drop(first);
    let mut second = Server::ready(&tools, &env);
    let state = second.request("tenstorrent/server", json!({ "action": "discover" }));
    let server = &state["result"]["servers"][0];
    assert_eq!((&server["life"], &server["pid"]), (&json!("ready"), &json!(home.pids()[0])), "{state}");
    let answer = second.request("tenstorrent/chat", json!({ "messages": [{ "role": "user", "content": "hello" }] }));
    assert_eq!(answer["result"]["content"], "hello from the fake", "{answer}");
    let stopped = second.request("tenstorrent/server", json!({ "action": "stop" }));
    assert_eq!(stopped["result"]["life"], "stopped", "{stopped}");
    second.forget_unread();
    assert!(all_gone(&home.pids()));
    shell.wait().unwrap();
}

#[test]
fn a_container_of_the_official_program_is_found_by_its_port() {
    let (home, model) = (Home::new(), ModelServer::start());
    let tools = tempfile::tempdir().unwrap();
    let row = json!({ "ID": "ab12", "Names": "tt-inference-server-1", "Labels": "",
        "Ports": format!("127.0.0.1:{}->8000/tcp", model.port) });
    let docker = tools.path().join("docker");
    std::fs::write(&docker, format!("#!/bin/sh\necho '{row}'\n")).unwrap();
    std::fs::set_permissions(&docker, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let output = home.command(&["ps", "--json"]).env("PATH", tools.path()).output().unwrap();
    let state: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let server = &state["servers"][0];
    assert_eq!((&server["life"], &server["source"]), (&json!("ready"), &json!("container")), "{state}");
    assert_eq!((&server["container"], &server["can_stop"]), (&json!("tt-inference-server-1"), &json!(false)));
}
