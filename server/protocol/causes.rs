//! What goes over the wire about known causes of failures.

use serde::{Deserialize, Serialize};

/// Parameters of `tenstorrent/causes`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct CausesParams {
    /// An output or a log, or the end of it.
    pub text: String,
}

/// A failure that others have met before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KnownCause {
    /// What most likely went wrong.
    pub cause: String,
    /// What to do.
    pub next: String,
    /// Where that is known from.
    pub source: String,
}

/// Answer of `tenstorrent/causes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Causes {
    /// What is known; the order is that of the table.
    pub causes: Vec<KnownCause>,
}
