//! What goes over the wire about serving commands.

use serde::{Deserialize, Serialize};

use crate::recipe::{Choices, FileState, Recipe, Shell, Target, Traces, Trial};

/// Parameters of `tenstorrent/command`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct CommandParams {
    /// Entry id, model name or repository.
    pub model: String,
    /// Device name of the spec file; null takes the best one that this box has.
    pub device: Option<String>,
    /// True also takes an entry of another device that may run here, with reduced parameters. The id of such an entry
    /// says so by itself.
    pub experimental: bool,
    /// Shell that the text is quoted for; null is bash.
    pub shell: Option<Shell>,
    /// What is to be otherwise than published.
    #[cfg_attr(test, ts(optional))]
    pub choices: Option<Choices>,
    /// Files in which the command leaves its process, its exit code and its output, for a terminal that tells nobody;
    /// null leaves none.
    #[cfg_attr(test, ts(optional))]
    pub traces: Option<Traces>,
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
    /// What the command starts.
    pub target: Target,
    /// Shell that the text is quoted for.
    pub shell: Shell,
    /// The command as text; every line but the last ends in a backslash.
    pub text: String,
    /// What to try once the server is ready.
    pub tests: Vec<Trial>,
    /// Files that the command refers to; the request `tenstorrent/command/files` writes them.
    pub files: Vec<FileState>,
    /// The command as data, with notes and the source of each value.
    #[serde(flatten)]
    pub recipe: Recipe,
}

/// Answer of `tenstorrent/command/files`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct InstalledFiles {
    /// Version of this shape.
    pub schema: u32,
    /// The files as they lie there now.
    pub files: Vec<FileState>,
}
