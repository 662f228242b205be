//! What is said of a step that has failed: its likely cause, what to do, and what somebody needs who is asked about it.

use std::path::Path;

use super::log::Log;
use super::output::redacted;
use super::run::Run;
use crate::doctor::redact;
use crate::error::{Failure, FailureKind};
use crate::hub;
use crate::protocol::{FailedStep, SetupCommand};
use crate::recipe::{Shell, words};
use crate::setup::failures;
use crate::setup::plan::Step;

/// What somebody needs to know who is asked about a failed step.
pub(super) fn evidence(run: &Run<'_>, step: &Step, command: &SetupCommand, log: &Log) -> FailedStep {
    const LINES: usize = 20;
    const LENGTH: usize = 300;
    let home = &run.job.known.home;
    let clean = |text: &str| redact(&redacted(text, &run.secrets), home, &[]).chars().take(LENGTH).collect::<String>();
    FailedStep {
        id: step.shown.id.clone(),
        title: step.shown.title.clone(),
        command: clean(&words(&command.argv, Shell::Bash).unwrap_or_default()),
        tail: log.newest(LINES).map(clean).collect(),
    }
}

/// What is said about a step that has failed: the likely cause where the table knows one, else its last words.
pub(super) fn failure(run: &Run<'_>, step: &Step, why: String, log: &Log) -> Failure {
    let text = log.tail();
    let path = run.job.state.log(&step.shown.id);
    let what = format!("the step \"{}\" has failed", step.shown.title);
    let cause = failures::likely(&step.shown.id, &text);
    let known = cause.map(|cause| (format!("{} ({})", cause.cause, cause.source), cause.next.as_str()));
    let full = || Some((format!("the disk is full: {} are free there", nearly_full(step)?), FREE_SOME));
    let (why, next) = match known.or_else(full) {
        Some((cause, next)) => (format!("{why}; likely cause: {cause}"), format!("{next} The log: {}", path.display())),
        None => {
            let last = text.lines().rev().find(|line| !line.trim().is_empty()).map_or("", str::trim);
            let why = if last.is_empty() { why } else { format!("{why}; it said: {last:.300}") };
            (why, format!("Look at the log {}, then run the setup again: it carries on here.", path.display()))
        }
    };
    Failure::new(FailureKind::Tool, what, why, next)
}

const FREE_SOME: &str = "Free some space, then run the setup again: it carries on where it stopped.";

/// What is free where a step works, when that is next to nothing: some programs fail on a full disk without a word of it,
/// as `python -m venv` does.
fn nearly_full(step: &Step) -> Option<String> {
    const NEXT_TO_NOTHING: u64 = 64 << 20;
    let folders = step.shown.commands.iter().map(|command| Path::new(&command.cwd));
    folders.filter_map(hub::free).min().filter(|free| *free < NEXT_TO_NOTHING).map(hub::size)
}

/// What is said of a step that somebody has stopped.
pub(super) fn cancelled() -> Failure {
    let next = "Run it again: it carries on where it stopped.";
    Failure::new(FailureKind::Cancelled, "the setup was stopped", "somebody asked for it", next)
}
