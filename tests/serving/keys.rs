//! The key that an editor keeps for a server: used for that server, sent to no other, told to nobody.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::harness::{Server, Tools};
use super::home::{Home, text};
use super::model_server::{Chat, ModelServer};

const KEY: &str = "sk-FromTheEditor";

fn keys(server: &ModelServer) -> Vec<Option<String>> {
    ["/v1/models", "/metrics", "/v1/chat/completions"]
        .iter()
        .flat_map(|path| server.seen(path))
        .map(|request| request.key)
        .collect()
}

fn hello(sidecar: &mut Server) -> Value {
    sidecar.request("tenstorrent/chat", json!({ "messages": [{ "role": "user", "content": "hello" }] }))
}

#[test]
fn a_key_of_the_editor_goes_to_its_server_and_to_nobody_else() {
    let (named, other, home) = (ModelServer::start().wants(KEY), ModelServer::start(), Home::new());
    let mut env = home.env();
    env.retain(|(name, _)| name != "TT_JUKEBOX_PORT");
    env.push(("TT_JUKEBOX_SERVER_URL".into(), format!("{}/v1", named.url())));
    env.push(("TT_JUKEBOX_PORT".into(), other.port.to_string()));
    env.push(("TT_JUKEBOX_LOG".into(), "trace".into()));
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    let of = |state: &Value, source: &str| {
        let servers = state["result"]["servers"].as_array().unwrap();
        servers.iter().find(|server| server["source"] == source).unwrap().clone()
    };
    let without = sidecar.request("tenstorrent/server", json!({}));
    let server = of(&without, "setting");
    assert_eq!((&server["wants_key"], &server["why"]), (&json!(true), &json!("it wants a key")), "{server}");
    assert_eq!((&server["with_key"], &of(&without, "port")["with_key"]), (&json!(false), &json!(false)), "{without}");
    // Another key, the right one, and the right one for another port of the same machine.
    let wrong = sidecar.request("tenstorrent/server/key", json!({ "key": "sk-wrong" }));
    assert_eq!(of(&wrong, "setting")["why"], "it refuses the key that it was sent");
    assert_eq!(of(&wrong, "setting")["with_key"], false);
    let right = sidecar.request("tenstorrent/server/key", json!({ "key": KEY }));
    let server = of(&right, "setting");
    assert_eq!((&server["wants_key"], &server["life"]), (&json!(false), &json!("ready")), "{server}");
    assert_eq!((&server["with_key"], &of(&right, "port")["with_key"]), (&json!(true), &json!(false)), "{right}");
    let answered = hello(&mut sidecar);
    assert!(answered["result"]["content"].as_str().is_some_and(|text| !text.is_empty()), "{answered}");
    let answers = [wrong, right, answered, sidecar.request("tenstorrent/server", json!({ "action": "watch" }))];
    assert!(!answers.iter().any(|answer| answer.to_string().contains("sk-")), "{answers:?}");
    assert!(keys(&named).iter().flatten().any(|key| key == &format!("Bearer {KEY}")));
    assert!(!keys(&other).is_empty() && keys(&other).iter().all(Option::is_none), "{:?}", keys(&other));
    // A server that sends on to another one takes the key nowhere.
    let to = format!("location: {}/v1/chat/completions\r\n", other.url());
    let before = other.seen("/v1/chat/completions").len();
    let named = named.chats([Chat::Status(307, Box::leak(to.into_boxed_str()), "{}")]);
    assert!(hello(&mut sidecar).get("error").is_some());
    assert_eq!(other.seen("/v1/chat/completions").len(), before);
    // Forgotten is forgotten.
    let gone = sidecar.request("tenstorrent/server/key", json!({ "key": null }));
    assert_eq!(of(&gone, "setting")["why"], "it wants a key");
    assert_eq!(named.seen("/v1/models").last().unwrap().key, None);
    let logged = sidecar.logged();
    assert!(!logged.is_empty() && !logged.iter().any(|line| line.contains("sk-")), "{logged:?}");
    // The answer, and the server that gave it, have proved steps of the walkthrough.
    sidecar.forget_unread();
}

#[test]
fn what_is_no_key_or_for_no_server_is_refused_without_repeating_it() {
    let home = Home::new();
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    for params in [
        json!({ "key": KEY }),
        json!({ "key": KEY, "url": "file:///etc/passwd" }),
        json!({ "key": KEY, "url": "https://sk-user:sk-password@example.org" }),
        json!({ "key": format!("{KEY}\r\nx: y"), "url": "https://example.org" }),
        json!({ "key": "sk-\u{e4}", "url": "https://example.org" }),
    ] {
        let answer = sidecar.request("tenstorrent/server/key", params);
        assert!(answer.get("error").is_some() && !answer.to_string().contains("sk-"), "{answer}");
    }
    // For a server that is not there now it is kept all the same.
    let kept = sidecar.request("tenstorrent/server/key", json!({ "key": KEY, "url": "https://example.org/v1" }));
    assert_eq!(kept["result"]["life"], "idle", "{kept}");
}

#[test]
fn who_only_has_the_port_of_the_settings_is_sent_no_key() {
    let (named, other, home) = (ModelServer::start().wants("sk-named"), ModelServer::start(), Home::new());
    let scratchpad = format!("{}/tt-scratchpad", home.env()[0].1);
    std::fs::create_dir(&scratchpad).unwrap();
    std::fs::write(format!("{scratchpad}/server.env"), "VLLM_API_KEY=sk-of-our-servers\n").unwrap();
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let port = other.port.to_string();
        let output = home.command(args).env("TT_JUKEBOX_PORT", port).envs(env.iter().copied()).output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    // The key of servers that were started here is for those.
    run(&["ps"], &[]);
    run(&["ask", "hello"], &[]);
    // That of the environment is for the server that is named, whoever else is looked at or asked.
    let env = [("TT_JUKEBOX_SERVER_URL", named.url()), ("TT_JUKEBOX_API_KEY", "sk-named".to_owned())];
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(run(&["ps"], &env).contains("ready"));
    run(&["ask", "hello"], &env);
    run(&["ask", "--url", &other.url(), "hello"], &env);
    assert!(keys(&named).iter().all(|key| key.as_deref() == Some("Bearer sk-named")), "{:?}", keys(&named));
    assert!(keys(&other).len() >= 6 && keys(&other).iter().all(Option::is_none), "{:?}", keys(&other));
    // Where none is named, it is for the server of this user that is found.
    run(&["ask", "hello"], &env[1..]);
    assert_eq!(keys(&other).pop().flatten().as_deref(), Some("Bearer sk-named"));
}

#[test]
fn what_stands_on_the_command_line_of_another_program_is_told_to_nobody() {
    let home = Home::new();
    let listens = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); print(flush=True); sys.stdin.read()";
    let mut other = Command::new("python3")
        .args(["-c", listens, &home.port.to_string(), "--api-key", "sk-OfAnother"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(other.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    let tool = |name: &str, arguments: Value| json!({ "name": name, "arguments": arguments });
    let start = tool("tenstorrent_start_server", json!({ "model": super::home::MODEL }));
    let answers = [
        home.ps(),
        sidecar.request("tenstorrent/tool", tool("tenstorrent_server_status", json!({}))),
        sidecar.request("tenstorrent/tool", start),
    ];
    drop(other.stdin.take());
    other.wait().unwrap();
    for answer in answers.map(|answer| answer.to_string()) {
        assert!(answer.contains(&format!("(process {})", other.id())) && !answer.contains("sk-"), "{answer}");
    }
    sidecar.forget_unread();
}
