//! What goes over the wire about the token for the Hugging Face hub. The token itself goes one way only.

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::hub::Secret;

/// Parameters of `tenstorrent/token`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct TokenParams {
    /// True asks the hub whose token it is and what it may read.
    pub check: bool,
}

/// Parameters of `tenstorrent/token/set`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct TokenSetParams {
    /// The token; null forgets it.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub token: Option<Secret>,
}

/// Answer of `tenstorrent/token`, `tenstorrent/token/set` and `login --check --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TokenState {
    /// Version of this shape.
    pub schema: u32,
    /// Where the token comes from: a variable, a file, or the editor; null when there is none.
    pub source: Option<String>,
    /// The account that it belongs to; null when it was not asked for, or not told.
    pub who: Option<String>,
    /// Why the hub did not tell.
    pub trouble: Option<Failure>,
    /// Repositories of models that run on this box.
    pub repos: Vec<RepoAccess>,
}

/// Whether a repository may be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RepoAccess {
    /// The repository.
    pub repo: String,
    /// Models whose weights lie there.
    pub models: Vec<String>,
    /// Why it may not be read, and what to do; null when it may.
    pub refused: Option<Failure>,
}
