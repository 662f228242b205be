//! What goes over the wire about templates.

use serde::{Deserialize, Serialize};

use crate::recipe::FileCondition;

/// Parameters of `tenstorrent/templates`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct TemplatesParams {
    /// What to do.
    pub action: TemplatesAction,
    /// For `copy`: which one. For `list`: that one alone; null is all of them.
    pub id: Option<String>,
    /// Folder for the copies, absolute or from `~`; null is `~/tt-scratchpad`.
    pub dir: Option<String>,
    /// For `copy`, after the person was asked: an edited or foreign file is moved to `NAME.bak` and replaced.
    pub replace: bool,
}

/// What to do with templates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TemplatesAction {
    /// Say which there are, and how their files lie in the folder. Writes nothing.
    #[default]
    List,
    /// Copy one. Files that somebody has edited stay as they are; the answer holds both texts of each, to show the
    /// difference and ask, and then to send the same again with `replace`.
    Copy,
}

/// Answer of `tenstorrent/templates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Templates {
    /// Version of this shape.
    pub schema: u32,
    /// The folder of the copies.
    pub dir: String,
    /// The templates; after `copy` the one that was copied.
    pub templates: Vec<TemplateEntry>,
}

/// A template and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateEntry {
    /// Short name, for commands.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// What it does, in one sentence.
    pub about: String,
    /// What it needs besides Python, in words.
    pub needs: Vec<String>,
    /// Id of the walkthrough step that it belongs to; null for none.
    pub lesson: Option<String>,
    /// Its files; the first one is the one to open.
    pub files: Vec<TemplateFile>,
}

/// A file of a template, and how it lies in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateFile {
    /// Where it belongs.
    pub path: String,
    /// How it lies there, after a copy. `edited` and `foreign` were left alone.
    pub condition: FileCondition,
    /// True when it was written just now.
    pub written: bool,
    /// Where the file that stood there before is kept; null when nothing was replaced.
    pub backup: Option<String>,
    /// For a file that a copy has left alone, what to show; null otherwise.
    pub difference: Option<TemplateDifference>,
}

/// The two texts of a file that was left alone: the left and the right side of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct TemplateDifference {
    /// What stands there now; empty when it is no text.
    pub there: String,
    /// What would be written.
    pub ours: String,
}
