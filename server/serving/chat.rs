//! One chat with a model server: the model's name from the server itself, the conversation fitted into its context, the
//! stream passed on in pieces, and an end that says what it was. Dropping the future closes the connection, which ends
//! the work of the server.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::body;
use super::delta::Answer;
use super::endpoint::{Endpoint, unworded};
use super::fit::fit;
use super::incoming::{End, Stream, patient};
use super::pieces::{Pieces, Tell};
use super::trouble::{Trouble, printable};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ChatMessage, ChatOptions, ChatOutcome, Ended, ServedModel};

/// How long a server may take to name its models.
const MODELS: Duration = Duration::from_secs(10);
/// Pauses before each further attempt.
const PAUSES: [Duration; 2] = [Duration::from_millis(150), Duration::from_millis(500)];
const FIRST_TOKEN_S: u64 = 300;
const STALL_S: u64 = 60;

/// A chat that is to be had.
#[derive(Debug)]
pub struct Chat<'a> {
    /// The conversation.
    pub messages: &'a [ChatMessage],
    /// How to answer.
    pub options: &'a ChatOptions,
}

/// Has the chat and passes its pieces on.
///
/// # Errors
/// When no token came. What breaks afterwards stands in the outcome, with what has come before.
pub async fn chat(server: &Endpoint, chat: &Chat<'_>, tell: Tell<'_>) -> Result<ChatOutcome> {
    let begun = Instant::now();
    if !chat.messages.iter().any(|message| message.role != "system") {
        let why = "there is no message with the role user";
        return Err(Failure::new(FailureKind::Usage, "there is no question", why, "Send one message at least."));
    }
    let mut notes: Vec<String> = server.note().into_iter().collect();
    let served = model(server, chat.options.model.as_deref(), &mut notes).await?;
    let asked = server.asked(Some(&served.id));
    let (messages, left_out) = fit(server, chat, &served, &mut notes).await?;
    let request = body::chat(&served.id, &messages, chat.options);
    let patience = Duration::from_secs(chat.options.first_token_s.unwrap_or(FIRST_TOKEN_S).max(1));
    let mut pieces = Pieces::new(tell);
    let mut attempt = 0;
    let (stream, sent) = loop {
        let sent = Instant::now();
        let begin = async {
            let response = server.begin("v1/chat/completions", Some(&request)).await?;
            Stream::first(response).await
        };
        let trouble = match patient(begin, patience.saturating_sub(begun.elapsed()), patience, &mut pieces).await {
            Ok(stream) => break (stream, sent),
            Err(trouble) => trouble,
        };
        let Some(pause) = PAUSES.get(attempt).filter(|_| trouble.may_pass()) else {
            return Err(trouble.failure(&asked));
        };
        attempt += 1;
        notes.push(format!("asked again, since {}", trouble.failure(&asked).what));
        sleep(*pause).await;
    };
    let stall = Duration::from_secs(chat.options.stall_s.unwrap_or(STALL_S).max(1));
    let mut stream = stream;
    let first_token_ms = stream.has_token().then(|| milliseconds(sent.elapsed()));
    let end = stream.read_all(stall, &mut pieces).await;
    let answer = stream.answer;
    let (ended, trouble) = match end {
        End::Whole => (ended(&answer), None),
        // What the model had to say is said; only the goodbye is missing.
        _ if answer.finish_reason.is_some() => (ended(&answer), None),
        End::Broken(why) => (Ended::CutOff, Some(cut_off(server.url(), &why))),
        End::Stalled => (Ended::Stalled, Some(stalled(server.url(), stall.as_secs()))),
        End::Error(words) => {
            let code = words.code.unwrap_or(500);
            let trouble = Trouble::Status { code, words, retry_after: None };
            (Ended::Failed, Some(trouble.failure(&asked)))
        }
    };
    pieces.flush();
    Ok(ChatOutcome {
        schema: 1,
        url: server.url().to_owned(),
        model: served.id,
        content: answer.content,
        reasoning: answer.reasoning,
        tool_calls: answer.tool_calls,
        ended,
        finish_reason: answer.finish_reason,
        usage: answer.usage,
        first_token_ms,
        total_ms: milliseconds(sent.elapsed()),
        left_out,
        notes,
        trouble,
    })
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn ended(answer: &Answer) -> Ended {
    match answer.finish_reason.as_deref() {
        Some("length") => Ended::Length,
        Some("tool_calls" | "function_call") => Ended::ToolCalls,
        Some("stop") | None => Ended::Stop,
        Some(_) => Ended::Other,
    }
}

fn cut_off(url: &str, why: &str) -> Failure {
    let what = format!("the answer of {url} broke off: what is here is only its beginning");
    let next = "`tt-jukebox ps` shows how the server is. Ask again for a whole answer.";
    Failure::new(FailureKind::Network, what, printable(why), next)
}

fn stalled(url: &str, seconds: u64) -> Failure {
    let what = format!("the answer of {url} stopped in the middle");
    let next = "`tt-jukebox ps` shows whether the server still works; `tt-jukebox logs` what it says.";
    Failure::new(FailureKind::Network, what, format!("nothing came for {seconds} s"), next)
}

/// The model to ask for: by the name that the server itself gives it.
async fn model(server: &Endpoint, wanted: Option<&str>, notes: &mut Vec<String>) -> Result<ServedModel> {
    let mut attempt = 0;
    let served = loop {
        match server.models(MODELS).await {
            Ok(served) => break served,
            Err(trouble) => {
                let Some(pause) = PAUSES.get(attempt).filter(|_| trouble.may_pass()) else {
                    return Err(trouble.failure(&server.asked(None)));
                };
                attempt += 1;
                sleep(*pause).await;
            }
        }
    };
    if attempt > 0 {
        notes.push("the server took a second attempt".into());
    }
    let names: Vec<String> = served.iter().take(20).map(|model| printable(&model.id)).collect();
    let found = match wanted {
        Some(wanted) => served.iter().find(|model| model.id == wanted).cloned(),
        None => served.first().cloned(),
    };
    found.ok_or_else(|| {
        let mut failure = unworded(404).failure(&server.asked(Some(wanted.unwrap_or("any model"))));
        failure.why =
            if names.is_empty() { "it names no model".into() } else { format!("it serves {}", names.join(", ")) };
        failure
    })
}
