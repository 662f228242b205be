//! The one shape of everything that can go wrong in front of a person: what happened, why, and what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a failure. It decides the exit code of the command line and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// A defect of tt-jukebox itself.
    Internal,
    /// The call was worded wrongly.
    Usage,
    /// This host has no Tenstorrent device that we can see.
    NoDevice,
    /// Nothing in the catalog answers the question.
    NoMatch,
    /// A file or a setting could not be read or understood.
    Input,
    /// Another program (tt-smi, git …) failed, hung or is missing.
    Tool,
    /// The network, or a server in it, failed.
    Network,
    /// Asked for something that this program does not do.
    NotSupported,
    /// Stopped by the user.
    Cancelled,
}

impl FailureKind {
    /// Every kind with its exit code and meaning, as `--help` and the README list them.
    pub const ALL: [(Self, u8, &'static str); 9] = [
        (Self::Internal, 1, "a defect of tt-jukebox"),
        (Self::Usage, 2, "the call was worded wrongly"),
        (Self::NoDevice, 3, "no Tenstorrent device found"),
        (Self::NoMatch, 4, "nothing in the catalog fits"),
        (Self::Input, 5, "a file or a setting could not be read"),
        (Self::Tool, 6, "another program failed, hung or is missing"),
        (Self::NotSupported, 7, "not supported"),
        (Self::Network, 8, "the network, or a server in it, failed"),
        (Self::Cancelled, 130, "stopped by the user"),
    ];

    /// The process exit code of this kind; stable across releases.
    pub fn exit_code(self) -> u8 {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or(1, |(_, code, _)| *code)
    }
}

/// A failure in the words of the person who meets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Failure {
    /// What class of failure this is.
    pub kind: FailureKind,
    /// What happened, in one sentence without a full stop.
    pub what: String,
    /// Why, as far as we know: the message of the system or the rule that said no.
    pub why: String,
    /// What to do next.
    pub next: String,
}

impl Failure {
    /// Builds a failure from its four parts.
    pub fn new(kind: FailureKind, what: impl Into<String>, why: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind, what: what.into(), why: why.into(), next: next.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if !self.why.is_empty() {
            write!(f, "\n  why:  {}", self.why)?;
        }
        if !self.next.is_empty() {
            write!(f, "\n  next: {}", self.next)?;
        }
        Ok(())
    }
}

/// `Result` with our one failure.
pub type Result<T, E = Failure> = std::result::Result<T, E>;
