//! What goes over the wire about measurements.

use serde::{Deserialize, Serialize};

use super::ProgressToken;
pub use crate::serving::measure::Level;
pub use crate::serving::targets::PublishedTarget;

/// Parameters of `tenstorrent/bench`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct BenchParams {
    /// A part of the name of a model that was started here; left out, the server that runs.
    pub model: Option<String>,
    /// Base address of another server.
    pub url: Option<String>,
    /// True takes less than a minute on most servers: short answers, one round, four requests at once at most.
    pub quick: Option<bool>,
    /// Requests at once, at most; left out, the limit of the entry.
    pub up_to: Option<u64>,
    /// Tokens of an answer.
    pub tokens: Option<u64>,
    /// Requests of each of those that run at once.
    pub rounds: Option<u64>,
    /// Token under which `$/progress` is sent, with a `BenchProgress` as its value; left out, none is.
    pub work_done_token: Option<ProgressToken>,
}

/// How far a measurement is; every one is whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct BenchProgress {
    /// `begin` or `report`, as the language server protocol has it; the answer is the end.
    pub kind: String,
    /// Heading.
    pub title: String,
    /// One line for the person.
    pub message: String,
    /// Levels that are done.
    pub done: u32,
    /// Levels in all.
    pub of: u32,
    /// Those that are done.
    pub levels: Vec<Level>,
}

/// A measurement, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Bench {
    /// Version of this shape.
    pub schema: u32,
    /// Base address of the server.
    pub url: String,
    /// Model as the server names it.
    pub model: String,
    /// Entry of the catalog, where it is known.
    pub model_id: Option<String>,
    /// Seconds since 1970.
    pub at: u64,
    /// Tokens that an answer may have.
    pub tokens: u64,
    /// The levels.
    pub levels: Vec<Level>,
    /// The publisher's targets.
    pub targets: Vec<PublishedTarget>,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// The last measurement of the same server and model with answers as long as these.
    #[serde(default)]
    pub before: Option<Box<Bench>>,
}

/// Answer of `tenstorrent/bench` and of `bench --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BenchReport {
    /// The measurement.
    #[serde(flatten)]
    pub bench: Bench,
    /// Earlier ones with answers as long as these, the newest first.
    pub history: Vec<Bench>,
    /// The same as Markdown, with the chart in it.
    pub text: String,
    /// The chart as SVG.
    pub chart: String,
}
