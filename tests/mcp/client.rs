//! A client that talks MCP to the real binary. Every line of stdout must be a message of the protocol.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::PATIENCE;

pub struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    pub notes: Vec<Value>,
    next_id: i64,
}

impl Client {
    /// Starts `tt-jukebox mcp` in an environment of exactly these variables.
    pub fn start(env: &[(String, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"))
            .arg("mcp")
            .env_clear()
            .env("TT_JUKEBOX_CATALOG_UPDATES", "off")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, incoming) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let line = line.unwrap();
                let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert_eq!(message["jsonrpc"], "2.0", "{line}");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, incoming, notes: Vec::new(), next_id: 0 }
    }

    /// Starts it and greets it.
    pub fn ready(env: &[(String, String)]) -> Self {
        let mut client = Self::start(env);
        let answer = client.request("initialize", hello());
        assert_eq!(answer["result"]["serverInfo"]["name"], "tt-jukebox", "{answer}");
        assert!(answer["result"]["instructions"].as_str().unwrap().contains("confirm: true"));
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn send(&mut self, message: &Value) {
        self.send_raw(format!("{message}\n").as_bytes());
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params }));
        self.next_id
    }

    /// The answer to a request; notifications on the way are kept.
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.incoming.recv_timeout(PATIENCE).expect("no answer came");
            if message.get("method").is_some() {
                self.notes.push(message);
            } else if message["id"] == id {
                return message;
            }
        }
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// The result of a call: its text and its object.
    pub fn call(&mut self, tool: &str, arguments: Value) -> (String, Value, bool) {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        told(&answer)
    }

    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Everything that still comes until the end, which must come soon.
    pub fn end(&mut self) -> (Vec<Value>, ExitStatus) {
        let until = Instant::now() + PATIENCE;
        let mut rest = Vec::new();
        while let Ok(message) = self.incoming.recv_timeout(until.saturating_duration_since(Instant::now())) {
            rest.push(message);
        }
        (rest, self.child.wait().unwrap())
    }

    pub fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.close_stdin();
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            if Instant::now() > until {
                let _ = self.child.kill();
            }
            thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

pub fn hello() -> Value {
    json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } })
}

pub fn told(answer: &Value) -> (String, Value, bool) {
    let result = &answer["result"];
    let text = result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    (text, result["structuredContent"].clone(), result["isError"] == true)
}

/// A box that is not there, in a home of its own.
pub fn simulated(home: &tempfile::TempDir) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    vec![
        pair("HOME", home.path().to_str().unwrap()),
        pair("PATH", "/nonexistent"),
        pair("TT_JUKEBOX_SIMULATE", "n150"),
        pair("TT_JUKEBOX_PORT", &free.to_string()),
    ]
}
