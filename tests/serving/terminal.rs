//! Commands that are typed into the real shells, in a terminal: what they leave behind, and how a server is found by it.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tt_jukebox::recipe::{Recipe, Shell, Traces, render_traced};

use super::harness::{PATIENCE, Server, Tools, all_gone};
use super::home::{Home, MODEL};

/// Ctrl-C.
const INTERRUPT: &str = "\u{3}";

/// Every shell of this machine, with the options that make it interactive and plain.
fn shells() -> Vec<(Shell, &'static str, PathBuf, &'static [&'static str])> {
    let all: [(Shell, &str, &[&str]); 4] = [
        (Shell::Bash, "bash", &["--norc", "--noprofile", "-i"]),
        (Shell::Zsh, "zsh", &["-f", "-i"]),
        (Shell::Fish, "fish", &["--no-config", "-i"]),
        (Shell::Sh, "sh", &["-i"]),
    ];
    let found = all.into_iter().filter_map(|(shell, name, args)| {
        let path = which::which(name).ok();
        if path.is_none() {
            eprintln!("not typed into {name}: it is not installed");
        }
        Some((shell, name, path?, args))
    });
    found.collect()
}

/// A shell in a terminal.
struct Terminal {
    child: Child,
    stdin: ChildStdin,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    fn open(shell: &Path, args: &[&str], env: &[(String, String)]) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serving/terminal.py");
        let mut child = Command::new("python3")
            .arg(program)
            .arg(shell)
            .args(args)
            .env("TERM", "dumb")
            .env("PS1", "$ ")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let shown = Arc::new(Mutex::new(Vec::new()));
        let book = shown.clone();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stdout.read(&mut bytes) {
                book.lock().unwrap().extend_from_slice(&bytes[..count]);
            }
        });
        let mut terminal = Self { child, stdin, shown };
        // A shell that has not drawn its prompt throws away what is typed.
        terminal.says("echo rea\"\"dy\r", "\nready");
        terminal
    }

    fn type_in(&mut self, text: &str) {
        self.stdin.write_all(text.as_bytes()).unwrap();
        self.stdin.flush().unwrap();
    }

    /// Types a line until the answer shows.
    fn says(&mut self, line: &str, answer: &str) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            self.type_in(line);
            for _ in 0..40 {
                thread::sleep(Duration::from_millis(25));
                if self.text().replace('\r', "").contains(answer) {
                    return;
                }
            }
        }
        panic!("{}", self.text());
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// Types the text of a command as the editor does: in one line.
    fn run(&mut self, text: &str) {
        self.type_in(&format!("{}\r", text.replace(" \\\n", " ")));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the whole file to hold a line that begins so.
fn line_of(path: &Path, begin: &str) -> String {
    line_beside(path, begin, String::new)
}

/// The same; where it never comes, `also` says what was to be seen meanwhile.
fn line_beside(path: &Path, begin: &str, also: impl Fn() -> String) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if let Some(line) = text.split_inclusive('\n').find(|line| line.starts_with(begin) && line.ends_with('\n')) {
            return line.trim().to_owned();
        }
        assert!(Instant::now() < until, "{} holds {text:?}\n{}", path.display(), also());
        thread::sleep(Duration::from_millis(10));
    }
}

fn recipe(cwd: &Path, script: &str) -> Recipe {
    Recipe {
        cwd: cwd.display().to_string(),
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        ..Recipe::default()
    }
}

#[test]
fn every_shell_leaves_the_exit_code_whatever_ends_the_command() {
    for (shell, name, path, args) in shells() {
        let dir = tempfile::tempdir().unwrap();
        let home = [("HOME".to_owned(), dir.path().display().to_string())];
        let mut terminal = Terminal::open(&path, args, &home);
        let place = dir.path().join("it's a $HOME \\ folder");
        fs::create_dir(&place).unwrap();
        let wait = "echo up >&2; exec sleep 60";
        let rows: [(&str, PathBuf, &str, bool, bool, &str); 6] = [
            ("end", place.clone(), "exit 7", false, false, "exit 7"),
            ("end-log", place.clone(), "echo out; exit 7", true, false, "exit 7"),
            ("break", place.clone(), wait, false, true, "exit 130"),
            ("break-log", place.clone(), wait, true, true, "exit 130"),
            ("nowhere", dir.path().join("gone"), "exit 0", false, false, "exit"),
            ("nowhere-log", dir.path().join("gone"), "exit 0", true, false, "exit"),
        ];
        for (row, cwd, script, logged, interrupt, expected) in rows {
            let marker = place.join(format!("{row}.marker"));
            let log = place.join(format!("{row}.log"));
            let traces =
                Traces { marker: marker.display().to_string(), log: logged.then(|| log.display().to_string()) };
            terminal.run(&render_traced(&recipe(&cwd, script), &traces, shell).unwrap());
            if interrupt {
                // The command itself says when it runs.
                let until = Instant::now() + PATIENCE;
                let seen = || if logged { fs::read_to_string(&log).unwrap_or_default() } else { terminal.text() };
                while !seen().replace('\r', "").lines().any(|line| line == "up") {
                    assert!(Instant::now() < until, "{name} {row}: {}", terminal.text());
                    thread::sleep(Duration::from_millis(10));
                }
                terminal.type_in(INTERRUPT);
            }
            let line = line_beside(&marker, "exit", || format!("{name} {row}: {}", terminal.text()));
            if expected == "exit" {
                assert_ne!(line, "exit 0", "{name} {row}");
            } else {
                assert_eq!(line, expected, "{name} {row}: {}", terminal.text());
            }
            // The shell of the terminal is still there, and knows how it ended.
            terminal.says(&format!("echo {row}\"\"-over\r"), &format!("\n{row}-over"));
            if row == "end-log" {
                assert_eq!(fs::read_to_string(&log).unwrap(), "out\n", "{name}");
            }
        }
    }
}

/// Asks for the command that serves the model, with its traces in this folder.
fn command(server: &mut Server, dir: &Path, shell: Shell) -> Value {
    let traces = json!({ "marker": dir.join("marker"), "log": dir.join("server.log") });
    let params = json!({ "model": MODEL, "device": null, "experimental": false, "shell": shell, "traces": traces });
    server.request("tenstorrent/command/files", params.clone());
    let made = server.request("tenstorrent/command", params)["result"].clone();
    // A model that was chosen is a step of the walkthrough.
    server.notification("tenstorrent/status");
    made
}

fn until(server: &mut Server, life: &str) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let state = server.request("tenstorrent/server", json!({ "action": "discover" }))["result"].clone();
        if state["life"] == life {
            return state["servers"][0].clone();
        }
        assert!(Instant::now() < until, "{life}: {state}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_server_of_a_terminal_is_found_by_its_marker_also_by_a_sidecar_that_comes_later() {
    let (home, dir, tools) = (Home::new(), tempfile::tempdir().unwrap(), Tools::none());
    let env = home.env();
    let named: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut first = Server::ready(&tools, &named);
    let (shell, _, path, args) = shells().remove(0);
    let made = command(&mut first, dir.path(), shell);
    assert!(made["launcher"].is_string(), "the launcher heads this command: {made}");
    let (marker, log) = (dir.path().join("marker"), dir.path().join("server.log"));
    let started = json!({ "marker": marker, "log": log, "model_id": made["model_id"], "model_name": made["model_name"],
        "port": home.port, "command": [made["program"]] });
    let noted = first.request("tenstorrent/server/started", started.clone());
    // It stands at the prompt and has not been run.
    assert_eq!((&noted["result"]["life"], &noted["result"]["servers"]), (&json!("idle"), &json!([])), "{noted}");
    let mut terminal = Terminal::open(&path, args, &env);
    terminal.run(made["text"].as_str().unwrap());
    line_of(&log, "(APIServer");
    // That a server runs proves steps of the walkthrough; other tests look at that.
    first.forget_unread();
    drop(first);
    // This one has never heard of it.
    let mut second = Server::ready(&tools, &named);
    let server = until(&mut second, "ready");
    let head = line_of(&marker, "").split(' ').next().unwrap().parse::<u32>().unwrap();
    assert_eq!((&server["pid"], &server["can_stop"]), (&json!(head), &json!(true)), "{server}");
    assert_ne!(head, home.pids()[0], "the small shell heads the family");
    // Somebody ends it in the terminal.
    terminal.type_in(INTERRUPT);
    let server = until(&mut second, "stopped");
    assert_eq!((&server["exit_code"], &server["can_stop"]), (&json!(0), &json!(false)), "{server}");
    assert!(all_gone(&home.pids()));
    // Once more, and now the sidecar ends it; the terminal can be used again.
    let again = terminal.text().len();
    fs::remove_file(&marker).unwrap();
    second.request("tenstorrent/server/started", started);
    terminal.run(made["text"].as_str().unwrap());
    until(&mut second, "ready");
    let stopped = second.request("tenstorrent/server", json!({ "action": "stop" }));
    assert_eq!(stopped["result"]["life"], "stopped", "{stopped}");
    assert!(all_gone(&home.pids()) && line_of(&marker, "exit") == "exit 0");
    terminal.says("echo ag\"\"ain\r", "\nagain");
    assert!(terminal.text().len() > again);
    second.forget_unread();
}

#[test]
fn a_start_in_a_terminal_that_fails_says_why() {
    let (home, dir, tools) = (Home::new(), tempfile::tempdir().unwrap(), Tools::none());
    let mut env = home.env();
    env.push(("FAKE".into(), "die".into()));
    let named: Vec<(&str, &str)> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let mut sidecar = Server::ready(&tools, &named);
    let (shell, _, path, args) = shells().remove(0);
    let made = command(&mut sidecar, dir.path(), shell);
    let (marker, log) = (dir.path().join("marker"), dir.path().join("server.log"));
    let mut started = json!({ "marker": marker, "log": log, "model_id": "m", "model_name": "M", "port": home.port, "command": ["vllm"] });
    sidecar.request("tenstorrent/server/started", started.clone());
    let mut terminal = Terminal::open(&path, args, &env);
    terminal.run(made["text"].as_str().unwrap());
    assert_eq!(line_of(&marker, "exit"), "exit 1");
    let server = until(&mut sidecar, "lost");
    assert_eq!((&server["why"], &server["exit_code"]), (&json!("RuntimeError: no device is free"), &json!(1)));
    // Without a log the exit code is what is known.
    started["log"] = Value::Null;
    sidecar.request("tenstorrent/server/started", started);
    let server = until(&mut sidecar, "lost");
    assert_eq!(server["why"], "its command has ended with exit code 1");
    assert!(all_gone(&home.pids()));
}
