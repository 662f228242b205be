//! A home with checkouts in which a small program stands in for vLLM, on a box that a tree of files makes up.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::fake_tree::FakeTree;

/// A model that vLLM serves on an N150.
pub const MODEL: &str = "Llama-3.1-8B-Instruct";

pub struct Home {
    dir: TempDir,
    tree: FakeTree,
    pub port: u16,
}

impl Home {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("tt-metal/python_env/bin/python");
        fs::create_dir_all(python.parent().unwrap()).unwrap();
        fs::create_dir_all(dir.path().join("tt-vllm")).unwrap();
        fs::write(&python, include_str!("fake_vllm.py")).unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { dir, tree: FakeTree::of("n150"), port }
    }

    /// The variables of the binary in this home.
    pub fn env(&self) -> Vec<(String, String)> {
        let path = |path: PathBuf| path.display().to_string();
        [
            ("HOME", path(self.dir.path().to_owned())),
            ("PATH", std::env::var("PATH").unwrap()),
            ("TT_JUKEBOX_ROOT", path(self.tree.path(""))),
            ("TT_JUKEBOX_PORT", self.port.to_string()),
            ("FAKE_PIDS", path(self.dir.path().join("pids"))),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = jukebox(self.dir.path());
        command.envs(self.env()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// `serve --detach`, in this mood.
    pub fn serve(&self, fake: &str) -> Output {
        self.command(&["serve", MODEL, "--install-files", "--detach"]).env("FAKE", fake).output().unwrap()
    }

    pub fn ps(&self) -> Value {
        serde_json::from_slice(&self.run(&["ps", "--json"]).stdout).unwrap()
    }

    /// Every process of the fakes so far.
    pub fn pids(&self) -> Vec<u32> {
        let text = fs::read_to_string(self.dir.path().join("pids")).unwrap_or_default();
        text.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What a failed test has left behind, by the ids that it wrote down itself.
        for pid in self.pids().into_iter().filter(|pid| super::harness::alive(*pid)) {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
        }
    }
}

/// The binary in a home of its own, with nothing of this environment.
pub fn jukebox(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tt-jukebox"));
    command.env_clear().env("HOME", home).env("TT_JUKEBOX_CATALOG_UPDATES", "off").current_dir(home);
    command.stdin(Stdio::null());
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
