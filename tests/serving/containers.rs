//! Servers in containers of which docker says something, nothing, or what is over.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;
use tt_jukebox::clock::seconds_now;
use tt_jukebox::serving::record::{Record, Records};

use super::harness::all_gone;
use super::home::{Home, text};
use super::model_server::ModelServer;

const NAME: &str = "tt-jukebox-m-8000";

/// A docker that says what stands in a file, and fails without it.
struct Docker(TempDir);

impl Docker {
    fn new() -> Self {
        let docker = Self(tempfile::tempdir().unwrap());
        let path = docker.0.path().join("docker");
        let script = "#!/bin/sh\ncd \"${0%/*}\"\ncase $1 in\n\
            ps) [ -f says ] && /bin/cat says ;;\nstop) echo \"$@\" >> stopped; : > says ;;\nesac\n";
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        docker
    }

    fn says(&self, containers: &[Value]) {
        let lines: Vec<String> = containers.iter().map(Value::to_string).collect();
        fs::write(self.0.path().join("says"), lines.join("\n")).unwrap();
    }

    fn stopped(&self) -> String {
        fs::read_to_string(self.0.path().join("stopped")).unwrap_or_default()
    }

    /// Runs the program with this docker alone on PATH.
    fn run(&self, home: &Home, args: &[&str]) -> Output {
        home.command(args).env("PATH", self.0.path()).output().unwrap()
    }

    fn server(&self, home: &Home) -> Value {
        let state: Value = serde_json::from_slice(&self.run(home, &["ps", "--json"]).stdout).unwrap();
        state["servers"][0].clone()
    }
}

/// A note of a container that was started and left alone.
fn noted(home: &Home, port: u16, age_s: u64) -> Records {
    let records = Records::new(PathBuf::from(&home.env()[0].1).join(".local/state/tt-jukebox"));
    let record = Record {
        container: Some(NAME.into()),
        command: vec!["docker".into(), "run".into()],
        model_name: "M".into(),
        port,
        started_at: seconds_now() - age_s,
        ..Record::default()
    };
    records.keep(&record).unwrap();
    records
}

#[test]
fn a_container_that_is_over_is_in_nobodys_way() {
    let (home, docker) = (Home::new(), Docker::new());
    noted(&home, 1, 90_000);
    docker.says(&[]);
    assert!(home.serve("").status.success());
    let stopped = docker.run(&home, &["stop"]);
    assert!(stopped.status.success(), "{}", text(&stopped.stderr));
    assert!(all_gone(&home.pids()));
    // What is left is over: there is nothing to stop.
    assert_eq!(docker.run(&home, &["stop"]).status.code(), Some(4));
    assert_eq!(docker.stopped(), "");
}

#[test]
fn a_docker_that_does_not_answer_is_no_end_of_a_container() {
    let (home, docker) = (Home::new(), Docker::new());
    let records = noted(&home, home.port, 9);
    let stopped = docker.run(&home, &["stop"]);
    let told = text(&stopped.stderr);
    assert!(stopped.status.code() == Some(6) && told.contains("`docker ps` has failed"), "{told}");
    let server = docker.server(&home);
    assert!(server["life"] == "failing" && server["why"].as_str().unwrap().contains("nobody knows"), "{server}");
    assert!(!records.of_port(home.port).unwrap().stopped);
    // It answers again, and the container is still there.
    docker.says(&[json!({ "ID": "ab12", "Names": NAME, "Ports": "", "Labels": "" })]);
    let stopped = docker.run(&home, &["stop"]);
    assert!(stopped.status.success(), "{}", text(&stopped.stderr));
    assert_eq!(docker.stopped(), format!("stop --time 30 -- {NAME}\n"));
    assert_eq!(docker.server(&home)["life"], "stopped");
}

#[test]
fn a_page_on_the_known_port_does_not_hide_the_model_in_a_container() {
    let (home, docker, page, model) =
        (Home::new(), Docker::new(), ModelServer::start().models("<html>"), ModelServer::start());
    let ports = format!("127.0.0.1:{}->8000/tcp", model.port);
    docker.says(&[json!({ "ID": "ab12", "Names": "tt-inference-server-1", "Ports": ports, "Labels": "" })]);
    let ask = |page: &ModelServer| {
        let mut command = home.command(&["ask", "hello"]);
        command.env("PATH", docker.0.path()).env("TT_JUKEBOX_PORT", page.port.to_string()).output().unwrap()
    };
    let asked = ask(&page);
    assert!(asked.status.success(), "{}", text(&asked.stderr));
    assert_eq!((page.seen("/v1/chat/completions").len(), model.seen("/v1/chat/completions").len()), (0, 1));
    // Where no model answers, what wants a key says so, and not what is no model server at all.
    let _locked = model.wants("sesame");
    let told = text(&ask(&page).stderr);
    assert!(told.contains("wants a key"), "{told}");
}
