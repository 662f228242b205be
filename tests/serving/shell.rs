//! A shell of a terminal, of which only the number is known: what it runs later is no server of ours.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use tt_jukebox::clock::seconds_now;
use tt_jukebox::serving::record::{Record, Records};

use super::harness::{PATIENCE, Server, Tools, alive, all_gone};
use super::home::Home;

/// A shell that runs what is written to it, and what it runs.
struct Shell(Child, Option<u32>);

impl Shell {
    fn open() -> Self {
        let child = Command::new("/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Self(child, None)
    }

    /// Runs something that lasts, and answers its process once it is there.
    fn run_other(&mut self) -> u32 {
        self.0.stdin.as_mut().unwrap().write_all(b"sleep 300 & echo $!\n").unwrap();
        let mut line = String::new();
        BufReader::new(self.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        self.1 = Some(line.trim().parse().unwrap());
        self.1.unwrap()
    }

    fn end_other(&mut self) {
        if let Some(other) = self.1.take() {
            self.0.stdin.as_mut().unwrap().write_all(b"kill $!; wait\n").unwrap();
            assert!(all_gone(&[other]));
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.end_other();
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn records(home: &Home) -> (Records, PathBuf) {
    let dir = PathBuf::from(&home.env()[0].1).join(".local/state/tt-jukebox");
    (Records::new(&dir), dir.join(format!("servers/{}.json", home.port)))
}

#[test]
fn what_is_typed_after_a_command_that_has_failed_at_once_is_not_taken_for_the_server() {
    let (home, mut shell) = (Home::new(), Shell::open());
    let env = home.env();
    let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&Tools::none(), &env);
    for exit_code in [json!(127), json!(null)] {
        let _ = std::fs::remove_file(records(&home).1);
        let started = json!({ "shell_pid": shell.0.id(), "model_id": "m", "model_name": "M", "port": home.port,
            "command": ["vllm"] });
        let noting = sidecar.ask("tenstorrent/server/started", started);
        let until = Instant::now() + PATIENCE;
        while !records(&home).1.exists() {
            assert!(Instant::now() < until, "it was not noted");
            std::thread::sleep(Duration::from_millis(5));
        }
        // Its end is told while its process is still looked for.
        let ended = json!({ "port": home.port, "exit_code": exit_code, "stopped": false });
        sidecar.request("tenstorrent/server/ended", ended);
        let other = shell.run_other();
        sidecar.response(noting);
        let state = sidecar.request("tenstorrent/server", json!({ "action": "discover" }));
        let server = &state["result"]["servers"][0];
        assert_eq!((&server["life"], &server["pid"]), (&json!("lost"), &json!(null)), "{state}");
        assert_eq!(server["exit_code"], exit_code);
        let stopped = sidecar.request("tenstorrent/server", json!({ "action": "stop" }));
        assert_eq!(stopped["error"]["data"]["kind"], "no_match", "{stopped}");
        assert!(alive(other));
        shell.end_other();
    }
}

#[test]
fn what_a_shell_runs_long_after_the_note_is_not_taken_for_the_server() {
    let (home, mut shell) = (Home::new(), Shell::open());
    let (records, _) = records(&home);
    let noted = Record { shell_pid: Some(shell.0.id()), port: home.port, ..Record::default() };
    // Nobody has told how it ended: the editor was gone by then.
    records.keep(&Record { started_at: seconds_now() - 60, ..noted.clone() }).unwrap();
    let other = shell.run_other();
    let state = home.ps();
    assert_eq!((&state["life"], &state["servers"][0]["pid"]), (&json!("lost"), &json!(null)), "{state}");
    assert_eq!((home.run(&["stop"]).status.code(), alive(other)), (Some(4), true));
    assert_eq!(records.of_port(home.port).unwrap().shell_pid, None, "nobody looks for it again");
    // The same shell, and a note from when it began to run.
    records.keep(&Record { started_at: seconds_now(), ..noted }).unwrap();
    assert_eq!(home.ps()["servers"][0]["pid"], other);
}

#[test]
fn a_log_is_followed_also_where_nobody_has_looked_at_the_server() {
    let (home, mut shell, log) = (Home::new(), Shell::open(), tempfile::NamedTempFile::new().unwrap());
    let server = shell.run_other();
    let path = Some(log.path().display().to_string());
    let noted = Record { shell_pid: Some(shell.0.id()), port: home.port, log: path, ..Record::default() };
    records(&home).0.keep(&Record { started_at: seconds_now(), ..noted }).unwrap();
    let mut follow = home.command(&["logs", "-f"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut shown = BufReader::new(follow.stdout.take().unwrap());
    for said in ["one\n", "two\n"] {
        log.as_file().write_all(said.as_bytes()).unwrap();
        let mut line = String::new();
        shown.read_line(&mut line).unwrap();
        assert_eq!(line, said);
        assert_eq!(records(&home).0.of_port(home.port).unwrap().pid, Some(server), "it knows whom it waits for");
    }
    shell.end_other();
    assert!(follow.wait().unwrap().success());
}
