//! One event of a chat stream, and the answer that all of them make: text, reasoning, tool calls merged by their index,
//! usage, and an error in the middle. Pure.
//!
//! Shapes: recorded from vLLM 0.16; `reasoning_content` is the older name of `reasoning`, and before 0.10 an error stood
//! at the top (vllm/entrypoints/openai/protocol.py).

use serde::Deserialize;
use serde_json::Value;

use crate::protocol::{ToolCall, Usage};

/// An answer may be this long, text and reasoning and arguments together.
pub const MAX_ANSWER_BYTES: usize = 16 << 20;
/// More calls than a model makes in one answer.
const MAX_TOOL_CALLS: usize = 128;

/// What a server says about a failure, in its own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Its message, at most 600 characters.
    pub message: String,
    /// The status that it means, where it says one.
    pub code: Option<u16>,
}

/// What one event adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// Text, reasoning or a piece of a tool call.
    Part {
        /// Text; may be empty.
        content: String,
        /// Reasoning; may be empty.
        reasoning: String,
        /// True when it holds a piece of a tool call.
        tool: bool,
    },
    /// `[DONE]`.
    Done,
    /// The server has failed.
    Error(Words),
    /// Something that says nothing, or that is no JSON.
    Nothing,
}

/// Everything that has come so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// Text.
    pub content: String,
    /// Reasoning.
    pub reasoning: String,
    /// Tool calls in the order of their index.
    pub tool_calls: Vec<ToolCall>,
    indexes: Vec<u64>,
    /// Why the model stopped; none while it has not.
    pub finish_reason: Option<String>,
    /// Tokens, as the server counts them.
    pub usage: Option<Usage>,
    bytes: usize,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Chunk {
    choices: Vec<Choice>,
    usage: Option<Usage>,
    error: Option<Value>,
    object: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Choice {
    #[serde(alias = "message")]
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Delta {
    content: Option<String>,
    reasoning: Option<String>,
    reasoning_content: Option<String>,
    tool_calls: Option<Vec<CallPart>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CallPart {
    index: Option<u64>,
    id: Option<String>,
    function: Option<FunctionPart>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FunctionPart {
    name: Option<String>,
    arguments: Option<String>,
}

impl Answer {
    /// Takes the data of one event, or a whole answer that did not come as a stream.
    pub fn take(&mut self, data: &str) -> Added {
        if data.trim() == "[DONE]" {
            return Added::Done;
        }
        let Ok(chunk) = serde_json::from_str::<Chunk>(data) else { return Added::Nothing };
        if chunk.error.as_ref().is_some_and(|error| !error.is_null()) || chunk.object == Some("error".into()) {
            return Added::Error(words(data.as_bytes()).unwrap_or_default());
        }
        self.usage = chunk.usage.or(self.usage);
        let Some(choice) = chunk.choices.into_iter().next() else { return Added::Nothing };
        self.finish_reason = choice.finish_reason.or(self.finish_reason.take());
        let delta = choice.delta.unwrap_or_default();
        let content = delta.content.unwrap_or_default();
        // Some versions send the same piece under both names.
        let reasoning = delta.reasoning.or(delta.reasoning_content).unwrap_or_default();
        let calls = delta.tool_calls.unwrap_or_default();
        let tool = !calls.is_empty();
        self.bytes += content.len() + reasoning.len();
        self.content.push_str(&content);
        self.reasoning.push_str(&reasoning);
        calls.into_iter().for_each(|call| self.merge(call));
        Added::Part { content, reasoning, tool }
    }

    /// True when more has come than any answer may hold.
    pub fn is_too_long(&self) -> bool {
        self.bytes > MAX_ANSWER_BYTES
    }

    fn merge(&mut self, part: CallPart) {
        // Without an index a new id begins a new call, and everything else belongs to the last one.
        let begins = || part.id.as_ref().is_some_and(|id| self.tool_calls.last().is_none_or(|call| call.id != *id));
        let last = self.indexes.last().copied();
        let index = part.index.unwrap_or_else(|| match last {
            Some(last) if begins() => last + 1,
            last => last.unwrap_or(0),
        });
        let at = match self.indexes.binary_search(&index) {
            Ok(at) => at,
            Err(_) if self.indexes.len() >= MAX_TOOL_CALLS => return,
            Err(at) => {
                self.indexes.insert(at, index);
                self.tool_calls.insert(at, ToolCall::default());
                at
            }
        };
        let call = &mut self.tool_calls[at];
        let function = part.function.unwrap_or_default();
        // Id and name come once and whole; servers that repeat them repeat the same.
        if call.id.is_empty() {
            call.id = part.id.unwrap_or_default();
        }
        if call.name.is_empty() {
            call.name = function.name.unwrap_or_default();
        }
        let arguments = function.arguments.unwrap_or_default();
        self.bytes += arguments.len() + 1;
        call.arguments.push_str(&arguments);
    }
}

/// What a body says about a failure: `{"error": {"message", "code"}}`, `{"error": "…"}`, `{"message"}`, `{"detail"}`.
/// None for a body that is no such JSON.
pub fn words(body: &[u8]) -> Option<Words> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let inner = value.get("error").filter(|error| !error.is_null()).unwrap_or(&value);
    let text = ["message", "detail"].iter().find_map(|key| inner.get(key).and_then(Value::as_str)).or(inner.as_str())?;
    let code = inner.get("code").and_then(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let message = text.split("\n\n").next().unwrap_or_default().chars().take(600).collect();
    Some(Words { message, code: code.and_then(|code| u16::try_from(code).ok()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tool_calls_come_in_pieces_and_out_of_order() {
        let mut answer = Answer::default();
        for call in [
            r#"{"index":1,"id":"b","function":{"name":"second","arguments":""}}"#,
            r#"{"index":0,"id":"a","function":{"name":"first","arguments":"{\"x\""}}"#,
            r#"{"index":1,"function":{"arguments":"{}"}}"#,
            r#"{"index":0,"id":"a","function":{"name":"first","arguments":":1}"}}"#,
        ] {
            let added = answer.take(&format!(r#"{{"choices":[{{"delta":{{"tool_calls":[{call}]}}}}]}}"#));
            assert!(matches!(added, Added::Part { tool: true, .. }));
        }
        let calls: Vec<_> = answer.tool_calls.iter().map(|call| (&*call.id, &*call.name, &*call.arguments)).collect();
        assert_eq!(calls, [("a", "first", r#"{"x":1}"#), ("b", "second", "{}")]);
    }

    #[test]
    fn calls_without_an_index_are_told_apart_by_their_id() {
        let mut answer = Answer::default();
        for (id, arguments) in [(r#""a""#, "1"), ("null", "2"), (r#""b""#, "3"), (r#""b""#, "4")] {
            answer.take(&format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"id":{id},"function":{{"arguments":"{arguments}"}}}}]}}}}]}}"#
            ));
        }
        let calls: Vec<_> = answer.tool_calls.iter().map(|call| &*call.arguments).collect();
        assert_eq!(calls, ["12", "34"]);
    }

    #[test]
    fn reasoning_under_either_name_counts_once() {
        let mut answer = Answer::default();
        answer.take(r#"{"choices":[{"delta":{"reasoning":"a","reasoning_content":"a"}}]}"#);
        answer.take(r#"{"choices":[{"delta":{"reasoning_content":"b","content":null}}]}"#);
        answer.take(r#"{"choices":[{"delta":{"content":"c"},"finish_reason":"stop"}],"usage":null}"#);
        let usage = r#"{"choices":[],"usage":{"prompt_tokens":14,"total_tokens":26,"completion_tokens":12}}"#;
        assert_eq!(answer.take(usage), Added::Nothing);
        assert_eq!((&*answer.reasoning, &*answer.content), ("ab", "c"));
        assert_eq!(answer.finish_reason.as_deref(), Some("stop"));
        assert_eq!(answer.usage.unwrap().completion_tokens, 12);
    }

    #[test]
    fn errors_in_every_shape() {
        let rows = [
            (r#"{"error":{"message":"out of memory","type":"x","code":500}}"#, "out of memory", Some(500)),
            (r#"{"object":"error","message":"old","code":400}"#, "old", Some(400)),
            (r#"{"error":"plain"}"#, "plain", None),
        ];
        for (data, message, code) in rows {
            assert_eq!(Answer::default().take(data), Added::Error(Words { message: message.into(), code }), "{data}");
        }
        assert_eq!(words(br#"{"detail":"Not Found"}"#).unwrap().message, "Not Found");
        assert_eq!(words(b"<html>"), None);
        assert_eq!(Answer::default().take("{\"choices\":[{\"del"), Added::Nothing);
        assert_eq!(Answer::default().take(" [DONE]"), Added::Done);
    }
}
