//! What goes over the wire about model servers.

use serde::{Deserialize, Serialize};

use super::ServeCommand;
use crate::error::Failure;
use crate::serving::Secret;

/// Parameters of `tenstorrent/server`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ServerParams {
    /// What to do.
    #[cfg_attr(test, ts(optional = false))]
    pub action: ServerAction,
    /// For `watch`: the revision that is known; the answer comes when there is another one, or after half a minute.
    pub known: Option<String>,
    /// For `stop`: port of the server; left out, the one that we have started.
    pub port: Option<u16>,
    /// For `stop`: a part of the name of its model.
    pub model: Option<String>,
}

/// What to do about servers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ServerAction {
    /// Look at what runs.
    #[default]
    Discover,
    /// Look until something changes.
    Watch,
    /// End a server that we have started.
    Stop,
}

/// Parameters of `tenstorrent/server/started`: a command that runs in a terminal, so that it is found again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct StartedParams {
    /// Process of the server; for a container that of docker or podman.
    pub pid: Option<u32>,
    /// Process of the shell that it was started in, where its own is not known: what that runs in the foreground is taken.
    pub shell_pid: Option<u32>,
    /// The marker that the command was made with (`traces` of `tenstorrent/command`): its process is taken from there.
    pub marker: Option<String>,
    /// Name of the container, as the command gives it.
    pub container: Option<String>,
    /// File that its output goes to.
    pub log: Option<String>,
    /// Entry that is served.
    #[cfg_attr(test, ts(optional = false))]
    pub model_id: String,
    /// Its short name.
    #[cfg_attr(test, ts(optional = false))]
    pub model_name: String,
    /// Port that it listens on.
    #[cfg_attr(test, ts(optional = false))]
    pub port: u16,
    /// Program and arguments.
    #[cfg_attr(test, ts(optional = false))]
    pub command: Vec<String>,
}

/// Parameters of `tenstorrent/server/key`.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ServerKeyParams {
    /// Address of the server; left out, that of the setting server_url. The key is for its scheme, host and port only.
    pub url: Option<String>,
    /// The key; null forgets it.
    #[cfg_attr(test, ts(type = "string | null", optional = false))]
    pub key: Option<Secret>,
}

/// Parameters of `tenstorrent/server/ended`: a command that was started in a terminal has come to its end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct EndedParams {
    /// Port of the server.
    pub port: u16,
    /// Exit code of the command; null when the shell did not say.
    pub exit_code: Option<i32>,
    /// True when the person has ended it.
    pub stopped: bool,
}

/// Answer of `tenstorrent/server/prepare`: a command, and whether it can start now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreparedServer {
    /// Version of this shape.
    pub schema: u32,
    /// The command.
    pub command: ServeCommand,
    /// Port that it will listen on.
    pub port: u16,
    /// What stands in the way; null when it can start.
    pub obstacle: Option<Failure>,
    /// The next free port, when the wanted one is taken.
    pub free_port: Option<u16>,
}

/// How a server is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Life {
    /// Answers, and works on requests.
    Busy,
    /// Answers.
    Ready,
    /// Runs, and does not answer yet.
    Starting,
    /// Runs, and does not answer as it should.
    Failing,
    /// Has ended by itself.
    Lost,
    /// Was ended.
    Stopped,
    /// There is none.
    #[default]
    Idle,
}

/// How a server was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ServerSource {
    /// The setting server_url names it.
    Setting,
    /// We have started it.
    #[default]
    Started,
    /// It answers on the port of the settings.
    Port,
    /// It answers on the port that the official command line takes.
    TtCli,
    /// A container with a name of the official programs or of ours.
    Container,
}

/// A model that a server offers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServedModel {
    /// The name to ask for.
    pub id: String,
    /// Context in tokens; null when the server does not say.
    pub max_model_len: Option<u64>,
}

/// A step of a start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct BootStep {
    /// `process`, `engine`, `weights`, `kv_cache`, `warm_up`, `api`.
    pub name: String,
    /// The same in words.
    pub title: String,
    /// How far it is, as the log says it, for example `3/8`.
    pub detail: String,
    /// Seconds that it took, or takes by now; null when the log has no times.
    pub seconds: Option<f64>,
    /// Seconds that it took last time; null for a first time.
    pub last_seconds: Option<f64>,
    /// True when it is over.
    pub done: bool,
}

/// What a server has to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Load {
    /// Requests that it works on.
    pub running: u64,
    /// Requests that wait.
    pub waiting: u64,
    /// Part of the KV cache in use, 0 to 1; null when it does not say.
    pub kv_cache_use: Option<f64>,
    /// Tokens a second, between the last two looks; null before the second one.
    pub tokens_per_s: Option<f64>,
    /// Mean seconds to the first token: between the last two looks, else since the start; null without a request.
    pub first_token_s: Option<f64>,
}

/// A server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServerInfo {
    /// How it was found.
    pub source: ServerSource,
    /// How it is.
    pub life: Life,
    /// Base address.
    pub url: String,
    /// Its port on this machine; null for another machine.
    pub port: Option<u16>,
    /// Models that it offers.
    pub models: Vec<ServedModel>,
    /// Entry of the catalog; null when it is not known.
    pub model_id: Option<String>,
    /// Short name for people: of the entry, else of the first model.
    pub name: String,
    /// Its process; null when it is not known, or none.
    pub pid: Option<u32>,
    /// Its container, by name.
    pub container: Option<String>,
    /// File with its output.
    pub log: Option<String>,
    /// Seconds since 1970 at which it was started.
    pub started_at: Option<u64>,
    /// Exit code of a command that was typed into a terminal and has ended; null where it is not known.
    pub exit_code: Option<i32>,
    /// Steps of its start, while it starts.
    pub steps: Vec<BootStep>,
    /// What it has to do.
    pub load: Option<Load>,
    /// True when it was started with a parser for tool calls.
    pub tool_calls: bool,
    /// True when it refuses whoever has no key, or another one.
    pub wants_key: bool,
    /// True when it has answered a question that went with a key of ours.
    pub with_key: bool,
    /// True when we can end it.
    pub can_stop: bool,
    /// What is wrong, or why it is as it is; may be empty.
    pub why: String,
    /// What to do; may be empty.
    pub next: String,
}

/// Answer of `tenstorrent/server`: the best server first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ServerState {
    /// Version of this shape.
    pub schema: u32,
    /// How the best server is.
    pub life: Life,
    /// A few words for the status bar, for example `Llama-3.1-8B ready`; empty when there is none.
    pub text: String,
    /// One sentence for a screen reader.
    pub summary: String,
    /// Markdown about all of them.
    pub tooltip: String,
    /// The servers.
    pub servers: Vec<ServerInfo>,
    /// What somebody else has on the port of the settings; null when it is free or ours.
    pub port_taken: Option<String>,
    /// Changes whenever anything that shows does.
    pub revision: String,
}
