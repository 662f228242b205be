//! A server on loopback that hands out spec files, or misbehaves in one of the ways that networks have.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How one address answers.
#[derive(Debug, Clone)]
pub enum Reply {
    /// The text, with an etag; `304` to whoever has it.
    File(String),
    /// This status, with these header lines and this body.
    Status(u16, &'static str, &'static str),
    /// A body that ends before its announced length.
    Truncated(String),
    /// A length of 100 GB.
    Announced(u64),
    /// Chunks without end.
    Endless,
    /// Nothing at all.
    Silence,
    /// The text, after a while.
    Slow(String, Duration),
}

/// The tag that the server gives to a text.
pub fn etag(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("\"{:x}\"", hasher.finish())
}

/// Answers requests until it is dropped.
pub struct SpecServer {
    pub address: String,
    replies: Arc<Mutex<BTreeMap<String, Reply>>>,
    seen: Arc<Mutex<Vec<String>>>,
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SpecServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let replies = Arc::new(Mutex::new(BTreeMap::new()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let (shared, log, stop) = (Arc::clone(&replies), Arc::clone(&seen), Arc::clone(&end));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, log, stop) = (Arc::clone(&shared), Arc::clone(&log), Arc::clone(&stop));
                thread::spawn(move || answer(stream, &shared, &log, &stop));
            }
        });
        Self { address, replies, seen, end, thread: Some(thread) }
    }

    /// From now on the newest file is answered like this.
    pub fn newest(&self, reply: Reply) -> &Self {
        self.at("/main/release_model_spec.json", reply)
    }

    /// From now on the file of a release is answered like this.
    pub fn tag(&self, release: &str, reply: Reply) -> &Self {
        self.at(&format!("/refs/tags/v{release}/release_model_spec.json"), reply)
    }

    fn at(&self, path: &str, reply: Reply) -> &Self {
        self.replies.lock().unwrap().insert(path.into(), reply);
        self
    }

    /// The requests since the last question, each as its path and, behind a blank, the etag it came with.
    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl Drop for SpecServer {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        // The listener sleeps until somebody comes.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        let _ = self.thread.take().unwrap().join();
    }
}

fn answer(
    mut stream: TcpStream,
    replies: &Mutex<BTreeMap<String, Reply>>,
    seen: &Mutex<Vec<String>>,
    end: &AtomicBool,
) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let headers: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    let asked = headers.iter().find_map(|line| line.strip_prefix("if-none-match: ").map(str::to_owned));
    let target = first.split_whitespace().nth(1).unwrap_or_default().to_owned();
    // A proxy is asked for the whole address.
    let path = target.strip_prefix("http://").map_or(target.as_str(), |rest| &rest[rest.find('/').unwrap_or(0)..]);
    seen.lock().unwrap().push(asked.iter().fold(target.clone(), |line, etag| format!("{line} {etag}")));
    let reply = replies.lock().unwrap().get(path).cloned().unwrap_or(Reply::Status(404, "", "404: Not Found"));
    // Whoever asked may have gone.
    let _ = match reply {
        Reply::File(text) => {
            let etag = etag(&text);
            if asked.as_deref() == Some(&etag) {
                write!(stream, "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n")
            } else {
                whole(&mut stream, 200, &format!("etag: {etag}\r\n"), &text)
            }
        }
        Reply::Status(status, headers, body) => whole(&mut stream, status, headers, body),
        Reply::Slow(text, time) => {
            thread::sleep(time);
            whole(&mut stream, 200, "", &text)
        }
        Reply::Truncated(text) => {
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", text.len(), &text[..text.len() / 2])
        }
        Reply::Announced(bytes) => write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n{{"),
        Reply::Endless => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            while !end.load(Ordering::Relaxed) && stream.write_all(chunk.as_bytes()).is_ok() {}
            Ok(())
        }
        Reply::Silence => {
            while !end.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        }
    };
}

fn whole(stream: &mut TcpStream, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}
