//! Fits a conversation into the model's context: the oldest turns go first, never what the system says and never the
//! last question. Pure, but for the counting, which is the caller's.

use std::ops::Range;

use crate::protocol::ChatMessage;

/// Room for the answer, where nobody says how long it may be: this much, or a quarter of a short context.
const USUAL_ANSWER: u64 = 1024;

/// Tokens that a template may put around one message. Those of the published models stay below 12.
const AROUND_MESSAGE: usize = 16;
/// Tokens that a template may put in front: dates, rules for tools.
const IN_FRONT: usize = 128;

/// Tokens that a conversation may have.
pub fn limit(max_model_len: u64, max_tokens: Option<u64>) -> u64 {
    let answer = max_tokens.unwrap_or(USUAL_ANSWER.min(max_model_len / 4));
    max_model_len.saturating_sub(answer.min(max_model_len.saturating_sub(1)))
}

fn bytes(message: &ChatMessage) -> usize {
    let calls = message.tool_calls.iter().flatten().map(|call| call.arguments.len() + call.name.len() + 16);
    message.content.len() + calls.sum::<usize>()
}

/// More tokens than the conversation can have: no tokenizer of these models makes more than one of a byte.
pub fn upper_bound(messages: &[ChatMessage], tools_bytes: usize) -> u64 {
    let bytes: usize = messages.iter().map(|message| bytes(message) + AROUND_MESSAGE).sum();
    (bytes + tools_bytes + IN_FRONT) as u64
}

/// Tokens by rule of thumb, where the server does not count: one for three characters, and four around each message.
pub fn estimate(messages: &[ChatMessage], tools_bytes: usize) -> u64 {
    let of = |message: &ChatMessage| {
        let calls = message.tool_calls.iter().flatten().map(|call| call.arguments.chars().count());
        (message.content.chars().count() + calls.sum::<usize>()).div_ceil(3) + 4
    };
    (messages.iter().map(of).sum::<usize>() + tools_bytes.div_ceil(3)) as u64
}

/// The turns that may be left out, the oldest first, each as the range of its messages. A turn begins with a question
/// and goes on with all that followed it, so that no tool answers a call that is gone.
pub fn turns(messages: &[ChatMessage]) -> Vec<Range<usize>> {
    let is_system = |message: &ChatMessage| matches!(&*message.role, "system" | "developer");
    let last = messages.iter().rposition(|message| message.role == "user").unwrap_or(messages.len());
    let mut turns: Vec<Range<usize>> = Vec::new();
    for (at, message) in messages.iter().enumerate().take(last) {
        if is_system(message) {
            continue;
        }
        match turns.last_mut() {
            Some(turn) if message.role != "user" && turn.end == at => turn.end = at + 1,
            _ => turns.push(at..at + 1),
        }
    }
    turns
}

/// The conversation without its first `count` turns.
pub fn without(messages: &[ChatMessage], turns: &[Range<usize>], count: usize) -> Vec<ChatMessage> {
    let gone = |at: usize| turns.iter().take(count).any(|turn| turn.contains(&at));
    messages.iter().enumerate().filter(|(at, _)| !gone(*at)).map(|(_, message)| message.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(roles: &[&str]) -> Vec<ChatMessage> {
        let message = |(at, role): (usize, &&str)| ChatMessage {
            role: (*role).into(),
            content: format!("{at}"),
            ..ChatMessage::default()
        };
        roles.iter().enumerate().map(message).collect()
    }

    #[test]
    fn turns_keep_questions_and_tools_together() {
        let messages = talk(&["system", "user", "assistant", "tool", "assistant", "user", "assistant", "user"]);
        assert_eq!(turns(&messages), [1..5, 5..7]);
        let left = without(&messages, &turns(&messages), 1);
        let left: Vec<&str> = left.iter().map(|message| &*message.content).collect();
        assert_eq!(left, ["0", "5", "6", "7"]);
        assert!(turns(&talk(&["system", "user"])).is_empty());
        assert_eq!(turns(&talk(&["assistant", "user"])), vec![0..1]);
        // What follows the last question belongs to it: calls of tools and their answers.
        assert_eq!(turns(&talk(&["user", "assistant", "user", "assistant", "tool"])), vec![0..2]);
        assert_eq!(turns(&talk(&["user", "system", "assistant", "user"])), [0..1, 2..3]);
    }

    #[test]
    fn there_is_always_room_for_an_answer() {
        assert_eq!(limit(131_072, None), 131_072 - 1024);
        assert_eq!(limit(1024, None), 768);
        assert_eq!(limit(1024, Some(100)), 924);
        assert_eq!(limit(1024, Some(5000)), 1);
    }

    #[test]
    fn the_estimate_stays_below_the_bound() {
        let messages = talk(&["system", "user"]);
        assert!(estimate(&messages, 30) < upper_bound(&messages, 30));
    }
}
