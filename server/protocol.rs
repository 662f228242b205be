//! Every custom request and notification, in one list. The registration in `lsp/`, the TypeScript types of the client
//! and the protocol's documentation are made from it; a test fails when one of them is stale.
//!
//! Fields are in snake_case on the wire, so that the language server and the command line print the same objects.

use serde::{Deserialize, Serialize};

pub use crate::device::Host;
use crate::device::{Finding, Health};
pub use crate::requests::CatalogInfo;

mod bench;
mod causes;
mod chat;
mod command;
mod environments;
mod lessons;
mod models;
mod reset;
mod server;
mod setup;
mod templates;
mod token;
mod tools;

pub use bench::{Bench, BenchParams, BenchProgress, BenchReport, Level, PublishedTarget};
pub use causes::{Causes, CausesParams, KnownCause};
pub use chat::{
    ChatMessage, ChatOptions, ChatOutcome, ChatParams, ChatPartial, ChatTool, Ended, Tokens, TokensParams, ToolCall,
    Usage,
};
pub use command::{CommandParams, InstalledFiles, ServeCommand};
pub use environments::{Environment, EnvironmentCheck, EnvironmentRow, Environments, EnvironmentsParams};
pub use lessons::{
    Lesson, LessonCommand, LessonParams, LessonRow, LessonStep, Lessons, LessonsParams, Progress, ProgressAction,
    ProgressParams,
};
pub use models::{CatalogParams, MatchList, MatchParams, ModelDetails, ShowParams};
pub use reset::{
    ExpectedChip, Gone, Left, ProcessId, ReleaseParams, Released, ResetParams, ResetPlan, Verified, VerifyParams,
};
pub use server::{
    BootStep, EndedParams, Life, Load, PreparedServer, ServedModel, ServerAction, ServerInfo, ServerKeyParams,
    ServerParams, ServerSource, ServerState, StartedParams,
};
pub use setup::{
    FailedStep, Need, Obstacle, ProgressToken, SetupCommand, SetupOutcome, SetupParams, SetupPlan, SetupProgress,
    SetupRunParams, SetupState, SetupStep, StepProgress,
};
pub use templates::{TemplateDifference, TemplateEntry, TemplateFile, Templates, TemplatesAction, TemplatesParams};
pub use token::{RepoAccess, TokenParams, TokenSetParams, TokenState};
pub use tools::{ToolAnswer, ToolParams};

/// Expands `$callback!` with every request: doc, handler, method, parameters, result.
#[macro_export]
macro_rules! for_each_request {
    ($callback:ident) => {
        $callback! {
            /// What is in this box. Passive, unless `refresh` asks tt-smi as well.
            probe: "tenstorrent/probe" (ProbeParams) -> Host;
            /// What runs on this box, the best first, with reasons.
            matching: "tenstorrent/match" (MatchParams) -> MatchList;
            /// Everything about one model: its entries here with reasons, and why the others are not offered.
            show: "tenstorrent/show" (ShowParams) -> ModelDetails;
            /// What the catalog holds and how old it is; with `refresh` it is looked for newer files first.
            catalog: "tenstorrent/catalog" (CatalogParams) -> CatalogInfo;
            /// The exact command that serves a model, from checkouts on this host or from its image. Writes nothing.
            command: "tenstorrent/command" (CommandParams) -> ServeCommand;
            /// Writes the files that this command refers to, as far as nobody has edited them.
            install_files: "tenstorrent/command/files" (CommandParams) -> InstalledFiles;
            /// How often the status is sent, and whether at all. Answers the status of now.
            monitor: "tenstorrent/monitor" (MonitorParams) -> Status;
            /// What a reset would do: who holds the boards, which command, what must be true afterwards. Does nothing.
            reset_plan: "tenstorrent/reset/plan" (ResetParams) -> ResetPlan;
            /// Ends the named processes: INT, then TERM, then KILL, and only if pid and start are still those.
            release: "tenstorrent/reset/release" (ReleaseParams) -> Released;
            /// Waits until the boards are back and alive, or says what is not.
            verify: "tenstorrent/reset/verify" (VerifyParams) -> Verified;
            /// What a setup would do: steps with their proof, and everything that stands in the way. Does nothing.
            setup_plan: "tenstorrent/setup/plan" (SetupParams) -> SetupPlan;
            /// Runs it, or joins the run of another window. Every `$/progress` is a whole `SetupProgress`.
            setup_run: "tenstorrent/setup/run" (SetupRunParams) -> SetupOutcome;
            /// The environments that setups have made, one for each pair of tt-metal and vLLM.
            environments: "tenstorrent/environments" (EnvironmentsParams) -> Environments;
            /// Which token for the Hugging Face hub there is; with `check` also whose it is and what it may read.
            token: "tenstorrent/token" (TokenParams) -> TokenState;
            /// Hands over the token that the editor keeps. It stays in memory and goes to children by environment.
            set_token: "tenstorrent/token/set" (TokenSetParams) -> TokenState;
            /// Which model servers run, how they are, and the end of one that we have started.
            server: "tenstorrent/server" (ServerParams) -> ServerState;
            /// Notes a server that was started in a terminal, so that it is found again.
            server_started: "tenstorrent/server/started" (StartedParams) -> ServerState;
            /// Notes that a command in a terminal has come to its end.
            server_ended: "tenstorrent/server/ended" (EndedParams) -> ServerState;
            /// The command of a model, and whether it can start now.
            server_prepare: "tenstorrent/server/prepare" (CommandParams) -> PreparedServer;
            /// Hands over the key that the editor keeps for a server. It stays in memory and goes to that origin only.
            server_key: "tenstorrent/server/key" (ServerKeyParams) -> ServerState;
            /// One answer of a model; its tokens come before as `$/progress`, and the answer is the whole of them.
            chat: "tenstorrent/chat" (ChatParams) -> ChatOutcome;
            /// How many tokens a text or a conversation has: as the server counts, or an estimate that says so.
            tokens: "tenstorrent/tokens" (TokensParams) -> Tokens;
            /// What is known about the words of an output: likely causes, each with a next step.
            causes: "tenstorrent/causes" (CausesParams) -> Causes;
            /// The lessons, and which of them this machine can do.
            lessons: "tenstorrent/lessons" (LessonsParams) -> Lessons;
            /// One lesson filled in for this machine, with every command in it.
            lesson: "tenstorrent/lesson" (LessonParams) -> Lesson;
            /// Which steps of the walkthroughs are proved; takes what was done as a proof, exports, or forgets.
            progress: "tenstorrent/progress" (ProgressParams) -> Progress;
            /// Scripts to start from: which there are, and copying one. What somebody has edited is never overwritten.
            templates: "tenstorrent/templates" (TemplatesParams) -> Templates;
            /// How fast a server is; every `$/progress` is a whole `BenchProgress`.
            bench: "tenstorrent/bench" (BenchParams) -> BenchReport;
            /// A tool of an agent: the same as `tt-jukebox mcp` offers, from the list in `content/tools.json`.
            tool: "tenstorrent/tool" (ToolParams) -> ToolAnswer;
            /// What is wrong with this host, with evidence and a next step.
            doctor: "tenstorrent/doctor" (DoctorParams) -> Report;
        }
    };
}

/// The one notification from the server: whatever the status bar, the context keys and the walkthrough show.
pub const STATUS: &str = "tenstorrent/status";

/// Parameters of `tenstorrent/probe`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ProbeParams {
    /// True asks tt-smi too, which opens every device.
    pub refresh: bool,
}

/// Parameters of `tenstorrent/monitor`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MonitorParams {
    /// Seconds between two looks: 2 ("live"), 30, 60, 120, 300 or 600.
    pub interval_s: u32,
    /// False stops looking by itself; a probe on request still shows.
    pub auto_update: bool,
}

/// Parameters of `tenstorrent/doctor`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct DoctorParams {}

/// Answer of `tenstorrent/doctor` and of `doctor --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    /// Version of this shape.
    pub schema: u32,
    /// Findings, the worst first.
    pub findings: Vec<Finding>,
    /// The report as Markdown.
    pub text: String,
}

/// Parameters of `tenstorrent/status`: one snapshot of everything that shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Status {
    /// Version of this shape.
    pub schema: u32,
    /// How the box is.
    pub health: Health,
    /// Text of the status bar, without an icon.
    pub text: String,
    /// One sentence for a screen reader.
    pub summary: String,
    /// Markdown with a row for each chip.
    pub tooltip: String,
    /// Spec name of the box.
    pub product: Option<String>,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// Ids of the walkthrough steps whose thing is proved.
    pub done: Vec<String>,
    /// Seconds between two looks; null when the person has switched automatic updates off.
    pub interval_s: Option<u32>,
}

#[cfg(test)]
mod typescript;
