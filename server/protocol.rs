//! Every custom request and notification, in one list. The registration in `lsp/`, the TypeScript types of the client
//! and the protocol's documentation are made from it; a test fails when one of them is stale.
//!
//! Fields are in snake_case on the wire, so that the language server and the command line print the same objects.

use serde::{Deserialize, Serialize};

use crate::device::{Finding, Health};
use crate::matching::Match;
use crate::recipe::{Recipe, Shell};

/// Expands `$callback!` with every request: doc, handler, method, parameters, result.
#[macro_export]
macro_rules! for_each_request {
    ($callback:ident) => {
        $callback! {
            /// What is in this box. Passive, unless `refresh` asks tt-smi as well.
            probe: "tenstorrent/probe" (ProbeParams) -> Host;
            /// What runs on this box, the best first, with reasons.
            matching: "tenstorrent/match" (MatchParams) -> MatchList;
            /// The exact command that serves a model from a checkout on this host.
            command: "tenstorrent/command" (CommandParams) -> ServeCommand;
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

/// Parameters of `tenstorrent/command`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct CommandParams {
    /// Entry id, model name or repository.
    pub model: String,
    /// Device name of the spec file; null takes the best one that this box has.
    pub device: Option<String>,
    /// Shell that the text is quoted for; null is bash.
    pub shell: Option<Shell>,
}

/// Answer of `tenstorrent/command` and of `command --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServeCommand {
    /// Version of this shape.
    pub schema: u32,
    /// Entry that is served.
    pub model_id: String,
    /// Its short name.
    pub model_name: String,
    /// Device name of the entry.
    pub device_type: String,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// Shell that the text is quoted for.
    pub shell: Shell,
    /// The command as text; every line but the last ends in a backslash.
    pub text: String,
    /// The command as data, with notes and the source of each value.
    #[serde(flatten)]
    pub recipe: Recipe,
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
}

#[cfg(test)]
mod typescript;
