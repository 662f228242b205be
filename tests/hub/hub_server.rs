//! A hub on loopback: the list of a repository, small files from itself, large ones by a redirect to a store on another
//! port that takes no token; and every way to fail that hubs and networks have.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use serde_json::{Value, json};

/// What goes wrong with one answer.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection ends when this byte of the file would come.
    CutAt(u64),
    /// Nothing more comes from this byte on.
    StallAt(u64),
    /// The file is said to have so many bytes.
    Claims(u64),
    /// One byte is another one.
    Flipped,
    /// This status with these header lines.
    Status(u16, String),
    /// This answer instead.
    Says(String),
    /// A redirect to itself.
    Loop,
    /// Everything, whatever part was asked for.
    NoRanges,
}

/// The terms of a repository.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// The token that may read; none lets everybody read.
    pub token: Option<String>,
    /// What a known token is told that may not: status, code, message.
    pub refusal: Option<(u16, &'static str, &'static str)>,
}

#[derive(Debug, Clone)]
struct Content {
    bytes: Arc<Vec<u8>>,
    lfs: bool,
    /// Its hash, made once: a list is asked for often.
    id: String,
}

#[derive(Debug, Default)]
struct Repo {
    files: Vec<(String, Content)>,
    gate: Gate,
}

#[derive(Debug, Default)]
struct Shared {
    repos: Mutex<BTreeMap<String, Repo>>,
    /// By path of the file; the front one meets the next answer, the last one of `always` every one.
    once: Mutex<BTreeMap<String, VecDeque<Fault>>>,
    always: Mutex<BTreeMap<String, Fault>>,
    served: Mutex<Vec<(String, Range<u64>)>>,
    requests: Mutex<Vec<String>>,
    tokens: Mutex<Vec<String>>,
    end: AtomicBool,
    /// Bytes a second for each connection; 0 is no limit.
    slow: Mutex<u64>,
}

/// The commit of every repository.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Answers until it is dropped.
pub struct HubServer {
    pub address: String,
    shared: Arc<Shared>,
    listeners: Vec<(String, JoinHandle<()>)>,
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

pub fn git_id(bytes: &[u8]) -> String {
    let blob = [format!("blob {}\0", bytes.len()).as_bytes(), bytes].concat();
    hex(digest(&SHA1_FOR_LEGACY_USE_ONLY, &blob).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that look like weights, the same for the same seed.
pub fn weights(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

impl HubServer {
    pub fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let (hub, store) = (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let [hub_at, store_at] = [&hub, &store].map(|listener| listener.local_addr().unwrap().to_string());
        let listen = |listener: TcpListener, is_hub: bool| {
            let (shared, store_at) = (Arc::clone(&shared), store_at.clone());
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    if shared.end.load(Ordering::Relaxed) {
                        return;
                    }
                    let (shared, store_at) = (Arc::clone(&shared), store_at.clone());
                    thread::spawn(move || serve(stream, &shared, is_hub.then_some(store_at.as_str())));
                }
            })
        };
        let listeners = vec![(hub_at.clone(), listen(hub, true)), (store_at.clone(), listen(store, false))];
        Self { address: format!("http://{hub_at}"), shared, listeners }
    }

    /// Adds a file; one of a kilobyte or more lies in the store, as `.gitattributes` has it for weights.
    pub fn add(&self, repo: &str, path: &str, bytes: impl Into<Vec<u8>>) -> &Self {
        let bytes = Arc::new(bytes.into());
        let lfs = bytes.len() >= 1024;
        let id = if lfs { sha256(&bytes) } else { git_id(&bytes) };
        let content = Content { bytes, lfs, id };
        self.shared.repos.lock().unwrap().entry(repo.into()).or_default().files.push((path.into(), content));
        self
    }

    /// A small model that is complete: configuration, tokenizer and two shards of `length` bytes.
    pub fn add_model(&self, repo: &str, length: usize) -> &Self {
        let index =
            r#"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#;
        self.add(repo, "config.json", "{}").add(repo, "tokenizer.json", "{ }");
        self.add(repo, "model.safetensors.index.json", index);
        self.add(repo, "model-00001-of-00002.safetensors", weights(1, length));
        self.add(repo, "model-00002-of-00002.safetensors", weights(2, length))
    }

    pub fn gate(&self, repo: &str, gate: Gate) {
        self.shared.repos.lock().unwrap().entry(repo.into()).or_default().gate = gate;
    }

    /// A token that the hub knows.
    pub fn knows(&self, token: &str) {
        self.shared.tokens.lock().unwrap().push(token.into());
    }

    /// The next answer about a file, or about `/api`, meets this fault.
    pub fn once(&self, path: &str, fault: Fault) {
        self.shared.once.lock().unwrap().entry(path.into()).or_default().push_back(fault);
    }

    pub fn always(&self, path: &str, fault: Fault) {
        self.shared.always.lock().unwrap().insert(path.into(), fault);
    }

    pub fn heal(&self) {
        self.shared.always.lock().unwrap().clear();
        self.shared.once.lock().unwrap().clear();
    }

    pub fn slow(&self, bytes_per_second: u64) {
        *self.shared.slow.lock().unwrap() = bytes_per_second;
    }

    /// Parts of files that were sent since the last question.
    pub fn served(&self) -> Vec<(String, Range<u64>)> {
        std::mem::take(&mut self.shared.served.lock().unwrap())
    }

    /// Requests since the last question: port's role, method, target.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.requests.lock().unwrap())
    }
}

impl Drop for HubServer {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        for (address, thread) in self.listeners.drain(..) {
            // The listener sleeps until somebody comes.
            let _ = TcpStream::connect(address);
            let _ = thread.join();
        }
    }
}

struct Request {
    method: String,
    target: String,
    token: Option<String>,
    range: Option<(u64, Option<u64>)>,
}

fn read(lines: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut text = Vec::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => text.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let named = |line: &String| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        text.iter().skip(1).find_map(named)
    };
    let mut first = text.first()?.split_whitespace();
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let range = header("range").and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-').map(|(s, e)| (s.to_owned(), e.to_owned()))?;
        Some((start.parse().ok()?, end.parse::<u64>().ok().map(|end| end + 1)))
    });
    let token = header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
    Some(Request { method, target, token, range })
}

/// Serves one connection until somebody has enough of it.
fn serve(stream: TcpStream, shared: &Shared, store: Option<&str>) {
    let _ = stream.set_nodelay(true);
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(request) = read(&mut lines) {
        let role = if store.is_some() { "hub" } else { "store" };
        let auth = if request.token.is_some() { " with token" } else { "" };
        let target = request.target.split('?').next().unwrap_or_default();
        shared.requests.lock().unwrap().push(format!("{role} {} {target}{auth}", request.method));
        let stays = match store {
            Some(store) => hub(&mut stream, shared, &request, store),
            None => from_store(&mut stream, shared, &request),
        };
        if !stays.unwrap_or(false) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            return;
        }
    }
}

fn text(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<bool> {
    write!(stream, "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())?;
    Ok(true)
}

fn hub(stream: &mut TcpStream, shared: &Shared, request: &Request, store: &str) -> std::io::Result<bool> {
    let path = request.target.split('?').next().unwrap_or_default();
    let known = request.token.as_ref().is_none_or(|token| shared.tokens.lock().unwrap().contains(token));
    if !known {
        let why = "x-error-message: Invalid credentials in Authorization header\r\n";
        return text(stream, 401, why, "{\"error\":\"Invalid credentials\"}");
    }
    if path == "/api/whoami-v2" {
        return match request.token {
            Some(_) => text(stream, 200, "", "{\"type\":\"user\",\"name\":\"ada\",\"auth\":{}}"),
            None => text(stream, 401, "x-error-message: Invalid username or password.\r\n", ""),
        };
    }
    if let Some(fault) = path.starts_with("/api/").then(|| fault(shared, "/api")).flatten() {
        return fail(stream, &fault, path);
    }
    let repos = shared.repos.lock().unwrap();
    let parts: Vec<&str> = path.trim_start_matches("/api/models/").trim_start_matches('/').split('/').collect();
    let Some((name, repo)) = parts.get(..2).and_then(|name| repos.get_key_value(&name.join("/"))) else {
        let status = if request.token.is_some() { 404 } else { 401 };
        return text(stream, status, "x-error-code: RepoNotFound\r\nx-error-message: Repository not found\r\n", "");
    };
    let refusal = refused(&repo.gate, request.token.as_deref());
    if path.ends_with("/auth-check") {
        return match refusal {
            Some((status, headers)) => text(stream, status, &headers, ""),
            None => text(stream, 200, "", "{}"),
        };
    }
    if path.starts_with("/api/") {
        if parts.get(2) == Some(&"tree") {
            let body = tree(repo).to_string();
            drop(repos);
            return text(stream, 200, "content-type: application/json\r\n", &body);
        }
        let revision = parts.get(3..).unwrap_or_default().join("/");
        let body = list(name, repo).to_string();
        drop(repos);
        return match revision.as_str() {
            "main" | COMMIT | "v1" => text(stream, 200, "content-type: application/json\r\n", &body),
            _ => text(stream, 404, "x-error-code: RevisionNotFound\r\nx-error-message: Invalid rev id\r\n", ""),
        };
    }
    if let Some((status, headers)) = refusal {
        return text(stream, status, &headers, "");
    }
    let file = unescape(&parts.get(4..).unwrap_or_default().join("/"));
    let content = repo.files.iter().find(|(path, _)| *path == file).map(|(_, content)| content.clone());
    drop(repos);
    let Some(content) = content else {
        return text(stream, 404, "x-error-code: EntryNotFound\r\nx-error-message: Entry not found\r\n", "");
    };
    let commit = format!("x-repo-commit: {COMMIT}\r\n");
    if content.lfs {
        let (id, length) = (&content.id, content.bytes.len());
        let link = format!("http://{store}/{file}?X-Amz-Signature=signed");
        let linked = format!("{commit}location: {link}\r\nx-linked-etag: \"{id}\"\r\nx-linked-size: {length}\r\n");
        return text(stream, 302, &linked, "");
    }
    let etag = format!("{commit}etag: \"{}\"\r\n", content.id);
    send(stream, shared, request, &file, &content.bytes, &etag)
}

fn from_store(stream: &mut TcpStream, shared: &Shared, request: &Request) -> std::io::Result<bool> {
    if request.token.is_some() {
        return text(stream, 400, "", "Only one auth mechanism allowed");
    }
    let file = unescape(request.target.split('?').next().unwrap_or_default().trim_start_matches('/'));
    let content = {
        let repos = shared.repos.lock().unwrap();
        repos.values().flat_map(|repo| &repo.files).find(|(path, _)| *path == file).map(|(_, content)| content.clone())
    };
    let Some(content) = content else { return text(stream, 404, "", "") };
    let etag = "etag: \"store\"\r\n";
    send(stream, shared, request, &file, &content.bytes, etag)
}

fn refused(gate: &Gate, token: Option<&str>) -> Option<(u16, String)> {
    let needed = gate.token.as_deref()?;
    if token == Some(needed) {
        return None;
    }
    let restricted = "Access to model is restricted. You must have access to it and be authenticated to access it.";
    let (status, code, message) = match token {
        None => (401, "GatedRepo", restricted),
        Some(_) => gate.refusal.unwrap_or((403, "GatedRepo", "you are not in the authorized list")),
    };
    Some((status, format!("x-error-code: {code}\r\nx-error-message: {message}\r\n")))
}

fn list(name: &str, repo: &Repo) -> Value {
    let file = |(path, content): &(String, Content)| {
        let length = content.bytes.len();
        let mut file = json!({ "rfilename": path, "size": length, "blobId": content.id });
        if content.lfs {
            file["blobId"] = json!("f".repeat(40));
            file["lfs"] = json!({ "sha256": content.id, "size": length, "pointerSize": 135 });
        }
        file
    };
    let files: Vec<Value> = repo.files.iter().map(file).collect();
    json!({ "id": name, "sha": COMMIT, "gated": if repo.gate.token.is_some() { json!("auto") } else { json!(false) },
            "private": false, "siblings": files })
}

/// The same list as other programs ask for it.
fn tree(repo: &Repo) -> Value {
    let file = |(path, content): &(String, Content)| {
        let length = content.bytes.len();
        let mut file = json!({ "type": "file", "path": path, "size": length, "oid": content.id });
        if content.lfs {
            file["oid"] = json!("f".repeat(40));
            file["lfs"] = json!({ "oid": content.id, "size": length, "pointerSize": 135 });
        }
        file
    };
    repo.files.iter().map(file).collect()
}

fn unescape(path: &str) -> String {
    path.replace("%20", " ")
}

fn fault(shared: &Shared, file: &str) -> Option<Fault> {
    let once = shared.once.lock().unwrap().get_mut(file).and_then(VecDeque::pop_front);
    once.or_else(|| shared.always.lock().unwrap().get(file).cloned())
}

fn fail(stream: &mut TcpStream, fault: &Fault, path: &str) -> std::io::Result<bool> {
    match fault {
        Fault::Status(status, headers) => text(stream, *status, headers, ""),
        Fault::Says(body) => text(stream, 200, "content-type: application/json\r\n", body),
        Fault::Loop => text(stream, 302, &format!("location: {path}\r\n"), ""),
        _ => Ok(false),
    }
}

fn send(
    stream: &mut TcpStream,
    shared: &Shared,
    request: &Request,
    file: &str,
    bytes: &[u8],
    headers: &str,
) -> std::io::Result<bool> {
    if request.method == "HEAD" {
        let length = bytes.len();
        write!(stream, "HTTP/1.1 200 X\r\n{headers}accept-ranges: bytes\r\ncontent-length: {length}\r\n\r\n")?;
        return Ok(true);
    }
    let fault = fault(shared, file);
    if let Some(fault @ (Fault::Status(..) | Fault::Loop)) = &fault {
        return fail(stream, fault, &request.target);
    }
    let length = bytes.len() as u64;
    let claimed = if let Some(Fault::Claims(claimed)) = fault { claimed } else { length };
    let range = request.range.filter(|_| !matches!(fault, Some(Fault::NoRanges)));
    let (start, end) = range.map_or((0, length), |(start, end)| (start, end.unwrap_or(length).min(length)));
    if start >= end && length > 0 {
        return text(stream, 416, &format!("content-range: bytes */{claimed}\r\n"), "");
    }
    let status = if range.is_some() { 206 } else { 200 };
    let part = format!("content-range: bytes {start}-{}/{claimed}\r\n", end.saturating_sub(1));
    let part = if range.is_some() { part } else { String::new() };
    let body = if range.is_some() { end - start } else { claimed };
    write!(stream, "HTTP/1.1 {status} X\r\n{headers}{part}content-length: {body}\r\n\r\n")?;
    let until = match fault {
        Some(Fault::CutAt(at) | Fault::StallAt(at)) => at.clamp(start, end),
        _ => end,
    };
    let mut at = start;
    while at < until {
        let slow = *shared.slow.lock().unwrap();
        let step = if slow > 0 { 16 << 10 } else { 1 << 20 };
        let next = (at + step).min(until);
        let mut piece = bytes[usize::try_from(at).unwrap()..usize::try_from(next).unwrap()].to_vec();
        if matches!(fault, Some(Fault::Flipped)) && at == start {
            piece[0] ^= 1;
        }
        stream.write_all(&piece)?;
        // Counted when it was sent, so that a connection that was cut counts what went through it.
        shared.served.lock().unwrap().push((file.to_owned(), at..next));
        at = next;
        if slow > 0 {
            thread::sleep(Duration::from_micros(step * 1_000_000 / slow));
        }
    }
    if matches!(fault, Some(Fault::StallAt(_))) {
        while !shared.end.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(until == end && body == end - start)
}
