//! How the hub on loopback answers one connection.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::{COMMIT, Content, Fault, Gate, PIECE, Repo, Shared};

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
pub(super) fn serve(stream: TcpStream, shared: &Shared, store: Option<&str>) {
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
    match path.starts_with("/api/").then(|| fault(shared, "/api")).flatten() {
        Some(Fault::Hangs(time)) => thread::sleep(time),
        Some(fault) => return fail(stream, &fault, path),
        None => {}
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
    let sending = Sending::of(shared);
    while at < until {
        let pause = *shared.pause.lock().unwrap();
        let step = if pause.is_zero() { 1 << 20 } else { PIECE };
        let next = (at + step).min(until);
        let mut piece = bytes[usize::try_from(at).unwrap()..usize::try_from(next).unwrap()].to_vec();
        if matches!(fault, Some(Fault::Flipped)) && at == start {
            piece[0] ^= 1;
        }
        stream.write_all(&piece)?;
        // Counted when it was sent, so that a connection that was cut counts what went through it.
        shared.served.lock().unwrap().push((file.to_owned(), at..next));
        at = next;
        thread::sleep(pause);
    }
    drop(sending);
    if matches!(fault, Some(Fault::StallAt(_))) {
        while !shared.end.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(until == end && body == end - start)
}

/// A file that is being sent, until this is dropped.
struct Sending<'a>(&'a Shared);

impl<'a> Sending<'a> {
    fn of(shared: &'a Shared) -> Self {
        shared.sending.fetch_add(1, Ordering::AcqRel);
        Self(shared)
    }
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.0.sending.fetch_sub(1, Ordering::AcqRel);
    }
}
