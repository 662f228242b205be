//! What goes over the wire about resets.

use serde::{Deserialize, Serialize};

use crate::device::Host;
use crate::device::host::Holder;

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
