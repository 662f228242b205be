//! One chat with a model server: the model's name from the server itself, the conversation fitted into its context, the
//! stream passed on in pieces, and an end that says what it was. Dropping the future closes the connection, which ends
//! the work of the server.

use std::time::{Duration, Instant};

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::time::{sleep, timeout};

use super::body;
use super::context::{estimate, limit, turns, upper_bound, without};
use super::delta::{Added, Answer};
use super::endpoint::{Endpoint, unworded};
use super::pieces::{Pieces, Tell};
use super::stream::Events;
use super::trouble::{Trouble, printable};
use crate::error::{Failure, FailureKind, Result};
use crate::http::chain;
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
    let end = stream.to_the_end(stall, &mut pieces).await;
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

/// The conversation as far as it fits, and how many messages were left out.
async fn fit(
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

/// Waits for the first token, and tells every few seconds that it still waits.
async fn patient<T>(
    work: impl Future<Output = Result<T, Trouble>>,
    left: Duration,
    whole: Duration,
    pieces: &mut Pieces<'_>,
) -> Result<T, Trouble> {
    let mut work = std::pin::pin!(work);
    let begun = Instant::now();
    let first = Duration::from_secs(5).min(left);
    let mut wait = first;
    loop {
        if let Ok(done) = timeout(wait, &mut work).await {
            return done;
        }
        let passed = begun.elapsed();
        if passed >= left {
            return Err(Trouble::Silent(whole.as_secs()));
        }
        pieces.waiting(passed);
        wait = Duration::from_secs(5).min(left - passed);
    }
}

/// How a stream came to its end.
enum End {
    Whole,
    Broken(String),
    Stalled,
    Error(super::delta::Words),
}

/// A stream in the middle.
struct Stream {
    response: Response,
    events: Events,
    answer: Answer,
    /// Bytes that came with the first token and have not been passed on.
    first: Vec<(String, String)>,
    end: Option<End>,
}

impl Stream {
    /// Reads up to the first token. What goes wrong before it may be tried again.
    async fn first(response: Response) -> Result<Self, Trouble> {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_stream = !kind.starts_with("application/json");
        let mut stream =
            Self { response, events: Events::default(), answer: Answer::default(), first: Vec::new(), end: None };
        if !is_stream {
            stream.whole_body().await?;
            return Ok(stream);
        }
        while stream.end.is_none() && !stream.has_token() {
            match stream.response.chunk().await {
                Ok(Some(bytes)) => {
                    let mut parts = Vec::new();
                    stream.take(&bytes, &mut |content, reasoning| parts.push((content, reasoning)));
                    stream.first.append(&mut parts);
                }
                Ok(None) => {
                    stream.last();
                    break;
                }
                Err(error) => return Err(Trouble::Broken(chain(&error))),
            }
        }
        match stream.end.take() {
            Some(End::Error(words)) if !stream.has_token() => {
                Err(Trouble::Status { code: words.code.unwrap_or(500), words, retry_after: None })
            }
            Some(End::Broken(why)) if !stream.has_token() => Err(Trouble::Broken(why)),
            end => {
                stream.end = end;
                Ok(stream)
            }
        }
    }

    fn has_token(&self) -> bool {
        let answer = &self.answer;
        !answer.content.is_empty()
            || !answer.reasoning.is_empty()
            || !answer.tool_calls.is_empty()
            || answer.finish_reason.is_some()
    }

    /// A server that does not stream sends the whole at once.
    async fn whole_body(&mut self) -> Result<(), Trouble> {
        let mut body = Vec::new();
        while let Some(bytes) = self.response.chunk().await.map_err(|error| Trouble::Broken(chain(&error)))? {
            body.extend_from_slice(&bytes);
            if body.len() > super::delta::MAX_ANSWER_BYTES {
                return Err(Trouble::Foreign("its answer does not end".into()));
            }
        }
        match self.answer.take(&String::from_utf8_lossy(&body)) {
            Added::Part { content, reasoning, .. } => self.first.push((content, reasoning)),
            Added::Error(words) => {
                return Err(Trouble::Status { code: words.code.unwrap_or(500), words, retry_after: None });
            }
            _ => return Err(Trouble::Foreign("its answer is no chat".into())),
        }
        self.end = Some(End::Whole);
        Ok(())
    }

    /// Passes on what came with the first token, and everything after it.
    async fn to_the_end(&mut self, stall: Duration, pieces: &mut Pieces<'_>) -> End {
        for (content, reasoning) in self.first.drain(..) {
            pieces.add(content, reasoning);
        }
        let mut quiet = Instant::now();
        while self.end.is_none() {
            let wait = pieces.due().unwrap_or(Duration::from_secs(5)).min(stall.saturating_sub(quiet.elapsed()));
            match timeout(wait, self.response.chunk()).await {
                Ok(Ok(Some(bytes))) => {
                    quiet = Instant::now();
                    self.take(&bytes, &mut |content, reasoning| pieces.add(content, reasoning));
                }
                Ok(Ok(None)) => self.last(),
                Ok(Err(error)) => self.end = Some(End::Broken(chain(&error))),
                Err(_) if quiet.elapsed() >= stall => self.end = Some(End::Stalled),
                Err(_) if pieces.due().is_some() => pieces.flush(),
                Err(_) => pieces.waiting(quiet.elapsed()),
            }
        }
        self.end.take().unwrap_or(End::Whole)
    }

    fn take(&mut self, bytes: &[u8], part: &mut dyn FnMut(String, String)) {
        let (answer, end) = (&mut self.answer, &mut self.end);
        let read = self.events.feed(bytes, &mut |data| read(answer, end, data, part));
        if let Err(error) = read {
            self.end.get_or_insert(End::Broken(error.to_string()));
        }
        if self.answer.is_too_long() {
            self.end.get_or_insert(End::Broken("it does not end; it was longer than 16 MB".into()));
        }
    }

    /// The connection has ended in good order; whether the answer has is another matter.
    fn last(&mut self) {
        let (answer, end) = (&mut self.answer, &mut self.end);
        // Nothing but an end can come in what is left: a token would have had its blank line.
        let _ = self.events.finish(&mut |data| read(answer, end, data, &mut |_, _| ()));
        self.end.get_or_insert_with(|| End::Broken("the connection ended before the model was done".into()));
    }
}

fn read(answer: &mut Answer, end: &mut Option<End>, data: &str, part: &mut dyn FnMut(String, String)) {
    if end.is_some() {
        return;
    }
    match answer.take(data) {
        Added::Part { content, reasoning, .. } => part(content, reasoning),
        Added::Done => *end = Some(End::Whole),
        Added::Error(words) => *end = Some(End::Error(words)),
        Added::Nothing => {}
    }
}
