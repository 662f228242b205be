//! How a download looks while it runs: a bar in a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::complain;
use super::output::printable;
use crate::hub::{Event, size};

/// How often a pipe gets a line.
const LINE: Duration = Duration::from_secs(5);
/// Without a byte for so long a download is shown as one that stands still.
const STALL: Duration = Duration::from_secs(10);
/// The name of the file is cut where the terminal is narrow; a bar whose length follows the name would jump with each file.
const STYLE: &str = "{bar:16} {decimal_bytes}/{decimal_total_bytes}, {decimal_bytes_per_sec}, {eta} left  {wide_msg}";

/// What the person sees, on stderr.
pub(super) struct Shown {
    bar: Option<ProgressBar>,
    quiet: bool,
    /// The first progress, and when it was told: rates are measured, not guessed.
    begun: Option<(u64, Instant)>,
    /// The last progress that was one.
    moved: (u64, Instant),
    told: Option<Instant>,
}

impl Shown {
    /// A bar where stderr is a terminal; nothing where a program reads.
    pub(super) fn new(events: bool, json: bool) -> Self {
        let quiet = events || json;
        let bar = (!quiet && io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::no_length();
            // It is checked by the test below.
            bar.with_style(ProgressStyle::with_template(STYLE).unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, quiet, begun: None, moved: (0, Instant::now()), told: None }
    }

    /// Shows an event. Always true: the download goes on whether somebody looks or not.
    pub(super) fn show(&mut self, event: &Event) -> bool {
        match event {
            _ if self.quiet => {}
            Event::Waiting => self.say("another tt-jukebox downloads the same; waiting for it"),
            Event::Progress { bytes, total, file } => self.progress(*bytes, *total, file),
        }
        true
    }

    /// The hub has not answered yet. Told once.
    pub(super) fn silent(&mut self) -> bool {
        if !self.quiet && self.told.is_none() {
            self.told = Some(Instant::now());
            self.say("the hub has not said yet what the repository holds; waiting for it");
        }
        true
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => complain(text),
        }
    }

    fn progress(&mut self, bytes: u64, total: u64, file: &str) {
        let now = Instant::now();
        if bytes != self.moved.0 {
            self.moved = (bytes, now);
        }
        let still = now - self.moved.1;
        let stalled = if still >= STALL { format!("no bytes for {} s, ", still.as_secs()) } else { String::new() };
        let (first, begun) = *self.begun.get_or_insert((bytes, now));
        if let Some(bar) = &self.bar {
            if bar.length() != Some(total) {
                bar.set_length(total);
                // What was there before is no speed.
                bar.set_position(first);
                bar.reset_eta();
            }
            bar.set_position(bytes);
            bar.set_message(format!("{stalled}{}", printable(file)));
            return;
        }
        if self.told.is_some_and(|told| now - told < LINE) {
            return;
        }
        self.told = Some(now);
        complain(&plain(
            bytes,
            total,
            bytes.saturating_sub(first),
            now - begun,
            &format!("{stalled}{}", printable(file)),
        ));
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Progress as a line.
fn plain(bytes: u64, total: u64, came: u64, took: Duration, rest: &str) -> String {
    let percent = if total == 0 { 100 } else { u128::from(bytes) * 100 / u128::from(total) };
    let rate = u128::from(came) * 1000 / took.as_millis().max(1);
    let rate = u64::try_from(rate).unwrap_or(u64::MAX);
    let speed = if rate > 0 && took >= Duration::from_secs(1) {
        format!(", {}/s, {} s left", size(rate), (total - bytes) / rate)
    } else {
        String::new()
    };
    format!("{percent} %  {} of {}{speed}  {rest}", size(bytes), size(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_rate_and_time_left() {
        let line = plain(3_000_000_000, 5_000_000_000, 1_000_000_000, Duration::from_secs(10), "a.safetensors");
        assert_eq!(line, "60 %  3.0 GB of 5.0 GB, 100.0 MB/s, 20 s left  a.safetensors");
        assert_eq!(plain(0, 5, 0, Duration::ZERO, "a"), "0 %  0 B of 5 B  a");
        assert_eq!(plain(0, 0, 0, Duration::ZERO, ""), "100 %  0 B of 0 B  ");
        assert!(ProgressStyle::with_template(STYLE).is_ok());
    }
}
