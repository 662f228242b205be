//! A model server on loopback that answers as told: as recorded, slowly, half, with a status, or not at all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::recorded::{MODELS, stream};

/// What `/v1/chat/completions` does.
#[derive(Clone)]
pub enum Chat {
    /// These bytes, cut at these places, as a stream that ends in good order.
    Stream(Vec<Vec<u8>>),
    /// The same, and then the connection breaks.
    Break(String),
    /// The same, and then nothing, until the client goes.
    Hang(String),
    /// A status, header lines and a body.
    Status(u16, &'static str, &'static str),
    /// The connection is closed without a word.
    Nothing,
    /// A whole answer, though a stream was asked for.
    Whole(&'static str),
    /// Tokens without end, as fast as they are taken.
    Endless(usize),
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub key: Option<String>,
    pub body: serde_json::Value,
}

#[derive(Default)]
struct Shared {
    chats: Mutex<Vec<Chat>>,
    models: Mutex<String>,
    /// Tokens that each character counts; 0 is a server without `/tokenize`.
    tokens_per_char: AtomicUsize,
    /// Without this key it answers 401.
    wanted: Mutex<Option<String>>,
    /// What it says then; vLLM's words when empty.
    refusal: Mutex<String>,
    seen: Mutex<Vec<Request>>,
    end: AtomicBool,
    /// Clients that went before the end of their answer.
    left: AtomicUsize,
}

pub struct ModelServer {
    pub port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl ModelServer {
    /// A server that answers every chat as recorded.
    pub fn start() -> Self {
        Self::start_at(0)
    }

    /// The same on this port.
    pub fn start_at(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        *shared.models.lock().unwrap() = MODELS.into();
        let server = shared.clone();
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.end.load(Ordering::Relaxed) {
                    return;
                }
                let server = server.clone();
                thread::spawn(move || answer(stream, &server));
            }
        });
        Self { port, shared, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next chats go like this, one after the other; the last goes on for ever.
    pub fn chats(self, chats: impl IntoIterator<Item = Chat>) -> Self {
        let mut chats: Vec<Chat> = chats.into_iter().collect();
        chats.reverse();
        *self.shared.chats.lock().unwrap() = chats;
        self
    }

    pub fn models(self, body: &str) -> Self {
        *self.shared.models.lock().unwrap() = body.into();
        self
    }

    /// It answers only those who have this key.
    pub fn wants(self, key: &str) -> Self {
        *self.shared.wanted.lock().unwrap() = Some(format!("Bearer {key}"));
        self
    }

    /// What stands in its 401.
    pub fn refuses(self, body: &str) -> Self {
        *self.shared.refusal.lock().unwrap() = body.into();
        self
    }

    /// It counts tokens, so many for each character.
    pub fn counts(self, tokens_per_char: usize) -> Self {
        self.shared.tokens_per_char.store(tokens_per_char, Ordering::Relaxed);
        self
    }

    /// The requests for a path since the start.
    pub fn seen(&self, path: &str) -> Vec<Request> {
        self.shared.seen.lock().unwrap().iter().filter(|request| request.path == path).cloned().collect()
    }

    /// Waits until a client has gone before the end of its answer.
    pub fn was_left(&self) -> bool {
        let until = Instant::now() + Duration::from_secs(10);
        while self.shared.left.load(Ordering::Relaxed) == 0 {
            if Instant::now() > until {
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        true
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.shared.end.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().unwrap().join();
    }
}

/// The recorded stream in one part.
pub fn recorded() -> Chat {
    Chat::Stream(vec![stream().into_bytes()])
}

fn answer(mut stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let (mut length, mut key) = (0, None);
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) <= 2 {
            break;
        }
        let (name, value) = header.split_once(": ").unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => key = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let body = serde_json::from_slice(&body).unwrap_or_default();
    let refused = shared.wanted.lock().unwrap().as_ref().is_some_and(|wanted| key.as_ref() != Some(wanted));
    shared.seen.lock().unwrap().push(Request { path: path.clone(), key, body });
    let body = &shared.seen.lock().unwrap().last().unwrap().body.clone();
    match path.as_str() {
        _ if refused => {
            let refusal = shared.refusal.lock().unwrap().clone();
            let said = if refusal.is_empty() { r#"{"error":"Unauthorized"}"# } else { &refusal };
            let _ = whole(&mut stream, 401, "", said);
        }
        "/v1/models" => {
            let models = shared.models.lock().unwrap().clone();
            let _ = whole(&mut stream, 200, "", &models);
        }
        "/tokenize" if shared.tokens_per_char.load(Ordering::Relaxed) > 0 => {
            let chars: usize = match body["prompt"].as_str() {
                Some(prompt) => prompt.chars().count(),
                None => {
                    let messages = body["messages"].as_array().unwrap();
                    messages.iter().map(|m| m["content"].as_str().unwrap().chars().count()).sum()
                }
            };
            let count = chars * shared.tokens_per_char.load(Ordering::Relaxed);
            let _ = whole(&mut stream, 200, "", &format!("{{\"count\":{count},\"max_model_len\":1024,\"tokens\":[]}}"));
        }
        "/v1/chat/completions" => chat(&mut stream, shared),
        _ => {
            let _ = whole(&mut stream, 404, "", r#"{"detail":"Not Found"}"#);
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
}

fn chat(stream: &mut TcpStream, shared: &Shared) {
    let next = {
        let mut chats = shared.chats.lock().unwrap();
        if chats.len() > 1 { chats.pop() } else { chats.last().cloned() }
    };
    let done = match next.unwrap_or_else(recorded) {
        Chat::Stream(parts) => begin(stream).and_then(|()| {
            for part in parts {
                send(stream, &part)?;
            }
            stream.write_all(b"0\r\n\r\n")
        }),
        Chat::Break(text) => begin(stream).and_then(|()| send(stream, text.as_bytes())),
        Chat::Hang(text) => begin(stream).and_then(|()| {
            if !text.is_empty() {
                send(stream, text.as_bytes())?;
            }
            // A client that goes closes the connection: the read then ends.
            let mut byte = [0];
            stream.set_read_timeout(Some(Duration::from_secs(15)))?;
            if matches!(stream.read(&mut byte), Ok(0) | Err(_)) {
                shared.left.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        }),
        Chat::Status(status, headers, body) => whole(stream, status, headers, body),
        Chat::Nothing => Ok(()),
        Chat::Whole(body) => whole(stream, 200, "", body),
        Chat::Endless(count) => begin(stream).and_then(|()| {
            let token = super::recorded::text("token ");
            let many = token.repeat(32);
            for _ in 0..count / 32 {
                send(stream, many.as_bytes())?;
            }
            send(stream, super::recorded::chunk("{}", "\"stop\"").as_bytes())?;
            send(stream, super::recorded::DONE.as_bytes())?;
            stream.write_all(b"0\r\n\r\n")
        }),
    };
    if done.is_err() {
        shared.left.fetch_add(1, Ordering::Relaxed);
    }
}

fn begin(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n",
    )
}

fn send(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let mut frame = format!("{:x}\r\n", bytes.len()).into_bytes();
    frame.extend_from_slice(bytes);
    frame.extend_from_slice(b"\r\n");
    stream.write_all(&frame)
}

fn whole(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
