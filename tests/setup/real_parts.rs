//! A home in which nothing of a setup is played but the hardware, the compilers and the two projects: a real pip with an
//! index folder of small wheels, and the real downloader before a hub on loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::hub_server::{COMMIT, Gate, HubServer, sha256, weights};
use crate::programs::UV_BY_PIP;
use crate::stand_in::{Home, SECRET};

/// Bytes of each of the two shards.
pub const LENGTH: usize = 6 << 20;
/// Names of the shards.
pub const SHARDS: [&str; 2] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

/// A home with real parts.
pub struct Real {
    pub home: Home,
    pub hub: HubServer,
}

impl Real {
    /// With the weights of these eras in the hub, behind a licence that the token of the home has accepted.
    pub fn new(eras: &[&str]) -> Self {
        let mut home = Home::new();
        let hub = HubServer::start();
        hub.knows(SECRET);
        for era in eras {
            let repo = format!("owner/model-{era}");
            hub.add_model(&repo, LENGTH);
            hub.gate(&repo, Gate { token: Some(SECRET.into()), refusal: None });
        }
        let wheels = home.path().join("wheels");
        let python = python();
        let maker = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/wheel.py");
        assert!(Command::new(&python).arg(maker).arg(&wheels).status().unwrap().success());
        match which::which("uv") {
            Ok(uv) => home.tool("uv", &format!("#!/bin/sh\nexec {} \"$@\"\n", uv.display())),
            Err(_) => home.tool("uv", UV_BY_PIP),
        }
        let folder = Some(wheels.display().to_string());
        home.more = vec![
            ("TT_JUKEBOX_TEST_DOWNLOADER", None),
            ("HF_ENDPOINT", Some(hub.address.clone())),
            ("REAL_PYTHON", Some(python.display().to_string())),
            ("PIP_NO_INDEX", Some("1".into())),
            ("PIP_FIND_LINKS", folder.clone()),
            ("PIP_DISABLE_PIP_VERSION_CHECK", Some("1".into())),
            ("UV_OFFLINE", Some("1".into())),
            ("UV_NO_INDEX", Some("1".into())),
            ("UV_FIND_LINKS", folder),
        ];
        Self { home, hub }
    }

    /// Folder of the weights in the Hugging Face cache.
    pub fn cached(&self, era: &str) -> PathBuf {
        self.home.path().join(format!(".cache/huggingface/hub/models--owner--model-{era}"))
    }

    /// Both shards are there, byte by byte.
    pub fn is_whole(&self, era: &str) -> bool {
        let snapshot = self.cached(era).join("snapshots").join(COMMIT);
        let seeds = [1, 2].into_iter().zip(SHARDS);
        seeds.into_iter().all(|(seed, shard)| fs::read(snapshot.join(shard)).unwrap() == weights(seed, LENGTH))
    }

    /// Hashes of the shards, with their names.
    pub fn blobs() -> Vec<(String, &'static str)> {
        [1, 2].into_iter().zip(SHARDS).map(|(seed, shard)| (sha256(&weights(seed, LENGTH)), shard)).collect()
    }

    /// The interpreter of an environment.
    pub fn venv(&self, era: &str) -> PathBuf {
        let venv = if era == "E1" { "build/python_env_vllm" } else { "python_env" };
        self.home.environment(era).join("tt-metal").join(venv).join("bin/python")
    }

    /// What a line of Python prints in an environment.
    pub fn python(&self, era: &str, line: &str) -> String {
        let mut command = Command::new(self.venv(era));
        let output = command.args(["-I", "-c", line]).env_clear().output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).trim().into()
    }

    /// How often a program that holds these words was started by a step, as its log has it.
    pub fn started(&self, era: &str, step: &str, words: &str) -> usize {
        let name = self.home.environment(era).file_name().unwrap().to_str().unwrap().to_owned();
        let log = self.home.state(&name).join("log").join(format!("{step}.log"));
        let text = fs::read_to_string(log).unwrap_or_default();
        text.lines().filter(|line| line.starts_with("$ ") && line.contains(words)).count()
    }
}

/// A Python that can make environments. Without one nothing of this is tested, so that is a failure.
fn python() -> PathBuf {
    let ask = ["-c", "import ensurepip, venv, sys; print(sys.executable)"];
    let output = Command::new("python3").args(ask).output().expect("this test needs python3");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "this test needs python3 with venv and ensurepip (python3-venv): {said}");
    PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
}
