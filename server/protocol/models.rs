//! What goes over the wire about models: which run here, one of them in full, and the catalog.

use serde::{Deserialize, Serialize};

use crate::device::host::Resources;
use crate::matching::{Excluded, Match};

/// Parameters of `tenstorrent/match`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct MatchParams {
    /// Words that the name or the repository must hold, or a task; null asks for everything.
    pub query: Option<String>,
    /// What the model must be for: `chat`, `t2i` …
    pub task: Option<String>,
    /// True for entries of other devices that may run here all the same.
    pub experimental: bool,
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
    /// The task that was asked for.
    pub task: Option<String>,
    /// Memory and disk of this host.
    pub resources: Resources,
    /// Answers, the best first.
    pub matches: Vec<Match>,
}

/// Parameters of `tenstorrent/show`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ShowParams {
    /// Entry id, model name or repository.
    pub model: String,
}

/// Answer of `tenstorrent/show` and of `show --json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ModelDetails {
    /// Version of this shape.
    pub schema: u32,
    /// Spec name of the box.
    pub product: Option<String>,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// The catalog that answered.
    pub source: String,
    /// Entries that run on this box, the best first; those of other devices that may run here come last.
    pub matches: Vec<Match>,
    /// Entries of other devices, and the one thing that is missing.
    pub excluded: Vec<Excluded>,
    /// The same as Markdown.
    pub text: String,
}

/// Parameters of `tenstorrent/catalog`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct CatalogParams {
    /// True looks for newer spec files first, whenever that was last done.
    pub refresh: bool,
    /// True with `refresh` looks only when nobody has within the hour.
    pub if_due: bool,
}
