//! Chats through the command line: what a person sees, and with `TT_JUKEBOX_VLLM` against a real server.

use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::home::jukebox;
use super::model_server::{Chat, ModelServer};
use super::recorded::{STREAM_TEXT, text};

fn ask(args: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    jukebox(home.path()).arg("ask").args(args).output().unwrap()
}

fn out(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_answer_is_on_stdout_and_nothing_else() {
    let server = ModelServer::start();
    let (stdout, stderr) = out(&ask(&["--url", &server.url(), "--system", "be brief", "hello", "there"]));
    assert_eq!(stdout, format!("{STREAM_TEXT}\n"));
    assert!(stderr.contains("limit of tokens"), "{stderr}");
    let sent = &server.seen("/v1/chat/completions")[0].body["messages"];
    assert_eq!((&sent[0]["content"], &sent[1]["content"]), (&"be brief".into(), &"hello there".into()));
}

#[test]
fn json_is_one_line_for_each_piece_and_the_whole_at_the_end() {
    let server = ModelServer::start();
    let (stdout, _) = out(&ask(&["--json", "--url", &server.url(), "hello"]));
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, pieces) = lines.split_last().unwrap();
    let text: String = pieces.iter().map(|piece| piece["partial"]["content"].as_str().unwrap()).collect();
    assert_eq!((text.as_str(), last["content"].as_str().unwrap()), (STREAM_TEXT, STREAM_TEXT));
    assert_eq!((last["schema"].as_u64(), last["usage"]["completion_tokens"].as_u64()), (Some(1), Some(12)));
}

#[test]
fn half_an_answer_is_printed_and_fails() {
    let server = ModelServer::start().chats([Chat::Break(text("half\u{1b}[2J"))]);
    let output = ask(&["--url", &server.url(), "hello"]);
    let (stdout, stderr) = out(&output);
    assert_eq!((stdout.as_str(), output.status.code()), ("half[2J\n", Some(8)));
    assert!(stderr.contains("broke off") && stderr.contains("next:"), "{stderr}");
}

#[test]
fn the_question_can_come_from_stdin() {
    let server = ModelServer::start();
    let home = tempfile::tempdir().unwrap();
    let mut child = jukebox(home.path())
        .args(["ask", "--url", &server.url(), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all("what is é?".as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(server.seen("/v1/chat/completions")[0].body["messages"][0]["content"], "what is é?");
}

#[test]
fn a_real_server_answers_when_there_is_one() {
    let Ok(url) = std::env::var("TT_JUKEBOX_VLLM") else {
        eprintln!("TT_JUKEBOX_VLLM is not set: no real server is asked");
        return;
    };
    let (stdout, stderr) = out(&ask(&["--json", "--url", &url, "--max-tokens", "12", "hello"]));
    let last: Value = serde_json::from_str(stdout.lines().last().unwrap_or_default()).expect(&stderr);
    assert!(!last["content"].as_str().unwrap().is_empty() && last["trouble"].is_null(), "{last}");
    assert_eq!(last["usage"]["completion_tokens"], 12);
    let failed = ask(&["--url", &url, "--model", "nope", "hello"]);
    assert_eq!(failed.status.code(), Some(4), "{:?}", out(&failed));
    // Longer than its context of 1024 tokens, in one question: said before it is sent, by the server's own count.
    let long = "tensor ".repeat(3000);
    let failed = ask(&["--url", &url, &long]);
    assert_eq!(failed.status.code(), Some(2));
    assert!(out(&failed).1.contains("as the server counts them"), "{:?}", out(&failed));
}
