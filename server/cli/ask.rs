//! `tt-jukebox ask "…"`: one answer of the model that runs, printed as it comes.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::sync::Notify;

use super::output::Output;
use super::stopping::block_on_stoppable;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ChatMessage, ChatOptions, ChatParams, ChatPartial, Ended};
use crate::recipe::is_unseen;
use crate::requests;
use crate::session::Session;

/// No model has a context for more.
const MAX_QUESTION: u64 = 8 << 20;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The question; - reads it from stdin
    #[arg(required = true)]
    question: Vec<String>,
    /// Model as the server names it; without it the one that is served
    #[arg(long)]
    model: Option<String>,
    /// Base address of a server, for example http://127.0.0.1:8000; without it the one that runs
    #[arg(long)]
    url: Option<String>,
    /// What the model shall be or do
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// Tokens that the answer may have
    #[arg(long, value_name = "NUMBER")]
    max_tokens: Option<u64>,
    /// Show the reasoning on stderr
    #[arg(long)]
    reasoning: bool,
    /// Wait so long for the first token
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    wait: u64,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let message = |role: &str, content: String| ChatMessage { role: role.into(), content, ..ChatMessage::default() };
    let mut messages: Vec<ChatMessage> = options.system.map(|text| message("system", text)).into_iter().collect();
    messages.push(message("user", question(&options.question)?));
    let chat = ChatOptions {
        url: options.url,
        model: options.model,
        max_tokens: options.max_tokens,
        first_token_s: Some(options.wait),
        ..ChatOptions::default()
    };
    let params = ChatParams { messages, options: Some(chat), partial_result_token: None };
    let gone = Arc::new(Notify::new());
    let (told, is_json) = (gone.clone(), output.is_json());
    let mut ends_in_line = true;
    let mut tell = |piece: &ChatPartial| {
        let written = if is_json {
            output.line(&json!({ "schema": 1, "partial": piece }), |_| String::new()).unwrap_or(false)
        } else {
            if let Some(seconds) = piece.waiting_s.filter(|_| io::stderr().is_terminal()) {
                output.message(&format!("nothing for {seconds} s; still waiting, Ctrl-C stops"));
            }
            if options.reasoning {
                let _ = io::stderr().write_all(shown(&piece.reasoning).as_bytes());
            }
            ends_in_line = piece.content.is_empty() && ends_in_line || piece.content.ends_with('\n');
            let mut stdout = io::stdout().lock();
            stdout.write_all(shown(&piece.content).as_bytes()).and_then(|()| stdout.flush()).is_ok()
        };
        if !written {
            told.notify_one();
        }
        true
    };
    let answer = block_on_stoppable(async {
        tokio::select! {
            answer = requests::chat_and_tell(session, &params, &mut tell) => answer.map(Some),
            // Whoever read the answer has gone; the server need not go on.
            () = gone.notified() => Ok(None),
        }
    });
    if !is_json && !ends_in_line {
        let _ = writeln!(io::stdout());
    }
    let Some(outcome) = answer? else { return Ok(()) };
    if is_json {
        output.line(&outcome, |_| String::new())?;
    }
    for note in &outcome.notes {
        output.message(&format!("note: {note}"));
    }
    if outcome.ended == Ended::Length {
        output.message("note: the answer reached the limit of tokens; --max-tokens allows more");
    }
    outcome.trouble.map_or(Ok(()), Err)
}

/// The question of the command line, or of stdin.
fn question(words: &[String]) -> Result<String> {
    let mut text = words.join(" ");
    if text == "-" {
        text.clear();
        let mut bytes = Vec::new();
        io::stdin().lock().take(MAX_QUESTION).read_to_end(&mut bytes).map_err(|error| {
            Failure::new(FailureKind::Input, "the question could not be read", error.to_string(), "Check stdin.")
        })?;
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    if text.trim().is_empty() {
        let next = "For example `tt-jukebox ask \"What is a tensor?\"`.";
        return Err(Failure::new(FailureKind::Usage, "there is no question", "the text is empty", next));
    }
    Ok(text)
}

/// Text of a model, without anything that acts on a terminal.
fn shown(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !is_unseen(*c)).collect()
}
