//! Clients that send what no client should, and clients that leave.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, hello, simulated, told};
use crate::harness::{Tools, all_gone};

const LIST: &str = "tenstorrent_list_models";

#[test]
fn garbage_is_refused_and_the_next_call_works() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let lines: [Vec<u8>; 8] = [
        b"not json\n".to_vec(),
        b"\n\r\n  \n".to_vec(),
        b"\xff\xfe\x00\n".to_vec(),
        b"{\"jsonrpc\":\"1.0\",\"id\":7}\n".to_vec(),
        b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/list\"}\n".to_vec(),
        b"[]\n".to_vec(),
        format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{deep}}}\n").into_bytes(),
        format!("{{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"{}\"}}\n", "x".repeat(4 << 20)).into_bytes(),
    ];
    for line in lines {
        client.send_raw(&line);
        let (text, ..) = client.call(LIST, json!({ "limit": 1 }));
        assert!(text.contains("| "), "{text}");
    }
    let memory = std::fs::read_to_string(format!("/proc/{}/status", client.pid())).unwrap();
    let peak = memory.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().to_owned();
    let peak: u64 = peak.trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 100_000, "{peak} kB");
    client.close_stdin();
    assert!(client.end().1.success());
    assert!(!client.stderr().contains("panicked"));
}

#[test]
fn wrong_calls_are_refused_one_by_one() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let code = |answer: &Value| answer["error"]["code"].as_i64();
    assert_eq!(code(&client.request("no/such/method", json!({}))), Some(-32601));
    assert_eq!(code(&client.request("tools/call", json!({ "name": "rm" }))), Some(-32602));
    assert_eq!(code(&client.request("tools/call", json!({ "name": "x".repeat(500_000) }))), Some(-32602));
    for arguments in [
        json!({ "query": "x".repeat(900_000) }),
        json!({ "query": "\u{1b}]0;x\u{7}" }),
        json!({ "query": ["a"] }),
        json!({ "__proto__": {} }),
        json!({ "limit": 1e300 }),
    ] {
        let (text, object, failed) = client.call(LIST, arguments);
        assert!(failed && object["kind"] == "usage" && text.len() < 500, "{text}");
        assert!(!text.contains('\u{1b}'));
    }
    // Words for a shell are words.
    let (_, object, failed) = client.call("tenstorrent_start_server", json!({ "model": "$(touch x); `id`" }));
    assert!(failed && object["kind"] == "no_match");
}

#[test]
fn a_call_before_the_greeting_does_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::start(&simulated(&home));
    client.ask("tools/call", json!({ "name": "tenstorrent_stop_server", "arguments": { "confirm": true } }));
    client.close_stdin();
    let (rest, _) = client.end();
    assert!(rest.iter().all(|message| message.get("result").is_none()), "{rest:?}");
    assert!(!client.stderr().contains("panicked"));
}

#[test]
fn a_client_that_leaves_in_the_middle_still_gets_its_answer() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::ready(&simulated(&home));
    let id = client.ask("tools/call", json!({ "name": "tenstorrent_doctor", "arguments": {} }));
    client.close_stdin();
    let begun = Instant::now();
    let (rest, status) = client.end();
    assert!(status.success() && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let answer = rest.iter().find(|message| message["id"] == id).expect("its answer");
    assert!(told(answer).0.starts_with('#'));
}

#[test]
fn a_client_that_is_gone_before_it_has_said_anything() {
    let home = tempfile::tempdir().unwrap();
    let mut client = Client::start(&simulated(&home));
    client.close_stdin();
    assert!(client.end().1.success());
    assert_eq!(client.stderr(), "");
}

#[test]
fn a_cancelled_call_takes_its_processes_along() {
    let tools = Tools::with_hanging_tt_smi();
    let home = tempfile::tempdir().unwrap();
    let mut env = simulated(&home);
    env.retain(|(name, _)| name != "PATH" && name != "TT_JUKEBOX_SIMULATE");
    env.push(("PATH".into(), tools.path().display().to_string()));
    env.push(("TT_JUKEBOX_ROOT".into(), "/nonexistent".into()));
    let mut client = Client::ready(&env);
    // The doctor asks tt-smi for its version.
    let id = client.ask("tools/call", json!({ "name": "tenstorrent_doctor", "arguments": {} }));
    let pids = tools.pids(2);
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } }));
    assert!(all_gone(&pids), "tt-smi or its child outlived the cancelled call");
    assert!(client.request("ping", json!({}))["result"].is_object());
    // A second one, and its client leaves: what it started ends as well.
    client.ask("tools/call", json!({ "name": "tenstorrent_doctor", "arguments": {} }));
    let pids = tools.pids(4);
    client.close_stdin();
    assert!(all_gone(&pids));
    client.end();
}

#[test]
fn answers_that_nobody_reads_do_not_stop_the_end() {
    let home = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_tt-jukebox"))
        .arg("mcp")
        .env_clear()
        .envs(simulated(&home))
        .env("TT_JUKEBOX_CATALOG_UPDATES", "off")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let line = |id: u32, method: &str, params: Value| {
        format!("{}\n", json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
    };
    let writer = thread::spawn(move || {
        use std::io::Write as _;
        let _ = stdin.write_all(line(0, "initialize", hello()).as_bytes());
        for id in 1..200 {
            let call = json!({ "name": LIST, "arguments": { "limit": 100 } });
            let _ = stdin.write_all(line(id, "tools/call", call).as_bytes());
        }
    });
    writer.join().unwrap();
    // Stdin is closed now, and the pipe of stdout is full.
    let until = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "it waits for a reader for ever");
        thread::sleep(Duration::from_millis(20));
    }
}
