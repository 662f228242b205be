//! What goes over the wire about lessons and progress.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::lessons::Proof;

/// Parameters of `tenstorrent/progress`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ProgressParams {
    /// What to do.
    #[cfg_attr(test, ts(optional = false))]
    pub action: ProgressAction,
    /// For `prove`: the step. For `reset`: the one to forget; left out, all.
    pub step: Option<String>,
    /// For `prove`: exit code of what was run; left out when nothing was run.
    pub exit_code: Option<i32>,
    /// For `prove`: what was run, in a few words.
    pub run: Option<String>,
    /// For `prove`: files that it has written, as absolute paths; each must be there and not empty.
    pub files: Option<Vec<String>>,
}

/// What to do about progress.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ProgressAction {
    /// Say what is proved.
    #[default]
    Get,
    /// Something was done: look whether that proves the step.
    Prove,
    /// The proofs as a text to keep.
    Export,
    /// Forget them.
    Reset,
}

/// How a step of a walkthrough stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LessonStep {
    /// Its id.
    pub id: String,
    /// Id of its walkthrough.
    pub walkthrough: String,
    /// Its title.
    pub title: String,
    /// True when it is proved.
    pub done: bool,
    /// What proves it.
    pub proof: Proof,
    /// The same in words.
    pub proof_text: String,
    /// What to do when it did not work.
    pub hint: String,
    /// Seconds since 1970 at which it was proved.
    pub at: Option<u64>,
    /// What proved it.
    pub run: Option<String>,
}

/// Answer of `tenstorrent/progress`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    /// Version of this shape.
    pub schema: u32,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// The steps of all walkthroughs, in order.
    pub steps: Vec<LessonStep>,
    /// For `prove`: why the step is not proved; null when it is.
    pub refused: Option<Failure>,
    /// For `export`: the proofs as JSON; null for the others.
    pub text: Option<String>,
    /// Folder with the proofs.
    pub folder: String,
}

/// Parameters of `tenstorrent/lessons`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct LessonsParams {}

/// A lesson in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LessonRow {
    /// Its id, which is that of its step.
    pub id: String,
    /// Id of its walkthrough.
    pub walkthrough: String,
    /// Its title.
    pub title: String,
    /// True when its step is proved.
    pub done: bool,
    /// True when this machine can do it.
    pub can: bool,
    /// Why it cannot; empty where it can.
    pub why: String,
    /// Id of the nearest step that it can do instead; null where it can, and where there is none.
    pub nearest: Option<String>,
}

/// Answer of `tenstorrent/lessons` and of `lesson --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Lessons {
    /// Version of this shape.
    pub schema: u32,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// The lessons, in the order of the walkthroughs.
    pub lessons: Vec<LessonRow>,
}

/// Parameters of `tenstorrent/lesson`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct LessonParams {
    /// Id of a step.
    pub id: String,
}

/// A command in a lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LessonCommand {
    /// The heading that it stands under.
    pub about: String,
    /// Its text, one or more lines.
    pub text: String,
}

/// Answer of `tenstorrent/lesson`: the lesson for this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Lesson {
    /// Version of this shape.
    pub schema: u32,
    /// Its row in the list.
    #[serde(flatten)]
    pub row: LessonRow,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// Entry of the model that it is filled in for; null where there is none.
    pub model_id: Option<String>,
    /// The lesson as Markdown, without links to commands.
    pub markdown: String,
    /// The commands in it.
    pub commands: Vec<LessonCommand>,
    /// What its placeholders stand for on this machine, by their names; empty where it cannot do the step.
    pub values: BTreeMap<String, String>,
}
