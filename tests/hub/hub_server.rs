//! A hub on loopback: the list of a repository, small files from itself, large ones by a redirect to a store on another
//! port that takes no token; and every way to fail that hubs and networks have.

#[path = "hub_answers.rs"]
mod answers;

use std::collections::{BTreeMap, VecDeque};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

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
    /// No answer for so long, and then the right one.
    Hangs(Duration),
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
    /// Files that are being sent.
    sending: AtomicUsize,
    requests: Mutex<Vec<String>>,
    tokens: Mutex<Vec<String>>,
    end: AtomicBool,
    /// The pause after each piece of [`PIECE`] bytes.
    pause: Mutex<Duration>,
}

/// What is sent at once by a slow hub.
const PIECE: u64 = 16 << 10;

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
                    thread::spawn(move || answers::serve(stream, &shared, is_hub.then_some(store_at.as_str())));
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

    /// Limits each connection; 0 is no limit.
    pub fn slow(&self, bytes_per_second: u64) {
        let pause = (PIECE * 1_000_000).checked_div(bytes_per_second).unwrap_or_default();
        *self.shared.pause.lock().unwrap() = Duration::from_micros(pause);
    }

    /// Parts of files that were sent since the last question. What is on its way to a program that is dead by now is waited
    /// for: the system takes it as sent until it notices.
    pub fn served(&self) -> Vec<(String, Range<u64>)> {
        let until = Instant::now() + Duration::from_secs(2);
        while self.shared.sending.load(Ordering::Acquire) > 0 && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
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
