//! Fits a conversation into the context of the model, as the server counts it or by an estimate, and says what it left out.

use super::body;
use super::chat::Chat;
use super::context::{estimate, limit, turns, upper_bound, without};
use super::endpoint::Endpoint;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ChatMessage, ServedModel};

/// The conversation as far as it fits, and how many messages were left out.
///
/// # Errors
/// When the question alone is too long.
pub async fn fit(
    server: &Endpoint,
    chat: &Chat<'_>,
    served: &ServedModel,
    notes: &mut Vec<String>,
) -> Result<(Vec<ChatMessage>, u64)> {
    let all = chat.messages.to_vec();
    let tools = body::tools_bytes(chat.options);
    let Some(max) = served.max_model_len else { return Ok((all, 0)) };
    let limit = limit(max, chat.options.max_tokens);
    if upper_bound(&all, tools) <= limit {
        return Ok((all, 0));
    }
    let mut by_server = true;
    let mut count = async |messages: &[ChatMessage]| {
        if by_server {
            if let Some(count) = server.count(&body::count(&served.id, messages, chat.options)).await {
                return count;
            }
            by_server = false;
        }
        estimate(messages, tools)
    };
    let whole = count(&all).await;
    if whole <= limit {
        return Ok((all, 0));
    }
    let turns = turns(&all);
    // The fewest turns that have to go; the count only falls with each.
    let (mut low, mut high) = (1, turns.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if count(&without(&all, &turns, middle)).await <= limit { high = middle } else { low = middle + 1 }
    }
    let left = without(&all, &turns, high);
    let tokens = if turns.is_empty() { whole } else { count(&left).await };
    let how = if by_server { "as the server counts them" } else { "estimated from the characters" };
    if tokens > limit {
        return Err(Failure::new(
            FailureKind::Usage,
            "the question alone is longer than the model's context",
            format!("{tokens} tokens, {how}, of {limit} that fit beside the answer; the context is {max}"),
            "Ask a shorter question, or attach less.",
        ));
    }
    let gone = all.len() - left.len();
    let word = if gone == 1 { "message was" } else { "messages were" };
    notes.push(format!(
        "the {gone} oldest {word} left out: {whole} tokens, {how}, do not fit into {limit} beside the answer"
    ));
    Ok((left, gone as u64))
}
