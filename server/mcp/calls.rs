//! Calls that outlast the patience of a client: many give up after a minute, and a setup takes hours. After a while the call
//! is answered with how far it is, and the next one with the same arguments goes on watching. What ends while nobody
//! watches keeps its answer for that next one: the client asks how far it is, and does not mean to begin it again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ProgressToken, SetupProgress, ToolAnswer, ToolParams};
use crate::requests;
use crate::session::Session;

/// Clients of the usual libraries wait for a minute.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long an answer waits for whoever wants it. Later the same call means new work.
const KEEP: Duration = Duration::from_secs(600);

/// Work that is under way, or whose answer nobody has got yet.
#[derive(Clone)]
struct Running {
    /// Tells it from later work of the same arguments.
    number: i32,
    progress: watch::Receiver<Option<SetupProgress>>,
    answer: watch::Receiver<Option<Answered>>,
    work: AbortHandle,
}

/// An answer, and when it came.
#[derive(Clone)]
struct Answered {
    at: Instant,
    answer: Result<ToolAnswer>,
}

/// Work by tool and arguments.
#[derive(Clone, Default)]
struct Known(Arc<Mutex<HashMap<String, Running>>>);

impl Known {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets this work. Later work of the same arguments stays.
    fn forget(&self, key: &str, number: i32) {
        let mut known = self.lock();
        if known.get(key).is_some_and(|running| running.number == number) {
            known.remove(key);
        }
    }
}

type Progresses = Arc<Mutex<HashMap<i32, watch::Sender<Option<SetupProgress>>>>>;

/// Every call that is under way.
pub struct Calls {
    session: Arc<Session>,
    known: Known,
    progresses: Progresses,
    numbers: AtomicI32,
    jobs: TaskTracker,
    patience: Duration,
}

/// What a call has to say.
pub enum Heard {
    /// How far it is.
    Progress(Box<SetupProgress>),
    /// It takes longer than a client waits.
    StillRuns(Option<Box<SetupProgress>>),
    /// Its answer.
    Done(Result<ToolAnswer>),
}

impl Calls {
    /// No calls yet.
    pub fn new(session: Arc<Session>) -> Self {
        let progresses = Progresses::default();
        let (send, reports) = mpsc::unbounded_channel();
        session.set_reports(send);
        tokio::spawn(pass_on(reports, progresses.clone()));
        Self {
            session,
            known: Known::default(),
            progresses,
            numbers: AtomicI32::new(0),
            jobs: TaskTracker::new(),
            patience: patience(),
        }
    }

    /// Begins a call, joins the one that is under way, or takes the answer that nobody has got.
    pub fn call(&self, name: &str, arguments: Value) -> Call {
        let key = format!("{name} {arguments}");
        let mut known = self.known.lock();
        known.retain(|_, running| running.answer.borrow().as_ref().is_none_or(|answered| answered.at.elapsed() < KEEP));
        let running = known.get(&key).cloned().unwrap_or_else(|| {
            let begun = self.begin(key.clone(), name, arguments);
            known.insert(key.clone(), begun.clone());
            begun
        });
        Call { known: self.known.clone(), key, running, until: Instant::now() + self.patience }
    }

    /// Ends all work, and waits until it has let go of its programs.
    pub async fn end(&self, grace: Duration) {
        let running: Vec<Running> = self.known.lock().values().cloned().collect();
        running.iter().for_each(|running| running.work.abort());
        self.jobs.close();
        let _ = tokio::time::timeout(grace, self.jobs.wait()).await;
    }

    fn begin(&self, key: String, name: &str, arguments: Value) -> Running {
        let (progress, seen) = watch::channel(None);
        let (send, answer) = watch::channel(None);
        let mut progresses = self.progresses.lock().unwrap_or_else(PoisonError::into_inner);
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        progresses.insert(number, progress);
        drop(progresses);
        let work_done_token = Some(ProgressToken::Number(number));
        let params = ToolParams { name: name.to_owned(), arguments, work_done_token };
        let (session, known, progresses) = (self.session.clone(), self.known.clone(), self.progresses.clone());
        let told = answer.clone();
        let over = OnEnd(Some(move || {
            // Without an answer it was aborted, or has panicked.
            if told.borrow().is_none() {
                known.forget(&key, number);
            }
            progresses.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        }));
        let work = self.jobs.spawn(async move {
            let _over = over;
            let answer = requests::tool(&session, params).await;
            send.send_replace(Some(Answered { at: Instant::now(), answer }));
        });
        Running { number, progress: seen, answer, work: work.abort_handle() }
    }
}

/// Does something when it is dropped, also by the end of a task that was aborted or has panicked.
struct OnEnd<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for OnEnd<F> {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}

/// A call.
pub struct Call {
    known: Known,
    key: String,
    running: Running,
    until: Instant,
}

impl Call {
    /// What comes next. Nothing comes after the end.
    pub async fn next(&mut self) -> Heard {
        let Running { progress, answer, number, .. } = &mut self.running;
        let done = async {
            match answer.wait_for(Option::is_some).await.map(|answer| answer.clone()) {
                Ok(Some(answered)) => answered.answer,
                _ => Err(Failure::new(
                    FailureKind::Internal,
                    "the call came to no end",
                    "it was cancelled by another call, or tt-jukebox made a mistake",
                    "Call it again; report it if it stays so.",
                )),
            }
        };
        let changed = async {
            match progress.changed().await {
                Ok(()) => progress.borrow_and_update().clone(),
                // Its end tells the rest.
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            done = done => {
                self.known.forget(&self.key, *number);
                Heard::Done(done)
            }
            Some(now) = changed => Heard::Progress(Box::new(now)),
            () = tokio::time::sleep_until(self.until) => Heard::StillRuns(self.running.progress.borrow().clone().map(Box::new)),
        }
    }

    /// Ends the work, whoever else watches it.
    pub fn cancel(&self) {
        self.known.forget(&self.key, self.running.number);
        self.running.work.abort();
    }
}

/// Hands the progress of setups to the calls that they belong to.
async fn pass_on(mut reports: mpsc::UnboundedReceiver<(ProgressToken, SetupProgress)>, to: Progresses) {
    while let Some((token, progress)) = reports.recv().await {
        if let ProgressToken::Number(number) = token
            && let Some(call) = to.lock().unwrap_or_else(PoisonError::into_inner).get(&number)
        {
            call.send_replace(Some(progress));
        }
    }
}

/// Tests cannot wait as long as people.
fn patience() -> Duration {
    let wanted = std::env::var("TT_JUKEBOX_TEST_PATIENCE_MS").ok().filter(|_| cfg!(debug_assertions));
    wanted.and_then(|text| text.parse().ok()).map_or(PATIENCE, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_old_work_does_not_forget_new_work() {
        let (known, (_, progress), (_, answer)) = (Known::default(), watch::channel(None), watch::channel(None));
        let work = tokio::spawn(async {}).abort_handle();
        known.lock().insert("tool {}".into(), Running { number: 2, progress, answer, work });
        known.forget("tool {}", 1);
        assert!(known.lock().contains_key("tool {}"));
        known.forget("tool {}", 2);
        assert!(known.lock().is_empty());
    }
}
