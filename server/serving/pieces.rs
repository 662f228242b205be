//! Gathers tokens into pieces: the first at once, then at most one every 10 ms, so that an editor has time to draw.

use std::time::{Duration, Instant};

use crate::protocol::ChatPartial;

/// The least time between two pieces.
pub const RHYTHM: Duration = Duration::from_millis(10);

/// Takes a piece, or says false when it cannot now: the piece is then kept and grows.
pub type Tell<'a> = &'a mut (dyn FnMut(&ChatPartial) -> bool + Send);

/// What has come and has not been passed on.
pub struct Pieces<'a> {
    tell: Tell<'a>,
    pending: ChatPartial,
    last: Option<Instant>,
}

impl<'a> Pieces<'a> {
    /// Nothing yet.
    pub fn new(tell: Tell<'a>) -> Self {
        Self { tell, pending: ChatPartial::default(), last: None }
    }

    /// Adds text and reasoning, and passes them on when it is time.
    pub fn add(&mut self, content: String, reasoning: String) {
        self.pending.content.push_str(&content);
        self.pending.reasoning.push_str(&reasoning);
        if self.last.is_none_or(|last| last.elapsed() >= RHYTHM) {
            self.flush();
        }
    }

    /// Time until the next piece may go; none when there is nothing to pass on.
    pub fn due(&self) -> Option<Duration> {
        let last = self.last.filter(|_| self.has_pending())?;
        // Never nothing, or a reader that takes none would make a busy loop.
        Some(RHYTHM.saturating_sub(last.elapsed()).max(Duration::from_millis(1)))
    }

    /// Passes on what there is.
    pub fn flush(&mut self) {
        if self.has_pending() {
            self.last = Some(Instant::now());
            if (self.tell)(&self.pending) {
                self.pending.content.clear();
                self.pending.reasoning.clear();
            }
        }
    }

    /// Tells that nothing has come for a while.
    pub fn waiting(&mut self, time: Duration) {
        self.flush();
        (self.tell)(&ChatPartial { waiting_s: Some(time.as_secs()), ..ChatPartial::default() });
    }

    fn has_pending(&self) -> bool {
        !self.pending.content.is_empty() || !self.pending.reasoning.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_the_rest_together() {
        let mut told = Vec::new();
        let mut tell = |piece: &ChatPartial| {
            told.push(piece.content.clone());
            true
        };
        let mut pieces = Pieces::new(&mut tell);
        ["", "a", "b", "c"].into_iter().for_each(|text| pieces.add(text.into(), String::new()));
        assert!(pieces.due().is_some());
        pieces.flush();
        assert!(pieces.due().is_none());
        pieces.flush();
        assert_eq!(told, ["a", "bc"]);
    }

    #[test]
    fn what_nobody_takes_is_kept() {
        let mut told = Vec::new();
        let mut tell = |piece: &ChatPartial| {
            told.push(piece.content.clone());
            told.len() > 1
        };
        let mut pieces = Pieces::new(&mut tell);
        pieces.add("a".into(), String::new());
        pieces.add("b".into(), String::new());
        pieces.flush();
        assert_eq!(told, ["a", "ab"]);
    }
}
