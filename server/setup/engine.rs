//! Runs a plan: one run at a time for each environment, in a thread of its own, so that it ends its programs in order even
//! when whoever asked for it has gone.

mod child;
mod failed;
mod join;
mod log;
mod output;
mod run;
mod runs;
mod snapshot;
mod step;
mod strays;

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;

use runs::Runs;

use super::facts::Known;
use super::goal::{Goal, HostGoal};
use super::journal::StateFolder;
use crate::environment::layout::Record;
use crate::error::{Failure, FailureKind, Result};
use crate::hub::Secret;
use crate::protocol::{SetupOutcome, SetupProgress};

/// Variable by which a later run knows the programs of an earlier one; its value is the state folder.
pub const MARK: &str = "TT_JUKEBOX_SETUP_RUN";

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Job {
    /// What it is to reach.
    pub goal: Goal,
    /// What the session knows.
    pub known: Known,
    /// Journal, logs and lock.
    pub state: StateFolder,
    /// True when somebody is there who can run what needs sudo.
    pub waits_for_person: bool,
    /// The token of the hub, where children would not find it by themselves.
    pub token: Option<Secret>,
}

/// How a run has ended.
#[derive(Debug)]
pub enum Ended {
    /// Everything is proved to be done.
    Done(SetupOutcome),
    /// Whoever ran it has ended without finishing, or has run another plan: it can be run now.
    Free,
}

/// A run. When it is dropped, the run is stopped.
#[derive(Debug)]
pub struct Running {
    /// The newest snapshot.
    pub snapshots: watch::Receiver<SetupProgress>,
    /// Stops the run.
    pub cancel: CancellationToken,
    done: oneshot::Receiver<Result<Ended>>,
}

static RUNS: Runs = Runs::new();

/// Starts a run, or joins the one that another process has under way.
///
/// # Errors
/// When no thread can be started.
pub fn start(job: Job) -> Result<Running> {
    let cancel = CancellationToken::new();
    let (send, snapshots) = watch::channel(SetupProgress::default());
    let (tell, done) = oneshot::channel();
    let token = cancel.clone();
    let under_way = RUNS.begin(token.clone());
    let work = move || {
        let _under_way = under_way;
        let ended = perform(job, send, &token);
        // Whoever asked may have gone.
        let _ = tell.send(ended);
    };
    let broken = |error: std::io::Error| {
        let next = "The machine may be out of threads; close something and try again.";
        Failure::new(FailureKind::Internal, "the setup could not start", error.to_string(), next)
    };
    std::thread::Builder::new().name("setup".into()).spawn(work).map_err(broken)?;
    Ok(Running { snapshots, cancel, done })
}

impl Running {
    /// Waits for the end of the run.
    ///
    /// # Errors
    /// As the run itself.
    pub async fn end(&mut self) -> Result<Ended> {
        (&mut self.done).await.unwrap_or_else(|_| {
            let what = "the setup has ended without a word";
            Err(Failure::new(FailureKind::Internal, what, "its thread is gone", "Please report this."))
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Stops every run of this process and waits for their programs to end, at most so long.
pub fn end_all(patience: Duration) {
    RUNS.end(patience);
}

fn perform(job: Job, send: watch::Sender<SetupProgress>, cancel: &CancellationToken) -> Result<Ended> {
    let broken = |error: std::io::Error| {
        let what = format!("the setup cannot write to {}", job.state.path().display());
        Failure::new(FailureKind::Input, what, error.to_string(), "Correct the rights of that folder.")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    runtime.block_on(async {
        match job.state.lock().map_err(broken)? {
            Some(lock) => {
                let ended = run::run(&job, send, cancel).await;
                drop(lock);
                ended
            }
            None => join::join(&job, send, cancel).await,
        }
    })
}

/// What is written down about an environment.
pub fn record(host: &HostGoal) -> Record {
    let installs = host.installs.iter().map(|install| install.id.clone());
    Record {
        schema: 1,
        metal: host.metal.clone(),
        vllm: host.vllm.clone(),
        era: host.era.clone(),
        venv: host.venv.clone(),
        vllm_store: host.vllm_store.clone(),
        stamps: std::iter::once("metal.build".to_owned()).chain(installs).collect(),
    }
}
