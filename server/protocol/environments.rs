//! What goes over the wire about environments side by side.

use serde::{Deserialize, Serialize};

/// Parameters of `tenstorrent/environments`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct EnvironmentsParams {}

/// One environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Environment {
    /// Its name, which is that of its folder.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// tt-metal as the entry names it.
    pub metal: String,
    /// vLLM as the entry names it.
    pub vllm: String,
    /// Era of the vLLM tree.
    pub era: String,
    /// True when every step of its setup but the weights is done.
    pub ready: bool,
    /// True when commands use it where no other fits.
    pub in_use: bool,
    /// Bytes on disk; null when the folder did not answer in time.
    pub bytes: Option<u64>,
}

/// Answer of `tenstorrent/environments` and of `env list --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Environments {
    /// Version of this shape.
    pub schema: u32,
    /// Folder of all environments.
    pub root: String,
    /// The environments, by name.
    pub environments: Vec<Environment>,
}

/// One thing that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnvironmentRow {
    /// What was looked at.
    pub what: String,
    /// True when it is as it should be.
    pub ok: bool,
    /// How it should be.
    pub expected: String,
    /// How it is.
    pub found: String,
}

/// Answer of `env verify --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EnvironmentCheck {
    /// Version of this shape.
    pub schema: u32,
    /// Environment.
    pub name: String,
    /// True when nothing differs.
    pub ok: bool,
    /// Everything that was compared.
    pub rows: Vec<EnvironmentRow>,
}
