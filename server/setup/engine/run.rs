//! One run: leftovers of an earlier one are ended, what is done is looked at, and the rest is run in two lanes side by side.

use std::cell::{Cell, RefCell};
use std::fs;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Ended, Job, output, record, snapshot, step, strays};
use crate::environment::tree;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{FailedStep, ProcessId, SetupOutcome, SetupProgress, SetupState, StepProgress};
use crate::recipe::era;
use crate::setup::facts;
use crate::setup::journal::Journal;
use crate::setup::plan::{Lane, Plan, plan};
use crate::setup::proof::Proof;
use crate::whole_file;

/// How often progress goes to the disk, for other windows; changes of state go at once.
const WRITE: Duration = Duration::from_millis(250);

/// What the two lanes share.
pub(super) struct Run<'a> {
    pub job: &'a Job,
    /// Stops both lanes: asked for by somebody, or by the failure of one of them.
    pub cancel: CancellationToken,
    pub secrets: Vec<String>,
    progress: RefCell<SetupProgress>,
    children: RefCell<Vec<ProcessId>>,
    send: watch::Sender<SetupProgress>,
    written: Cell<Instant>,
}

/// Runs what is not done yet.
///
/// # Errors
/// When a step fails, and when the run is cancelled. Everything that is done stays done.
pub(super) async fn run(job: &Job, send: watch::Sender<SetupProgress>, cancel: &CancellationToken) -> Result<Ended> {
    begin(job);
    strays::end(job.state.path()).await;
    // Under the lock nothing changes any more, so the plan is made once again.
    let mut seen = facts::gather(&job.goal, &job.known).await;
    prepare(job)?;
    facts::prove(&job.goal, &mut seen).await;
    let plan = plan(&job.goal, &seen);
    let run = Run {
        job,
        cancel: cancel.child_token(),
        secrets: output::secrets(job.token.as_ref()),
        progress: RefCell::new(snapshot::first(&plan)),
        children: RefCell::default(),
        send,
        written: Cell::new(Instant::now()),
    };
    run.tell(true);
    let (build, weights) = tokio::join!(run.lane(&plan, Lane::Build), run.lane(&plan, Lane::Weights));
    let failure = match (build, weights) {
        (Ok(()), Ok(())) => None,
        // The lane that was stopped because the other one failed has nothing to say.
        (Err(one), Err(other)) if one.kind == FailureKind::Cancelled => Some(other),
        (Err(one), _) | (_, Err(one)) => Some(one),
    };
    {
        let mut progress = run.progress.borrow_mut();
        progress.kind = "end".into();
        progress.state = match &failure {
            None => SetupState::Done,
            Some(failure) if failure.kind == FailureKind::Cancelled => SetupState::Cancelled,
            Some(_) => SetupState::Failed,
        };
        progress.failure.clone_from(&failure);
    }
    run.tell(true);
    failure.map_or_else(|| Ok(Ended::Done(run.outcome())), Err)
}

/// Takes the place of what the last run wrote down: until the steps are known, other windows would take that for this
/// run's, and believe that all is done should this one end before.
fn begin(job: &Job) {
    let progress = snapshot::before(&job.goal);
    let journal = Journal { schema: 1, runner: strays::id(std::process::id()), progress, ..Journal::default() };
    if let Err(error) = job.state.write(&journal, false) {
        tracing::warn!("the journal of the setup could not be written: {error}");
        job.state.forget();
    }
}

/// Makes the folders that steps run in, and writes down what the environment is.
fn prepare(job: &Job) -> Result<()> {
    let Some(host) = &job.goal.host else { return Ok(()) };
    let file = host.layout.record_file();
    let text = serde_json::to_string(&record(host)).unwrap_or_default() + "\n";
    let made = fs::create_dir_all(host.layout.root.join("stores")).and_then(|()| {
        if fs::read_to_string(&file).is_ok_and(|there| there == text) {
            Ok(())
        } else {
            whole_file::write(&file, text.as_bytes())
        }
    });
    made.map_err(|error| {
        let what = format!("{} cannot be written", file.display());
        Failure::new(
            FailureKind::Input,
            what,
            error.to_string(),
            "Choose another folder with the setting environments.",
        )
    })
}

impl Run<'_> {
    /// Runs the steps of one lane, one after the other. A failure stops the other lane too.
    async fn lane(&self, plan: &Plan, lane: Lane) -> Result<()> {
        for step in plan.steps.iter().filter(|step| step.lane == lane && !step.shown.done) {
            let checked =
                if matches!(step.proof, Proof::Stamp { .. } | Proof::Tools(_)) { self.check_tree() } else { Ok(()) };
            let ended = match checked {
                Ok(()) => step::run(self, step).await,
                Err(failure) => Err(failure),
            };
            if ended.is_err() {
                self.cancel.cancel();
                return ended;
            }
        }
        Ok(())
    }

    /// Now that the tree is there, its own files say how it is set up. They win over what its commit made us expect.
    fn check_tree(&self) -> Result<()> {
        let Some(host) = &self.job.goal.host else { return Ok(()) };
        let tree = tree::read(&host.layout.vllm());
        let Some((era, venv, installs)) = tree.as_ref().and_then(|tree| era::bundled().ok()?.way_of(tree)) else {
            return Ok(());
        };
        if (era, venv, installs) == (host.era.as_str(), host.venv.as_str(), host.installs.as_slice()) {
            return Ok(());
        }
        let what = "the tree of vLLM is not of the kind that its commit made us expect";
        let why = format!("it is of era {era}, and the plan was made for era {}", host.era);
        Err(Failure::new(FailureKind::Tool, what, why, "Run the setup again: the plan now follows the tree."))
    }

    /// Changes a step and tells everybody. A change of state waits for the disk.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut StepProgress)) {
        let mut lasting = false;
        if let Some(step) = self.progress.borrow_mut().steps.iter_mut().find(|step| step.id == id) {
            let before = step.state;
            change(step);
            lasting = before != step.state;
        }
        self.tell(lasting);
    }

    /// A step has failed; the end of the run tells about it.
    pub fn failed(&self, step: FailedStep) {
        self.progress.borrow_mut().failed = Some(step);
    }

    /// A program of a step has begun.
    pub fn began(&self, pid: u32) {
        self.children.borrow_mut().extend(strays::id(pid));
        self.tell(true);
    }

    /// A program of a step has ended.
    pub fn ended(&self, pid: u32) {
        self.children.borrow_mut().retain(|child| child.pid != pid);
    }

    fn tell(&self, lasting: bool) {
        let mut progress = self.progress.borrow_mut();
        let done = progress.steps.iter().filter(|step| step.state == SetupState::Done).count();
        progress.step = u32::try_from(done).unwrap_or(u32::MAX);
        progress.message = snapshot::message(&progress);
        self.send.send_replace(progress.clone());
        if lasting || self.written.get().elapsed() >= WRITE {
            self.written.set(Instant::now());
            let journal = Journal {
                schema: 1,
                runner: strays::id(std::process::id()),
                children: self.children.borrow().clone(),
                progress: progress.clone(),
            };
            // A journal that cannot be written costs other windows their view, and nothing else: proofs decide.
            if let Err(error) = self.job.state.write(&journal, lasting) {
                tracing::warn!("the journal of the setup could not be written: {error}");
            }
        }
        if progress.kind == "begin" {
            progress.kind = "report".into();
        }
    }

    fn outcome(&self) -> SetupOutcome {
        let progress = self.progress.borrow();
        let steps =
            |ran: bool| progress.steps.iter().filter(|step| step.ran == ran).map(|step| step.id.clone()).collect();
        let (ran, done_before): (Vec<String>, Vec<String>) = (steps(true), steps(false));
        let name = &self.job.goal.model_name;
        let text = match ran.len() {
            0 => format!("{name} was set up already: every step is proved"),
            1 => format!("{name} is set up: 1 step was run"),
            count => format!("{name} is set up: {count} steps were run"),
        };
        let environment = self.job.goal.host.as_ref().map(|host| host.layout.name.clone());
        SetupOutcome { schema: 1, plan: progress.plan.clone(), environment, ran, done_before, joined: false, text }
    }
}
