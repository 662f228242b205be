//! Somebody with an empty home who downloads from the hub on loopback.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::hub_server::{COMMIT, HubServer};

pub struct Person {
    pub home: TempDir,
    address: String,
    pub env: Vec<(&'static str, String)>,
}

impl Person {
    pub fn with(server: &HubServer) -> Self {
        Self { home: tempfile::tempdir().unwrap(), address: server.address.clone(), env: Vec::new() }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        self.through(env!("CARGO_BIN_EXE_tt-jukebox"), args)
    }

    /// Runs some other program with the same surroundings.
    pub fn through(&self, program: impl AsRef<OsStr>, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().env("HOME", self.home.path()).env("HF_ENDPOINT", &self.address);
        command.env("TT_JUKEBOX_CATALOG_UPDATES", "off").env("TT_JUKEBOX_SIMULATE", "n150");
        command.env("HF_HUB_DOWNLOAD_TIMEOUT", "1").envs(self.env.iter().cloned());
        command.current_dir(self.home.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Downloads and answers the last event.
    pub fn download(&self, repo: &str) -> Value {
        last_event(&self.run(&["download", repo, "--events"]))
    }

    pub fn cache(&self) -> PathBuf {
        self.home.path().join(".cache/huggingface/hub")
    }

    pub fn folder(&self, repo: &str) -> PathBuf {
        self.cache().join(format!("models--{}", repo.replace('/', "--")))
    }

    pub fn snapshot(&self, repo: &str) -> PathBuf {
        self.folder(repo).join("snapshots").join(COMMIT)
    }

    /// Names in `blobs/` that are those of finished files.
    pub fn finished(&self, repo: &str) -> Vec<PathBuf> {
        let names = fs::read_dir(self.folder(repo).join("blobs")).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> =
            names.map(|entry| entry.path()).filter(|path| path.extension().is_none()).collect();
        paths.sort();
        paths
    }
}

pub fn last_event(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_else(|| panic!("no event: {}", stderr(output)));
    serde_json::from_str(last).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file below `dir`, links not followed.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_below(&entry.path())),
            _ => found.push(entry.path()),
        }
    }
    found
}
