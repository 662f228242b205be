//! What goes over the wire about setups: the plan, its run, and the environments that come of it.

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::recipe::{Shell, Target, Variable};

/// Parameters of `tenstorrent/setup/plan`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct SetupParams {
    /// Entry id, model name or repository.
    pub model: String,
    /// Device name of the spec file; null takes the best one that this box has.
    pub device: Option<String>,
    /// Shell that the line for a terminal is quoted for; null is bash.
    #[cfg_attr(test, ts(optional))]
    pub shell: Option<Shell>,
}

/// Parameters of `tenstorrent/setup/run`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct SetupRunParams {
    /// Entry id, model name or repository.
    pub model: String,
    /// Device name of the spec file; null takes the best one that this box has.
    pub device: Option<String>,
    /// Token under which `$/progress` is sent; null sends none.
    pub work_done_token: Option<ProgressToken>,
}

/// A token of the editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum ProgressToken {
    /// A number.
    Number(i32),
    /// A text.
    Text(String),
}

/// What a step needs beside time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The rights of the administrator: the person runs it.
    Sudo,
    /// The network.
    Network,
    /// A token of the Hugging Face hub, where the repository is gated.
    Token,
}

/// One program of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupCommand {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Folder to run it in.
    pub cwd: String,
    /// Variables that are set.
    pub env: Vec<Variable>,
    /// Variables that are taken away.
    pub unset: Vec<String>,
    /// File without which the command is left out; null when it always runs.
    pub only_if: Option<String>,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupStep {
    /// Its name in this plan.
    pub id: String,
    /// What it does, in words.
    pub title: String,
    /// The programs that it runs, one after the other.
    pub commands: Vec<SetupCommand>,
    /// Why it is needed.
    pub why: String,
    /// What shows that it is done, in words.
    pub proof: String,
    /// True when that is so.
    pub done: bool,
    /// What is missing, in words; empty when it is done.
    pub missing: String,
    /// Bytes that it fetches; null when nobody has published it.
    pub bytes: Option<u64>,
    /// Seconds that it took the last time on this machine; null when it was not measured.
    pub expected_seconds: Option<u64>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// Steps that must be done before.
    pub depends_on: Vec<String>,
    /// True when the person runs it in a terminal, and the setup waits for the proof.
    pub by_person: bool,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Obstacle {
    /// Its name.
    pub id: String,
    /// True when the setup does not begin before it is out of the way; false for a warning.
    pub blocking: bool,
    /// What is wrong.
    pub what: String,
    /// How that is known.
    pub why: String,
    /// What to do.
    pub next: String,
}

/// Answer of `tenstorrent/setup/plan` and of `setup --dry-run --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupPlan {
    /// Version of this shape.
    pub schema: u32,
    /// The same for the same goal, however far it has come.
    pub id: String,
    /// Entry.
    pub model_id: String,
    /// Its short name.
    pub model_name: String,
    /// Its device name.
    pub device_type: String,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// What it will be served from.
    pub target: Target,
    /// Name of the environment; null for a container.
    pub environment: Option<String>,
    /// Its folder.
    pub folder: Option<String>,
    /// Era of the vLLM tree; null for a container.
    pub era: Option<String>,
    /// The steps, in order.
    pub steps: Vec<SetupStep>,
    /// Everything that stands in the way.
    pub obstacles: Vec<Obstacle>,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// The plan as Markdown.
    pub text: String,
    /// A bash script that does the same; empty where a word of it cannot be written down.
    pub script: String,
    /// What runs it from a terminal: program and arguments as one line for a shell.
    pub terminal: String,
}

/// How far one step, or a whole run, has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SetupState {
    /// Not begun.
    #[default]
    Pending,
    /// It runs.
    Running,
    /// It waits for the person.
    Waiting,
    /// It is proved to be done.
    Done,
    /// It has failed.
    Failed,
    /// It was stopped.
    Cancelled,
}

/// How far one step has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct StepProgress {
    /// Its name in the plan.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Where it stands.
    pub state: SetupState,
    /// Units that are done; null while nobody has counted.
    pub done: Option<u64>,
    /// Units in all; null when it is not known.
    pub total: Option<u64>,
    /// What is counted: `bytes`, `objects`, `files`, `packages`; empty while nothing is.
    pub unit: String,
    /// Units a second, measured over the last seconds; null when it is not known.
    pub rate: Option<f64>,
    /// Seconds left at that rate; null when it is not known.
    pub seconds_left: Option<f64>,
    /// True when nothing has been heard of it for a minute.
    pub stalled: bool,
    /// The last line that it printed, or the command that it waits for.
    pub line: String,
    /// File with all that it printed; null when it has not run.
    pub log: Option<String>,
    /// True when this run has run it; false when it was done before.
    pub ran: bool,
}

/// The step that has failed, for whoever asks somebody about it. The likely cause stands in the failure itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct FailedStep {
    /// Its name in the plan.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Its program, as a line of a shell; empty when it has none of its own.
    pub command: String,
    /// The last lines that it printed, without secrets and without the name of the home folder.
    pub tail: Vec<String>,
}

/// One snapshot of a run: the value of `$/progress`, and a line of `setup --json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct SetupProgress {
    /// Version of this shape.
    pub schema: u32,
    /// `begin`, `report` or `end`, as the language server protocol has it.
    pub kind: String,
    /// Heading, for the first event.
    pub title: String,
    /// One line for the person.
    pub message: String,
    /// Plan that is run.
    pub plan: String,
    /// Where the run stands.
    pub state: SetupState,
    /// Steps that are done.
    pub step: u32,
    /// Steps in all.
    pub of: u32,
    /// Every step.
    pub steps: Vec<StepProgress>,
    /// True when another process runs it and this one watches.
    pub joined: bool,
    /// Why it has ended; null while it runs and when all is well.
    pub failure: Option<Failure>,
    /// The step that has failed; null when none has.
    pub failed: Option<FailedStep>,
}

/// Answer of `tenstorrent/setup/run`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SetupOutcome {
    /// Version of this shape.
    pub schema: u32,
    /// Plan that was run.
    pub plan: String,
    /// Name of the environment; null for a container.
    pub environment: Option<String>,
    /// Steps that this run has run.
    pub ran: Vec<String>,
    /// Steps that were done before.
    pub done_before: Vec<String>,
    /// True when another process has run it.
    pub joined: bool,
    /// One sentence for the person.
    pub text: String,
}
