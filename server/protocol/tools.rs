//! What goes over the wire about the tools of agents.

use serde::{Deserialize, Serialize};

use super::ProgressToken;

/// Parameters of `tenstorrent/tool`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ToolParams {
    /// Name of the tool, as `content/tools.json` has it.
    #[cfg_attr(test, ts(optional = false))]
    pub name: String,
    /// Its arguments, as the model gave them.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub arguments: serde_json::Value,
    /// Token under which the `$/progress` of a setup is sent; left out, none is.
    pub work_done_token: Option<ProgressToken>,
}

/// Answer of `tenstorrent/tool`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ToolAnswer {
    /// Version of this shape.
    pub schema: u32,
    /// The answer for a model, as Markdown.
    pub text: String,
    /// The same as an object.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub structured: serde_json::Value,
}
