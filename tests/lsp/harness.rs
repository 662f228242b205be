//! A client that talks to the real binary, in an empty environment, with fake tools on an otherwise empty PATH. When it
//! is dropped, the server must have said nothing that no test has looked at, and must be gone.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Long enough for a busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A folder for PATH.
pub struct Tools {
    dir: TempDir,
}

impl Tools {
    pub fn none() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// The folder itself.
    pub fn path(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// A tt-smi that does what `script` says; `$PIDS` is a file for the ids of its processes.
    pub fn with_tt_smi(script: &str) -> Self {
        let tools = Self::none();
        let path = tools.dir.path().join("tt-smi");
        let pids = tools.dir.path().join("pids");
        fs::write(&path, format!("#!/bin/sh\nPIDS='{}'\n{script}\n", pids.display())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        tools
    }

    /// A tt-smi that never answers, with a grandchild that holds its output open.
    pub fn with_hanging_tt_smi() -> Self {
        Self::with_tt_smi("/bin/sleep 300 & echo $$ $! >> \"$PIDS\"; wait")
    }

    /// Waits until `count` processes have been written down.
    pub fn pids(&self, count: usize) -> Vec<u32> {
        let until = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(self.dir.path().join("pids")).unwrap_or_default();
            let pids: Vec<u32> = text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
            if pids.len() >= count {
                return pids;
            }
            assert!(Instant::now() < until, "the fake tool was not started");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// True while a process runs; one that only waits to be reaped does not.
pub fn alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
}

/// Waits until none of the processes runs.
pub fn all_gone(pids: &[u32]) -> bool {
    let until = Instant::now() + PATIENCE;
    while pids.iter().any(|pid| alive(*pid)) {
        if Instant::now() > until {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

pub struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    incoming: Receiver<Value>,
    unread: VecDeque<Value>,
    next_id: i64,
    /// True once the test has said goodbye in a way of its own.
    ended: bool,
    /// True once a test does not care what else is said: that can come after it has said so, too.
    deaf: bool,
}

impl Server {
    /// Starts the binary without a handshake.
    pub fn start(tools: &Tools, env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
        command
            .arg("lsp")
            .env_clear()
            .env("TT_JUKEBOX_CATALOG_UPDATES", "off")
            .env("PATH", tools.path())
            .env("HOME", tools.path());
        command.envs(env.iter().copied()).current_dir(tools.dir.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, incoming) = channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read_message(&mut reader) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { child, stdin, incoming, unread: VecDeque::new(), next_id: 0, ended: false, deaf: false }
    }

    /// Starts the binary and greets it; the first status has been read.
    pub fn ready(tools: &Tools, env: &[(&str, &str)]) -> Self {
        let mut server = Self::start(tools, env);
        let answer = server.request("initialize", json!({ "capabilities": {} }));
        assert_eq!(answer["result"]["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
        server.notify("initialized", json!({}));
        server.notification("tenstorrent/status");
        server
    }

    pub fn send_raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is open");
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and does not wait.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.response(id)
    }

    pub fn response(&mut self, id: i64) -> Value {
        self.wait(&format!("the response to {id}"), |message| message["id"] == id && message.get("method").is_none())
    }

    pub fn notification(&mut self, method: &str) -> Value {
        self.wait(method, |message| message["method"] == method)
    }

    /// The next response to whichever request.
    pub fn next_response(&mut self) -> Value {
        self.wait("a response", |message| message.get("id").is_some() && message.get("method").is_none())
    }

    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at).expect("it was just found");
        }
        let until = Instant::now() + PATIENCE;
        loop {
            match self.incoming.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(message) if wanted(&message) => return message,
                Ok(message) => self.unread.push_back(message),
                Err(error) => panic!("{what} did not come: {error}; unread: {:?}", self.unread),
            }
        }
    }

    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits for the end of the process, however it comes about.
    pub fn end(&mut self) -> ExitStatus {
        self.ended = true;
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the server did not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Everything on stderr; only after the end.
    pub fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Lines of the log that have come so far.
    pub fn logged(&mut self) -> Vec<String> {
        self.unread.extend(self.incoming.try_iter());
        let lines = self.unread.iter().filter(|message| message["method"] == "window/logMessage");
        lines.map(|message| message["params"]["message"].as_str().unwrap().to_owned()).collect()
    }

    /// Fails when the server has said anything that no test has looked at.
    pub fn nothing_unread(&mut self) {
        self.unread.extend(self.incoming.try_iter());
        let unread: Vec<&Value> = self.unread.iter().filter(|m| m["method"] != "window/logMessage").collect();
        assert!(unread.is_empty(), "messages that nobody looked at: {unread:?}");
    }

    /// For tests that do not care what else was said.
    pub fn forget_unread(&mut self) {
        self.unread.clear();
        while self.incoming.try_recv().is_ok() {}
        self.deaf = true;
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.ended && !thread::panicking() {
            assert_eq!(self.request("shutdown", Value::Null)["result"], Value::Null);
            self.notify("exit", Value::Null);
            assert!(self.end().success());
            let stderr = self.stderr();
            assert_eq!(stderr, "", "stderr is for crashes");
        }
        if !thread::panicking() && !self.deaf {
            self.nothing_unread();
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_message(reader: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ").and_then(|text| text.parse().ok()).or(length),
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
