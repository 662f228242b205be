//! The runs of this process, so that its end can wait for theirs.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Runs that are under way, each with its number.
#[derive(Debug)]
pub(super) struct Runs {
    under_way: Mutex<(u64, Vec<(u64, CancellationToken)>)>,
    ended: Condvar,
}

/// One of them. It is under way until this is dropped, however its thread ends.
#[derive(Debug)]
pub(super) struct UnderWay<'a> {
    runs: &'a Runs,
    number: u64,
}

impl Runs {
    pub const fn new() -> Self {
        Self { under_way: Mutex::new((0, Vec::new())), ended: Condvar::new() }
    }

    /// One more, which `cancel` stops.
    pub fn begin(&self, cancel: CancellationToken) -> UnderWay<'_> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.0 += 1;
        let number = under_way.0;
        under_way.1.push((number, cancel));
        UnderWay { runs: self, number }
    }

    /// Stops all of them and waits for their end, at most so long. True when all have ended.
    pub fn end(&self, patience: Duration) -> bool {
        let under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.1.iter().for_each(|(_, cancel)| cancel.cancel());
        let waited = self.ended.wait_timeout_while(under_way, patience, |under_way| !under_way.1.is_empty());
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.runs.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.1.retain(|(number, _)| *number != self.number);
        self.runs.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Long enough to see that nothing comes, and far too long for a test that waits for what does come.
    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn the_end_of_one_run_is_not_the_end_of_another() {
        let runs = Runs::new();
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        let (one, other) = (runs.begin(first.clone()), runs.begin(second.clone()));
        assert!(!runs.end(SHORT) && first.is_cancelled() && second.is_cancelled());
        drop(one);
        assert!(!runs.end(SHORT), "the other one still ends its programs");
        drop(other);
        assert!(runs.end(LONG));
    }

    #[test]
    fn a_run_that_panics_has_ended() {
        static RUNS: Runs = Runs::new();
        let under_way = RUNS.begin(CancellationToken::new());
        let broken = std::thread::spawn(move || {
            let _under_way = under_way;
            std::panic::resume_unwind(Box::new("broken"));
        });
        assert!(broken.join().is_err() && RUNS.end(LONG));
    }
}
