//! How far a step has come, read from what its program prints. Rates are measured; nothing is guessed.

mod lines;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::error::Failure;
use crate::protocol::StepProgress;

pub use lines::{Count, parse};

/// Silence after which a step is shown as stalled. It is not ended: nobody knows how long a linker may take.
const STALL: Duration = Duration::from_secs(60);
/// The rate is that of the last seconds.
const WINDOW: Duration = Duration::from_secs(20);
/// A rate over less than this says nothing.
const LEAST: Duration = Duration::from_secs(2);

/// One line of the downloader.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is under way.
    Progress {
        /// Bytes that are there.
        bytes: u64,
        /// Bytes in all; none while that is not known.
        total: Option<u64>,
        /// File that is being fetched.
        #[serde(default)]
        file: String,
    },
    /// Nothing comes.
    Waiting {
        /// Why, in words.
        why: String,
    },
    /// It is complete.
    Done {
        /// Bytes in all.
        bytes: u64,
    },
    /// It has ended before that.
    Failed {
        /// Why.
        error: Failure,
    },
}

/// Measures one step.
#[derive(Debug)]
pub struct Meter {
    heard: Instant,
    phase: String,
    samples: VecDeque<(Instant, u64)>,
}

impl Meter {
    /// A meter for a program that begins now.
    pub fn new(now: Instant) -> Self {
        Self { heard: now, phase: String::new(), samples: VecDeque::new() }
    }

    /// A line has been printed.
    pub fn line(&mut self, line: &str, now: Instant, into: &mut StepProgress) {
        self.heard = now;
        into.line = line.trim().chars().take(300).collect();
        if let Some(count) = parse(line) {
            self.count(count, now, into);
        }
        self.tick(now, into);
    }

    /// The downloader has told how far it is. Bytes that stand still are no sign of life.
    pub fn bytes(&mut self, done: u64, total: Option<u64>, file: &str, now: Instant, into: &mut StepProgress) {
        if into.done != Some(done) {
            self.heard = now;
        }
        into.line = file.chars().take(300).collect();
        self.count(Count { phase: "bytes".into(), done, total, unit: "bytes" }, now, into);
        self.tick(now, into);
    }

    /// The downloader waits, which is no sign of life either.
    pub fn waits(&mut self, why: &str, now: Instant, into: &mut StepProgress) {
        into.line = why.chars().take(300).collect();
        self.tick(now, into);
    }

    fn count(&mut self, count: Count, now: Instant, into: &mut StepProgress) {
        if self.phase != count.phase {
            self.samples.clear();
            into.done = None;
            into.total = None;
            self.phase.clone_from(&count.phase);
        }
        let done = if count.phase == "pip" { into.done.unwrap_or(0) + 1 } else { count.done };
        into.done = Some(done);
        into.total = count.total.or(into.total);
        into.unit = count.unit.to_owned();
        self.samples.push_back((now, done));
    }

    /// Time has passed: the rate, what is left of it, and whether anything has been heard.
    pub fn tick(&mut self, now: Instant, into: &mut StepProgress) {
        into.stalled = now.saturating_duration_since(self.heard) >= STALL;
        while self.samples.len() > 2 && self.samples.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            self.samples.pop_front();
        }
        let (first, last) = (self.samples.front(), self.samples.back());
        let measured = first.zip(last).and_then(|((_, from), (_, to))| {
            let span = now.duration_since(self.samples.front()?.0);
            #[expect(clippy::cast_precision_loss, reason = "a rate for people: 53 bits are enough")]
            let moved = to.saturating_sub(*from) as f64;
            (span >= LEAST && moved > 0.0).then(|| moved / span.as_secs_f64())
        });
        into.rate = measured.filter(|_| !into.stalled);
        #[expect(clippy::cast_precision_loss, reason = "seconds for people: 53 bits are enough")]
        let left = |total: u64, done: u64| total.saturating_sub(done) as f64;
        into.seconds_left = match (into.rate, into.total, into.done) {
            (Some(rate), Some(total), Some(done)) => Some(left(total, done) / rate),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_comes_from_the_measured_rate_alone() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let (mut meter, mut step) = (Meter::new(start), StepProgress::default());
        meter.line("[10/100] a", at(0), &mut step);
        assert_eq!((step.rate, step.seconds_left), (None, None));
        meter.line("[20/100] b", at(1), &mut step);
        assert_eq!(step.rate, None, "a second says nothing");
        meter.line("[30/100] c", at(4), &mut step);
        assert_eq!((step.rate, step.seconds_left), (Some(5.0), Some(14.0)));
        meter.line("Receiving objects:  1% (1/100)", at(5), &mut step);
        assert_eq!((step.done, step.rate), (Some(1), None), "another phase is measured anew");
    }

    #[test]
    fn a_minute_of_silence_is_a_stall_and_bytes_that_stand_still_are_silence() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let (mut meter, mut step) = (Meter::new(start), StepProgress::default());
        meter.bytes(10, Some(100), "f", at(1), &mut step);
        meter.bytes(10, Some(100), "f", at(59), &mut step);
        assert!(!step.stalled);
        meter.bytes(10, Some(100), "f", at(61), &mut step);
        assert!(step.stalled && step.rate.is_none() && step.seconds_left.is_none());
        meter.bytes(11, Some(100), "f", at(62), &mut step);
        assert!(!step.stalled);
        meter.waits("the server sends nothing", at(90), &mut step);
        assert!(!step.stalled && step.line == "the server sends nothing");
        meter.waits("the server sends nothing", at(122), &mut step);
        assert!(step.stalled);
    }

    #[test]
    fn events_of_the_downloader() {
        let read = |text| serde_json::from_str::<Event>(text).ok();
        let progress = Event::Progress { bytes: 1, total: Some(2), file: "x".into() };
        assert_eq!(read(r#"{"event":"progress","bytes":1,"total":2,"file":"x"}"#), Some(progress));
        let waiting = Event::Waiting { why: "x".into() };
        assert_eq!(read(r#"{"event":"waiting","seconds":7,"why":"x"}"#), Some(waiting));
        assert_eq!(read(r#"{"event":"done","bytes":2,"folder":"/x"}"#), Some(Event::Done { bytes: 2 }));
        let failed = r#"{"event":"failed","error":{"kind":"network","what":"a","why":"b","next":"c"}}"#;
        assert!(matches!(read(failed), Some(Event::Failed { .. })));
    }
}
