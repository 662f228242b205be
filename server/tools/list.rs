//! The list of tools, from `content/tools.json`, which the editor's package is held to as well.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Failure, FailureKind, Result};

/// A tool.
#[derive(Debug, Clone, Deserialize)]
pub struct Tool {
    /// Name that models call it by.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it is for, in words for models.
    pub description: String,
    /// True when it changes nothing.
    pub read_only: bool,
    /// True when what it changes may cost somebody something.
    pub destructive: bool,
    /// True when a second call like the first changes nothing more.
    pub idempotent: bool,
    /// True when it reaches beyond this machine.
    pub open_world: bool,
    /// JSON schema of its arguments.
    pub input_schema: Map<String, Value>,
}

#[derive(Deserialize)]
struct File {
    tools: Vec<Tool>,
}

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let file: serde_json::Result<File> = serde_json::from_str(include_str!("../../content/tools.json"));
    file.map(|file| file.tools).unwrap_or_default()
});

/// Every tool.
pub fn all() -> &'static [Tool] {
    &TOOLS
}

/// The tool of this name.
///
/// # Errors
/// When there is none.
pub fn find(name: &str) -> Result<&'static Tool> {
    all().iter().find(|tool| tool.name == name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|tool| tool.name.as_str()).collect();
        let what = format!("there is no tool {name:.60?}");
        Failure::new(FailureKind::Usage, what, format!("the tools are {}", names.join(", ")), "Call one of these.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_whole_and_what_acts_asks() {
        assert_eq!(all().len(), 7, "content/tools.json is read as a whole or not at all");
        for tool in all() {
            let name = &tool.name;
            assert!(
                name.starts_with("tenstorrent_") && !tool.title.is_empty() && tool.description.len() > 60,
                "{name}"
            );
            let acts = tool.input_schema["properties"].get("confirm").is_some();
            assert_eq!(acts, !tool.read_only, "{name}");
            assert_eq!(tool.destructive, !tool.read_only, "{name}");
            assert_eq!(tool.input_schema["additionalProperties"], false, "{name}");
        }
        assert!(find("rm_rf").unwrap_err().why.contains("tenstorrent_doctor"));
    }
}
