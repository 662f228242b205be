//! Every custom request and notification, in one list. The registration in `lsp/`, the TypeScript types of the client
//! and the protocol's documentation are made from it; a test fails when one of them is stale.
//!
//! Fields are in snake_case on the wire, so that the language server and the command line print the same objects.

use serde::{Deserialize, Serialize};

use crate::device::host::Holder;
use crate::device::{Finding, Health, Host};
use crate::matching::Match;

mod command;

pub use command::{CommandParams, InstalledFiles, ServeCommand};

/// Expands `$callback!` with every request: doc, handler, method, parameters, result.
#[macro_export]
macro_rules! for_each_request {
    ($callback:ident) => {
        $callback! {
            /// What is in this box. Passive, unless `refresh` asks tt-smi as well.
            probe: "tenstorrent/probe" (ProbeParams) -> Host;
            /// What runs on this box, the best first, with reasons.
            matching: "tenstorrent/match" (MatchParams) -> MatchList;
            /// The exact command that serves a model, from checkouts on this host or from its image. Writes nothing.
            command: "tenstorrent/command" (CommandParams) -> ServeCommand;
            /// Writes the files that this command refers to, as far as nobody has edited them.
            install_files: "tenstorrent/command/files" (CommandParams) -> InstalledFiles;
            /// How often the status is sent, and whether at all. Answers the status of now.
            monitor: "tenstorrent/monitor" (MonitorParams) -> Status;
            /// What a reset would do: who holds the boards, which command, what must be true afterwards. Does nothing.
            reset_plan: "tenstorrent/reset/plan" (ResetParams) -> ResetPlan;
            /// Ends the named processes: INT, then TERM, then KILL, and only if pid and start are still those.
            release: "tenstorrent/reset/release" (ReleaseParams) -> Released;
            /// Waits until the boards are back and alive, or says what is not.
            verify: "tenstorrent/reset/verify" (VerifyParams) -> Verified;
            /// What is wrong with this host, with evidence and a next step.
            doctor: "tenstorrent/doctor" (DoctorParams) -> Report;
        }
    };
}

/// The one notification from the server: whatever the status bar, the context keys and the walkthrough show.
pub const STATUS: &str = "tenstorrent/status";

/// Parameters of `tenstorrent/probe`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ProbeParams {
    /// True asks tt-smi too, which opens every device.
    pub refresh: bool,
}

/// Parameters of `tenstorrent/match`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct MatchParams {
    /// Words that the name or the repository must hold; null asks for everything.
    pub query: Option<String>,
    /// At most so many answers.
    pub limit: Option<usize>,
    /// True for entries of every device, also of those that this box has not.
    pub all: bool,
}

/// Answer of `tenstorrent/match` and of `list --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MatchList {
    /// Version of this shape.
    pub schema: u32,
    /// Spec name of the box.
    pub product: Option<String>,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// The catalog that answered.
    pub source: String,
    /// Answers, the best first.
    pub matches: Vec<Match>,
}

/// Parameters of `tenstorrent/monitor`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MonitorParams {
    /// Seconds between two looks: 2 ("live"), 30, 60, 120, 300 or 600.
    pub interval_s: u32,
    /// False stops looking by itself; a probe on request still shows.
    pub auto_update: bool,
}

/// Parameters of `tenstorrent/reset/plan`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ResetParams {
    /// PCI addresses; the whole boards that they belong to are reset. Empty is every board.
    pub bus_ids: Vec<String>,
}

/// Answer of `tenstorrent/reset/plan`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ResetPlan {
    /// Version of this shape.
    pub schema: u32,
    /// The boards in words, for example `n300 at 0000:01:00.0`.
    pub boards: Vec<String>,
    /// Processes that hold one of them and would lose it for good. A telemetry service is not among them.
    pub holders: Vec<Holder>,
    /// True when some process holds a board and cannot be seen from here (another container, another user).
    pub unseen_holders: bool,
    /// Commands to run, one after the other, each as program and arguments.
    pub commands: Vec<Vec<String>>,
    /// The same as one line for a shell.
    pub text: String,
    /// True when the command asks for a password: it must run in a terminal.
    pub sudo: bool,
    /// What must be there again afterwards.
    pub expected: Vec<ExpectedChip>,
    /// Seconds after which the boards should be back.
    pub deadline_s: u32,
    /// What the person should know before saying yes.
    pub notes: Vec<String>,
    /// Name of the simulated box, on which nothing would be run; null for a real one.
    pub simulated: Option<String>,
}

/// A chip as it was before a reset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExpectedChip {
    /// PCI address.
    pub bus_id: String,
    /// Board name, when it was known.
    pub board_type: Option<String>,
}

/// Parameters of `tenstorrent/reset/release`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ReleaseParams {
    /// Processes to end.
    pub holders: Vec<ProcessId>,
}

/// A process beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ProcessId {
    /// Process id.
    pub pid: u32,
    /// Start in clock ticks since boot.
    pub start_ticks: u64,
}

/// Answer of `tenstorrent/reset/release`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Released {
    /// Version of this shape.
    pub schema: u32,
    /// Processes that are gone, and the signal that it took; null for one that was gone already.
    pub gone: Vec<Gone>,
    /// Processes that are still there, and why.
    pub left: Vec<Left>,
}

/// A process that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Gone {
    /// Process id.
    pub pid: u32,
    /// `INT`, `TERM`, `KILL`, or null.
    pub signal: Option<String>,
}

/// A process that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Left {
    /// Process id.
    pub pid: u32,
    /// Why: not permitted, inside a container, or it does not end.
    pub why: String,
    /// What to do.
    pub next: String,
}

/// Parameters of `tenstorrent/reset/verify`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct VerifyParams {
    /// What must be there, from the plan.
    pub expected: Vec<ExpectedChip>,
    /// Seconds to wait for it, from the plan.
    pub deadline_s: u32,
}

/// Answer of `tenstorrent/reset/verify`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verified {
    /// Version of this shape.
    pub schema: u32,
    /// True when every expected chip is back, plausible and alive.
    pub ok: bool,
    /// One sentence for the person.
    pub text: String,
    /// What is not as it should be.
    pub problems: Vec<String>,
    /// The next rung of the ladder; empty when all is well.
    pub next: String,
    /// Seconds that it took.
    pub seconds: f64,
    /// The box as it is now.
    pub host: Host,
}

/// Parameters of `tenstorrent/doctor`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct DoctorParams {}

/// Answer of `tenstorrent/doctor` and of `doctor --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    /// Version of this shape.
    pub schema: u32,
    /// Findings, the worst first.
    pub findings: Vec<Finding>,
    /// The report as Markdown.
    pub text: String,
}

/// Parameters of `tenstorrent/status`: one snapshot of everything that shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Status {
    /// Version of this shape.
    pub schema: u32,
    /// How the box is.
    pub health: Health,
    /// Text of the status bar, without an icon.
    pub text: String,
    /// One sentence for a screen reader.
    pub summary: String,
    /// Markdown with a row for each chip.
    pub tooltip: String,
    /// Spec name of the box.
    pub product: Option<String>,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// Ids of the walkthrough steps whose thing is proved.
    pub done: Vec<String>,
    /// Seconds between two looks; null when the person has switched automatic updates off.
    pub interval_s: Option<u32>,
}

#[cfg(test)]
mod typescript;
