//! Where a command is to run: folders, what was found in them, and who may connect. Plain data, gathered by
//! `requests/place.rs`.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::environment::tree::TreeFacts;
use crate::error::{Failure, FailureKind, Result};

/// The file with the key that clients must send, as it lies there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyFile {
    /// There is none.
    #[default]
    Missing,
    /// Others than its owner may read it.
    Open,
    /// It names no `VLLM_API_KEY` with a value.
    NoKey,
    /// It can be used.
    Good,
}

/// Where a command is to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Home folder of the user.
    pub home: PathBuf,
    /// Checkout of tt-metal.
    pub metal_home: PathBuf,
    /// Checkout of vLLM.
    pub vllm_home: PathBuf,
    /// Folder of the files that commands refer to.
    pub scratchpad: PathBuf,
    /// What the files of `vllm_home` say; none when there is no such checkout or nobody looked.
    pub tree: Option<TreeFacts>,
    /// Python programs that exist below `metal_home`.
    pub pythons: Vec<PathBuf>,
    /// Whether `/dev/hugepages-1G` exists; none when nobody looked.
    pub hugepages: Option<bool>,
    /// Container programs on PATH, the preferred one first: `docker`, `podman`.
    pub container_programs: Vec<String>,
    /// File with secrets, one `NAME=value` a line.
    pub secrets: PathBuf,
    /// State of that file.
    pub key_file: KeyFile,
    /// Address to listen on.
    pub host: String,
    /// Port to listen on.
    pub port: u16,
}

impl Place {
    /// True when only this machine can connect.
    pub fn is_private(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Refuses an address that is none, and one that others can reach without a key.
    ///
    /// # Errors
    /// [`FailureKind::Usage`] in both cases.
    pub fn check_access(&self) -> Result<()> {
        let usage = |what: String, why: String, next: String| Err(Failure::new(FailureKind::Usage, what, why, next));
        if self.host != "localhost" && self.host.parse::<IpAddr>().is_err() {
            let why = "the setting host takes localhost or an IP address, such as 127.0.0.1 or 0.0.0.0";
            let next = "`tt-jukebox config` shows where the value comes from.";
            return usage(format!("{:.100?} is no address to listen on", self.host), why.into(), next.into());
        }
        let file = self.secrets.display();
        let why = match self.key_file {
            _ if self.is_private() => return Ok(()),
            KeyFile::Good => return Ok(()),
            KeyFile::Missing => format!("there is no key file {file}"),
            KeyFile::Open => format!("others can read the key file {file}"),
            KeyFile::NoKey => format!("the key file {file} has no line VLLM_API_KEY=…"),
        };
        let next = match self.key_file {
            KeyFile::Missing => "The same command with --install-files writes one with a fresh key.".to_owned(),
            KeyFile::Open => format!("`chmod 600 {file}`, and a new key in it if somebody may have read it."),
            _ => "Add that line, or move the file away and use --install-files.".to_owned(),
        };
        usage(format!("a server on {} can be reached by others, and needs a key", self.host), why, next)
    }

    /// What a reader should know about the address.
    pub fn access_notes(&self) -> Vec<String> {
        if self.is_private() {
            return Vec::new();
        }
        vec![format!(
            "anybody who can reach port {} of this machine can talk to this server. The key guards the paths under /v1; \
             /health, /metrics and others stay open (vLLM, entrypoints/openai/cli_args.py)",
            self.port
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_others_reach_needs_a_key() {
        let place = |host: &str, key_file| Place { host: host.into(), key_file, ..Place::default() };
        for host in ["127.0.0.1", "::1", "localhost", "127.9.9.9"] {
            let place = place(host, KeyFile::Missing);
            assert!(place.check_access().is_ok() && place.access_notes().is_empty(), "{host}");
        }
        for key_file in [KeyFile::Missing, KeyFile::Open, KeyFile::NoKey] {
            let failure = place("0.0.0.0", key_file).check_access().unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
        }
        assert!(place("0.0.0.0", KeyFile::Good).check_access().is_ok());
        assert_eq!(place("0.0.0.0", KeyFile::Good).access_notes().len(), 1);
        for host in ["", "evil; reboot", "--help", "1.2.3"] {
            assert!(place(host, KeyFile::Good).check_access().unwrap_err().what.contains("no address"), "{host}");
        }
    }
}
