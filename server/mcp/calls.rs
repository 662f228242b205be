//! Calls that outlast the patience of a client: many give up after a minute, and a setup takes hours. After a while the call
//! is answered with how far it is, and the next one with the same arguments goes on watching.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
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

/// Work that is under way.
#[derive(Clone)]
struct Running {
    progress: watch::Receiver<Option<SetupProgress>>,
    answer: watch::Receiver<Option<Result<ToolAnswer>>>,
    work: AbortHandle,
}

type Progresses = Arc<Mutex<HashMap<i32, watch::Sender<Option<SetupProgress>>>>>;

/// Every call that is under way, by tool and arguments.
pub struct Calls {
    session: Arc<Session>,
    running: Arc<Mutex<HashMap<String, Running>>>,
    progresses: Progresses,
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
        Self { session, running: Arc::default(), progresses, jobs: TaskTracker::new(), patience: patience() }
    }

    /// Begins a call, or joins the one that is under way.
    pub fn call(&self, name: &str, arguments: Value) -> Call {
        let key = format!("{name} {arguments}");
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let known = running.get(&key).filter(|known| known.answer.borrow().is_none()).cloned();
        let running = known.unwrap_or_else(|| {
            let begun = self.begin(key.clone(), name, arguments);
            running.insert(key, begun.clone());
            begun
        });
        Call { running, until: Instant::now() + self.patience }
    }

    /// Ends all work, and waits until it has let go of its programs.
    pub async fn end(&self, grace: Duration) {
        let running: Vec<Running> =
            self.running.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        running.iter().for_each(|running| running.work.abort());
        self.jobs.close();
        let _ = tokio::time::timeout(grace, self.jobs.wait()).await;
    }

    fn begin(&self, key: String, name: &str, arguments: Value) -> Running {
        let (progress, seen) = watch::channel(None);
        let (send, answer) = watch::channel(None);
        let mut progresses = self.progresses.lock().unwrap_or_else(PoisonError::into_inner);
        let number = (0..).find(|number| !progresses.contains_key(number)).unwrap_or_default();
        progresses.insert(number, progress);
        drop(progresses);
        let work_done_token = Some(ProgressToken::Number(number));
        let params = ToolParams { name: name.to_owned(), arguments, work_done_token };
        let (session, calls, progresses) = (self.session.clone(), self.running.clone(), self.progresses.clone());
        let over = OnEnd(Some(move || {
            calls.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
            progresses.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        }));
        let work = self.jobs.spawn(async move {
            let _over = over;
            let done = requests::tool(&session, params).await;
            send.send_replace(Some(done));
        });
        Running { progress: seen, answer, work: work.abort_handle() }
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
    running: Running,
    until: Instant,
}

impl Call {
    /// What comes next. Nothing comes after the end.
    pub async fn next(&mut self) -> Heard {
        let Running { progress, answer, .. } = &mut self.running;
        let done = async {
            match answer.wait_for(Option::is_some).await.map(|answer| answer.clone()) {
                Ok(Some(answer)) => answer,
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
            done = done => Heard::Done(done),
            Some(now) = changed => Heard::Progress(Box::new(now)),
            () = tokio::time::sleep_until(self.until) => Heard::StillRuns(self.running.progress.borrow().clone().map(Box::new)),
        }
    }

    /// Ends the work, whoever else watches it.
    pub fn cancel(&self) {
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
