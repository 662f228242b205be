//! The token: kept where every program finds it, and seen nowhere else.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::hub_server::{Fault, Gate, HubServer};
use super::person::{Person, files_below, stderr};

const TOKEN: &str = "hf_NobodyMaySeeThis";

fn log_in(person: &Person, typed: &str) -> Output {
    let mut child = person.command(&["login", "--json"]).stdin(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn login_checks_and_keeps_and_logout_removes() {
    let server = HubServer::start();
    server.knows(TOKEN);
    let person = Person::with(&server);
    let file = person.home.path().join(".cache/huggingface/token");
    for bad in ["hf_unknown", "two words", ""] {
        let output = log_in(&person, bad);
        assert!(!output.status.success() && !file.exists(), "{bad}: {}", stderr(&output));
    }
    let output = log_in(&person, &format!("{TOKEN}\n"));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((answer["who"].as_str(), answer["file"].as_str()), (Some("ada"), file.to_str()));
    assert_eq!(fs::read_to_string(&file).unwrap(), TOKEN);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let asked = person.run(&["logout"]);
    assert_eq!(asked.status.code(), Some(2), "without a terminal it is not removed: {}", stderr(&asked));
    assert!(file.exists());
    assert!(person.run(&["logout", "--yes"]).status.success() && !file.exists());
}

#[test]
fn a_check_says_whose_it_is_and_what_it_reads() {
    let server = HubServer::start();
    server.knows(TOKEN);
    let (open, closed) = ("meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.2-1B-Instruct");
    server.add_model(open, 2000).add_model(closed, 2000);
    server.gate(open, Gate { token: Some(TOKEN.into()), refusal: None });
    server.gate(closed, Gate { token: Some("hf_other".into()), refusal: None });
    let mut person = Person::with(&server);
    person.env.push(("HF_TOKEN", TOKEN.into()));
    let output = person.run(&["login", "--check", "--json"]);
    let state: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((state["who"].as_str(), state["source"].as_str()), (Some("ada"), Some("HF_TOKEN")));
    let repo =
        |name: &str| state["repos"].as_array().unwrap().iter().find(|repo| repo["repo"] == name).unwrap().clone();
    assert_eq!(repo(open)["refused"], Value::Null);
    assert!(repo(closed)["refused"]["why"].as_str().unwrap().contains("not agreed to its terms"));
    let person = Person::with(&server);
    let output = person.run(&["login", "--check"]);
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("There is no token."), "{}", stderr(&output));
    assert!(!output.status.success() && stderr(&output).contains("\n  next: "), "{}", stderr(&output));
}

#[test]
fn it_is_seen_nowhere() {
    let server = HubServer::start();
    server.knows(TOKEN);
    server.add_model("o/Gated", 2_000_000).gate("o/Gated", Gate { token: Some(TOKEN.into()), refusal: None });
    server.slow(8 << 20);
    let person = Person::with(&server);
    assert!(log_in(&person, TOKEN).status.success());
    let child = person.command(&["download", "o/Gated", "--events"]).spawn().unwrap();
    thread::sleep(Duration::from_millis(150));
    let line = fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    let done = child.wait_with_output().unwrap();
    server.always("model-00001-of-00002.safetensors", Fault::Status(500, String::new()));
    let mut printed = vec![line, done.stdout, done.stderr];
    for args in [
        &["download", "o/Gated", "--local-dir", "own"][..],
        &["download", "o/Gated", "--dry-run", "--json"],
        &["download", "o/Missing"],
        &["login", "--check"],
        &["config", "--json"],
        &["doctor"],
        &["probe", "--raw"],
    ] {
        let output = person.run(args);
        printed.extend([output.stdout, output.stderr]);
    }
    let holds = |bytes: &[u8]| bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes());
    assert!(printed.iter().all(|bytes| !holds(bytes)));
    let found: Vec<_> =
        files_below(person.home.path()).into_iter().filter(|path| holds(&fs::read(path).unwrap_or_default())).collect();
    assert_eq!(found, [person.home.path().join(".cache/huggingface/token")]);
}
