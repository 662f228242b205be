//! What goes over the wire about chats.

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::serving::Secret;

/// Parameters of `tenstorrent/chat`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ChatParams {
    /// The conversation, the oldest message first.
    #[cfg_attr(test, ts(optional = false))]
    pub messages: Vec<ChatMessage>,
    /// How to answer.
    pub options: Option<ChatOptions>,
    /// Token under which pieces of the answer are sent as `$/progress`; without it there are none.
    #[cfg_attr(test, ts(type = "string | number"))]
    pub partial_result_token: Option<serde_json::Value>,
}

/// One message of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ChatMessage {
    /// `system`, `user`, `assistant` or `tool`.
    pub role: String,
    /// Its text.
    pub content: String,
    /// Calls that the assistant made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<ToolCall>>,
    /// The call that a message of the role `tool` answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// A call of a tool, whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ToolCall {
    /// Id that its answer refers to.
    pub id: String,
    /// Name of the tool.
    pub name: String,
    /// Arguments as JSON text, as the model wrote it: it may be broken.
    pub arguments: String,
}

/// A tool that the model may call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ChatTool {
    /// Its name.
    pub name: String,
    /// What it is for, in words for the model.
    pub description: String,
    /// JSON schema of its arguments.
    #[cfg_attr(test, ts(type = "unknown"))]
    pub parameters: serde_json::Value,
}

/// How to answer; whatever is left out is as the server has it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct ChatOptions {
    /// Base address of the server; left out, the one that runs.
    pub url: Option<String>,
    /// Key to send. It is kept in memory only and never logged.
    #[cfg_attr(test, ts(optional, as = "Option<String>"))]
    pub api_key: Option<Secret>,
    /// Model as `/v1/models` names it; left out, the first that is served.
    pub model: Option<String>,
    /// Tokens that the answer may have.
    pub max_tokens: Option<u64>,
    /// Temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// Seed.
    pub seed: Option<u64>,
    /// Texts at which the answer stops.
    pub stop: Option<Vec<String>>,
    /// True goes on past the end that the model sees, for measurements; known to vLLM only.
    pub ignore_eos: Option<bool>,
    /// Tools that the model may call.
    pub tools: Option<Vec<ChatTool>>,
    /// `auto`, `none` or `required`.
    pub tool_choice: Option<String>,
    /// Seconds until the first token; 300 when left out, since a first request may compile.
    pub first_token_s: Option<u64>,
    /// Seconds without anything once tokens flow; 60 when left out. The whole answer has no limit.
    pub stall_s: Option<u64>,
}

/// One piece of an answer: the value of a `$/progress` notification. Pieces come in order, at most every 10 ms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct ChatPartial {
    /// Text since the last piece.
    pub content: String,
    /// Reasoning since the last piece.
    pub reasoning: String,
    /// Seconds for which nothing has come; null while it flows.
    pub waiting_s: Option<u64>,
}

/// Tokens of a chat, as the server counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(default)]
pub struct Usage {
    /// Tokens of the conversation.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// Both.
    pub total_tokens: u64,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The model was done.
    Stop,
    /// It reached the limit of tokens.
    Length,
    /// It wants tools to be called.
    ToolCalls,
    /// For a reason of the server's own, which `finish_reason` holds.
    Other,
    /// The stream broke off: what is here is only the beginning.
    CutOff,
    /// Nothing came any more: what is here is only the beginning.
    Stalled,
    /// The server failed in the middle: what is here is only the beginning.
    Failed,
}

/// Answer of `tenstorrent/chat`: the whole of it, whatever has been sent in pieces before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChatOutcome {
    /// Version of this shape.
    pub schema: u32,
    /// Base address of the server.
    pub url: String,
    /// Model that answered.
    pub model: String,
    /// The text.
    pub content: String,
    /// The reasoning that was sent beside it.
    pub reasoning: String,
    /// Tools to call.
    pub tool_calls: Vec<ToolCall>,
    /// How it ended.
    pub ended: Ended,
    /// Why, in the server's word; null when it said none.
    pub finish_reason: Option<String>,
    /// Tokens; null when the server did not count.
    pub usage: Option<Usage>,
    /// Milliseconds until the first token, from the request on; null without one.
    pub first_token_ms: Option<f64>,
    /// Milliseconds until the end, from the request on.
    pub total_ms: f64,
    /// Oldest messages that were left out, because the whole did not fit.
    pub left_out: u64,
    /// What the person should know: what was left out, what was tried again.
    pub notes: Vec<String>,
    /// What broke an answer that had begun; null for a whole one.
    pub trouble: Option<Failure>,
}

/// Parameters of `tenstorrent/tokens`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(default)]
pub struct TokensParams {
    /// A text by itself; without it the conversation is counted, with what the model's template puts around it.
    pub text: Option<String>,
    /// The conversation, the oldest message first.
    #[cfg_attr(test, ts(optional = false))]
    pub messages: Vec<ChatMessage>,
    /// Which server and model; its tools count too.
    pub options: Option<ChatOptions>,
}

/// Answer of `tenstorrent/tokens`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Tokens {
    /// Tokens.
    pub tokens: u64,
    /// True when the server could not be asked, and this is a rule of thumb.
    pub estimated: bool,
}
