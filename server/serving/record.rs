//! What was started: one small file for each port, so that a server is found again after the editor or the shell is gone.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Failure, FailureKind, Result};
use crate::whole_file;

/// A record has about two kilobytes, most of it the command.
const MAX_BYTES: u64 = 256 << 10;
/// More servers than one machine has devices for.
const MAX_RECORDS: usize = 64;

/// A server that was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Its process; none until it is known.
    pub pid: Option<u32>,
    /// Start of that process in clock ticks since boot: the number alone may come to mean another process.
    pub start_ticks: Option<u64>,
    /// Shell that it was started in.
    pub shell_pid: Option<u32>,
    /// File in which a command of a terminal leaves its process and its exit code.
    pub marker: Option<String>,
    /// Name of its container.
    pub container: Option<String>,
    /// Entry of the catalog.
    pub model_id: String,
    /// Its short name.
    pub model_name: String,
    /// Address that it listens on.
    pub host: String,
    /// Port that it listens on.
    pub port: u16,
    /// File with its output.
    pub log: Option<String>,
    /// Program and arguments, without keys.
    pub command: Vec<String>,
    /// Seconds since 1970.
    pub started_at: u64,
    /// It has answered once.
    pub was_ready: bool,
    /// Somebody has ended it.
    pub stopped: bool,
    /// Exit code, once somebody has told it.
    pub exit_code: Option<i32>,
}

impl Record {
    /// Base address to reach it from this machine.
    pub fn url(&self) -> String {
        let host = match self.host.as_str() {
            "" | "0.0.0.0" | "localhost" => "127.0.0.1".to_owned(),
            "::" => "[::1]".to_owned(),
            host if host.contains(':') => format!("[{host}]"),
            host => host.to_owned(),
        };
        format!("http://{host}:{}", self.port)
    }

    /// True when both are about one start. The process may have become known in between.
    fn is_start_of(&self, other: &Self) -> bool {
        let process = |record: &Self| record.pid.zip(record.start_ticks);
        let same = process(self).zip(process(other)).is_none_or(|(one, other)| one == other);
        same && (self.port, self.started_at, &self.marker) == (other.port, other.started_at, &other.marker)
    }

    /// True when it was started with a parser for tool calls and may choose to call.
    pub fn tool_calls(&self) -> bool {
        let has = |flag: &str| {
            let matches = |arg: &String| {
                let arg = arg.replace('_', "-");
                arg == flag || arg.strip_prefix(flag).is_some_and(|rest| rest.starts_with('='))
            };
            self.command.iter().any(matches)
        };
        has("--enable-auto-tool-choice") && has("--tool-call-parser")
    }
}

/// The folder of what is remembered.
#[derive(Debug, Clone)]
pub struct Records {
    dir: PathBuf,
}

impl Records {
    /// In a folder of this user.
    pub fn here() -> Self {
        Self::new(crate::state::folder())
    }

    /// In this folder.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// The folder itself.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Everything that was started, the newest first. What cannot be read is left out.
    pub fn all(&self) -> Vec<Record> {
        let files = fs::read_dir(self.dir.join("servers")).into_iter().flatten().flatten().take(MAX_RECORDS);
        let mut records: Vec<Record> = files.filter_map(|file| read(&file.path())).collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.started_at, record.port)));
        records
    }

    /// The record of a port.
    pub fn of_port(&self, port: u16) -> Option<Record> {
        read(&self.path(port))
    }

    /// Keeps a record in place of the one of the same port.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, record: &Record) -> Result<()> {
        let _lock = self.lock();
        self.write(record)
    }

    /// Changes the record of this start as it stands now, which may know more than the copy that was `seen`; answers it.
    /// None when another start has taken its place: that one is left alone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update(&self, seen: &Record, change: impl FnOnce(&mut Record)) -> Result<Option<Record>> {
        let _lock = self.lock();
        let Some(mut record) = self.of_port(seen.port).filter(|record| record.is_start_of(seen)) else {
            return Ok(None);
        };
        let before = record.clone();
        change(&mut record);
        if record != before {
            self.write(&record)?;
        }
        Ok(Some(record))
    }

    /// Held while a record is written, so that no other window writes over it. Without it a note is better than none.
    fn lock(&self) -> Option<fs::File> {
        fs::create_dir_all(&self.dir).ok()?;
        let file = fs::File::create(self.dir.join("servers.lock")).ok()?;
        file.lock().ok().map(|()| file)
    }

    fn write(&self, record: &Record) -> Result<()> {
        let path = self.path(record.port);
        write(&path, record).map_err(|error| {
            Failure::new(
                FailureKind::Input,
                format!("the server could not be noted in {}", path.display()),
                error.to_string(),
                "Check the folder and the space on its disk: without the note the server is not found again.",
            )
        })
    }

    fn path(&self, port: u16) -> PathBuf {
        self.dir.join("servers").join(format!("{port}.json"))
    }

    /// Seconds that each step of a start took last time, by name.
    pub fn boot_times(&self, model_id: &str) -> BTreeMap<String, f64> {
        let all: BTreeMap<String, BTreeMap<String, f64>> = read(&self.times()).unwrap_or_default();
        all.get(model_id).cloned().unwrap_or_default()
    }

    /// Keeps how long each step took. What cannot be written is not worth a word.
    pub fn keep_boot_times(&self, model_id: &str, times: &BTreeMap<String, f64>) {
        let mut all: BTreeMap<String, BTreeMap<String, f64>> = read(&self.times()).unwrap_or_default();
        if !times.is_empty() && all.get(model_id) != Some(times) && all.len() < 1000 {
            all.insert(model_id.to_owned(), times.clone());
            let _ = write(&self.times(), &all);
        }
    }

    fn times(&self) -> PathBuf {
        self.dir.join("boot-times.json")
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    let mut text = String::new();
    fs::File::open(path).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// Writes a file as a whole or not at all, for its owner only.
fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    whole_file::write_with(path, &serde_json::to_vec_pretty(value)?, None, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_kept_by_port_and_found_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::new(dir.path());
        assert!(records.all().is_empty());
        for (port, started_at) in [(8000, 5), (8001, 9), (8000, 7)] {
            records.keep(&Record { port, started_at, ..Record::default() }).unwrap();
        }
        fs::write(dir.path().join("servers/1.json"), "{ half").unwrap();
        let found: Vec<_> = records.all().iter().map(|record| (record.port, record.started_at)).collect();
        assert_eq!(found, [(8001, 9), (8000, 7)]);
        // A copy that is older than the note changes nothing but what it is about, and nothing of another start.
        let old = records.of_port(8001).unwrap();
        records.update(&old, |record| record.stopped = true).unwrap();
        let now = records.update(&old, |record| record.was_ready = true).unwrap().unwrap();
        assert!(now.stopped && records.of_port(8001) == Some(now.clone()));
        records.keep(&Record { started_at: 10, pid: Some(1), start_ticks: Some(2), ..old.clone() }).unwrap();
        assert_eq!(records.update(&old, |record| record.stopped = true).unwrap(), None);
        let other = Record { started_at: 10, pid: Some(1), start_ticks: Some(3), ..old };
        assert_eq!(records.update(&other, |record| record.stopped = true).unwrap(), None);
        assert!(!records.of_port(8001).unwrap().stopped);
        let times = BTreeMap::from([("weights".to_owned(), 2.5)]);
        records.keep_boot_times("m", &times);
        assert_eq!(records.boot_times("m"), times);
        assert!(records.boot_times("other").is_empty());
    }

    #[test]
    fn addresses_and_tools() {
        let record = |host: &str, command: &[&str]| Record {
            host: host.into(),
            port: 1,
            command: command.iter().map(|arg| (*arg).to_owned()).collect(),
            ..Record::default()
        };
        assert_eq!(record("0.0.0.0", &[]).url(), "http://127.0.0.1:1");
        assert_eq!(record("::1", &[]).url(), "http://[::1]:1");
        assert!(record("", &["--enable-auto-tool-choice", "--tool_call_parser=hermes"]).tool_calls());
        assert!(!record("", &["--tool-call-parser", "hermes"]).tool_calls());
    }
}
