//! The stream of one answer: up to the first token, where a failure may be tried again, and on to its end.

use std::time::{Duration, Instant};

use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use tokio::time::timeout;

use super::delta::{Added, Answer, MAX_ANSWER_BYTES, Words};
use super::pieces::Pieces;
use super::stream::Events;
use super::trouble::Trouble;
use crate::http::chain;

/// Waits for the first token, and tells every few seconds that it still waits.
///
/// # Errors
/// Those of the work, and [`Trouble::Silent`] when it takes too long.
pub async fn patient<T>(
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
pub enum End {
    /// In good order.
    Whole,
    /// The connection broke, or ended too early.
    Broken(String),
    /// Nothing came any more.
    Stalled,
    /// The server has failed.
    Error(Words),
}

/// A stream in the middle.
pub struct Stream {
    response: Response,
    events: Events,
    /// What has come so far.
    pub answer: Answer,
    /// Text and reasoning of the first token, not passed on yet.
    first: Vec<(String, String)>,
    end: Option<End>,
}

impl Stream {
    /// Reads up to the first token. What goes wrong before it may be tried again.
    ///
    /// # Errors
    /// When no token came.
    pub async fn first(response: Response) -> Result<Self, Trouble> {
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

    /// True once the model has said anything, or that it is done.
    pub fn has_token(&self) -> bool {
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
            if body.len() > MAX_ANSWER_BYTES {
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
    pub async fn read_all(&mut self, stall: Duration, pieces: &mut Pieces<'_>) -> End {
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
