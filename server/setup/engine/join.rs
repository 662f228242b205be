//! A second window: it does not run anything, it shows what the first one does.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Ended, Job};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{SetupOutcome, SetupProgress, SetupState};

/// How often the journal of the other process is looked at.
const STEP: Duration = Duration::from_millis(100);

/// Shows the progress of another process until it has ended.
///
/// # Errors
/// As the other run, when it had the same goal; and when this view is cancelled, which leaves the other run alone.
pub(super) async fn join(job: &Job, send: watch::Sender<SetupProgress>, cancel: &CancellationToken) -> Result<Ended> {
    loop {
        // The lock first: what the journal says once it is free is the last word.
        let free = matches!(job.state.lock(), Ok(Some(_)));
        let journal = job.state.journal().unwrap_or_default();
        let progress = SetupProgress { joined: true, ..journal.progress };
        let same = progress.plan == job.goal.id();
        send.send_if_modified(|shown| {
            let changed = *shown != progress;
            shown.clone_from(&progress);
            changed
        });
        if free {
            return match (progress.state, same) {
                (SetupState::Done, true) => Ok(Ended::Done(outcome(job, &progress))),
                (SetupState::Failed | SetupState::Cancelled, true) => match progress.failure {
                    Some(failure) => Err(failure),
                    None => Ok(Ended::Free),
                },
                _ => Ok(Ended::Free),
            };
        }
        tokio::select! {
            () = sleep(STEP) => {}
            () = cancel.cancelled() => {
                let runner = journal.runner.map_or_else(String::new, |id| format!(" in process {}", id.pid));
                let why = format!("the setup itself goes on{runner}");
                let what = "this view of the setup was closed";
                return Err(Failure::new(FailureKind::Cancelled, what, why, "Stop it where it was started."));
            }
        }
    }
}

fn outcome(job: &Job, progress: &SetupProgress) -> SetupOutcome {
    SetupOutcome {
        schema: 1,
        plan: progress.plan.clone(),
        environment: job.goal.host.as_ref().map(|host| host.layout.name.clone()),
        ran: Vec::new(),
        done_before: Vec::new(),
        joined: true,
        text: format!("{} is set up; another process has done it", job.goal.model_name),
    }
}
