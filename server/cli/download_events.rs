//! What `download --events` prints: a JSON line for each event, and one each second in which nothing comes.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::output::Output;
use crate::error::{Failure, Result};
use crate::hub::Event;

/// Silence that is worth a word.
pub(super) const SILENCE: Duration = Duration::from_secs(5);
/// How often it is told.
const AGAIN: Duration = Duration::from_secs(1);

/// One line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    Progress { bytes: u64, total: u64, file: &'a str },
    Waiting { seconds: u64, why: &'a str },
    Done { bytes: u64, folder: &'a str },
    Failed { error: &'a Failure },
}

/// Prints the lines of one download.
pub(super) struct Events<'a> {
    output: &'a Output,
    /// The bytes that were there when something came last, and when that was.
    moved: (u64, Instant),
    told: Option<Instant>,
}

impl<'a> Events<'a> {
    pub(super) fn new(output: &'a Output) -> Self {
        Self { output, moved: (0, Instant::now()), told: None }
    }

    /// Prints an event. False when nobody reads any more: whoever could stop the download is gone then.
    pub(super) fn tell(&mut self, event: &Event) -> bool {
        let Event::Progress { bytes, total, file } = event else {
            let why = "another tt-jukebox downloads the same";
            return self.line(&Line::Waiting { seconds: 0, why }).unwrap_or_default();
        };
        let now = Instant::now();
        // What has all come is still checked, and nobody waits for the server.
        if *bytes != self.moved.0 || bytes == total {
            self.moved = (*bytes, now);
        }
        if now - self.moved.1 >= SILENCE {
            return self.silent("the server sends nothing");
        }
        self.line(&Line::Progress { bytes: *bytes, total: *total, file }).unwrap_or_default()
    }

    /// Nothing has come, as at the last call. False when nobody reads any more.
    pub(super) fn silent(&mut self, why: &str) -> bool {
        let now = Instant::now();
        if self.told.is_some_and(|told| now - told < AGAIN) {
            return true;
        }
        self.told = Some(now);
        self.line(&Line::Waiting { seconds: (now - self.moved.1).as_secs(), why }).unwrap_or_default()
    }

    /// The good end.
    pub(super) fn done(&self, bytes: u64, folder: &str) -> Result<()> {
        self.line(&Line::Done { bytes, folder }).map(drop)
    }

    /// The other one.
    pub(super) fn failed(&self, error: &Failure) -> Result<()> {
        self.line(&Line::Failed { error }).map(drop)
    }

    fn line(&self, line: &Line<'_>) -> Result<bool> {
        self.output.line(line, |line| serde_json::to_string(line).unwrap_or_default())
    }
}
