//! The language server as a process: how fast it answers, and what it costs while nobody asks.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{metric, milliseconds};

const STARTS: usize = 30;
const REQUESTS: usize = 300;
const IDLE: Duration = Duration::from_secs(5);

/// Measures start, round trip, memory and idle work of `binary`.
pub fn measure(binary: &Path) -> Result<()> {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let begin = Instant::now();
        let mut server = Server::start(binary)?;
        server.request("initialize", &json!({ "capabilities": {} }))?;
        starts.push(begin.elapsed());
    }
    metric("spawn_to_initialize_p50", percentile(&mut starts, 50), "ms");
    metric("spawn_to_initialize_max", percentile(&mut starts, 100), "ms");

    let mut server = Server::start(binary)?;
    server.request("initialize", &json!({ "capabilities": {} }))?;
    server.send(&json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }))?;
    server.request("tenstorrent/match", &json!({}))?;
    metric("rss_after_first_match", server.resident_kb()? / 1024.0, "MiB");
    let before = server.cpu_ticks()?;
    thread::sleep(IDLE);
    metric("idle_cpu_ticks_in_5_s", server.cpu_ticks()? - before, "ticks");
    let mut trips = Vec::new();
    for _ in 0..REQUESTS {
        let begin = Instant::now();
        server.request("tenstorrent/match", &json!({ "query": "llama-3.1-8b-instruct" }))?;
        trips.push(begin.elapsed());
    }
    metric("match_round_trip_p50", percentile(&mut trips, 50), "ms");
    metric("match_round_trip_p99", percentile(&mut trips, 99), "ms");
    Ok(())
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    milliseconds(times[(times.len() - 1) * percent / 100])
}

/// A server that is ended by its id when it is dropped.
pub struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    next_id: u64,
}

impl Server {
    fn start(binary: &Path) -> Result<Self> {
        Self::start_with(binary, &[])
    }

    /// Starts the server with further variables.
    pub fn start_with(binary: &Path, env: &[(&str, String)]) -> Result<Self> {
        let mut child = Command::new(binary)
            .args(["--simulate", "n150", "lsp"])
            .env("TT_JUKEBOX_CATALOG_UPDATES", "off")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("could not start {}", binary.display()))?;
        let stdin = child.stdin.take().context("no stdin")?;
        let stdout = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Self { child, stdin, stdout, next_id: 0 })
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) -> Result<()> {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.stdin.flush()?)
    }

    /// Sends a request and waits for its answer.
    pub fn request(&mut self, method: &str, params: &Value) -> Result<()> {
        let id = self.send_request(method, params)?;
        self.wait_for(id)
    }

    /// Sends a request and does not wait.
    pub fn send_request(&mut self, method: &str, params: &Value) -> Result<u64> {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        Ok(id)
    }

    /// Waits for the answer to a request.
    pub fn wait_for(&mut self, id: u64) -> Result<()> {
        while self.read()?["id"] != id {}
        Ok(())
    }

    fn read(&mut self) -> Result<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stdout.read_line(&mut line)?;
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(text) => length = text.parse()?,
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }

    fn resident_kb(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    /// User and system time in clock ticks; fields 14 and 15 of `/proc/PID/stat`.
    fn cpu_ticks(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().context("no fields")?.split(' ').collect();
        Ok(fields[11].parse::<f64>()? + fields[12].parse::<f64>()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
