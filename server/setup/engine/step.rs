//! One step: its programs one after the other, its log, its proof, and what is said when it fails.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::child::{self, End, Heard, Token};
use super::failed;
use super::log::Log;
use super::output::{Line, redacted};
use super::run::Run;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{Need, SetupCommand, SetupState};
use crate::recipe::{Shell, words};
use crate::setup::journal;
use crate::setup::plan::Step;
use crate::setup::progress::{Event, Meter};
use crate::setup::proof::{Proof, prove};
use crate::setup::times;
use crate::whole_file;

/// How often a proof or a lock that is waited for is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Runs a step to its proof.
///
/// # Errors
/// When a program of it fails, when it ends well and proves nothing, and when the run is cancelled.
pub(super) async fn run(run: &Run<'_>, step: &Step) -> Result<()> {
    let id = step.shown.id.as_str();
    if run.cancel.is_cancelled() {
        return Err(failed::cancelled());
    }
    let done = perform(run, step).await;
    let state = match &done {
        Ok(()) => SetupState::Done,
        Err(failure) if failure.kind == FailureKind::Cancelled => SetupState::Cancelled,
        Err(_) => SetupState::Failed,
    };
    run.change(id, |shown| {
        shown.state = state;
        shown.stalled = false;
        (shown.rate, shown.seconds_left) = (None, None);
    });
    done
}

async fn perform(run: &Run<'_>, step: &Step) -> Result<()> {
    let id = step.shown.id.as_str();
    if step.shown.by_person {
        return wait_for_person(run, step).await;
    }
    let path = run.job.state.log(id);
    let trouble = |error: io::Error| {
        let what = format!("the log {} cannot be written", path.display());
        Failure::new(
            FailureKind::Input,
            what,
            error.to_string(),
            "Free some space, or correct the rights of that folder.",
        )
    };
    // A step that an earlier run has begun says nothing about the time that a whole one takes.
    let whole = !path.exists();
    let mut log = Log::open(&path).map_err(trouble)?;
    run.change(id, |shown| {
        shown.state = SetupState::Running;
        shown.log = Some(path.display().to_string());
    });
    let _lock = match &step.lock {
        Some(file) => Some(wait_for_lock(run, id, file).await?),
        None => None,
    };
    // Another environment may have done it while this one waited.
    if step.lock.is_some() && prove(&step.proof).await.is_ok() {
        return Ok(());
    }
    if let Proof::Store { store, .. } | Proof::Worktree { store, .. } = &step.proof {
        remove_stale_locks(store);
    }
    run.change(id, |shown| shown.ran = true);
    let begun = Instant::now();
    for command in step.commands() {
        if command.only_if.as_ref().is_some_and(|file| !Path::new(file).exists()) {
            continue;
        }
        let ended = program(run, step, command, &mut log).await;
        if ended.as_ref().is_err_and(|failure| failure.kind != FailureKind::Cancelled) {
            run.failed(failed::evidence(run, step, command, &log));
        }
        ended?;
    }
    if let Proof::Stamp { file, text, .. } = &step.proof {
        whole_file::write(file, format!("{text}\n").as_bytes()).map_err(trouble)?;
    }
    prove(&step.proof).await.map_err(|missing| {
        run.failed(failed::evidence(run, step, &SetupCommand::default(), &log));
        let what = format!("{} has ended well, and yet it is not done", step.shown.title);
        let next = format!("Look at the log {}, then run the setup again.", path.display());
        Failure::new(FailureKind::Tool, what, missing.to_string(), next)
    })?;
    if whole && let Err(error) = times::note(&run.job.state.times(), times::key(&run.job.goal, id), begun.elapsed()) {
        tracing::warn!("how long {id} took could not be written down: {error}");
    }
    Ok(())
}

async fn program(run: &Run<'_>, step: &Step, command: &SetupCommand, log: &mut Log) -> Result<()> {
    let id = step.shown.id.as_str();
    let shown = words(&command.argv, Shell::Bash).unwrap_or_default();
    log.write(&format!("$ {}", redacted(&shown, &run.secrets)), true);
    let failed = |why: String, log: &Log| failed::failure(run, step, why, log);
    let token = match step.shown.needs.contains(&Need::Token) {
        true => Token::Given(run.job.token.as_ref()),
        false => Token::Withheld,
    };
    let mut group = match child::start(command, run.job.state.path(), &token) {
        Ok(group) => group,
        Err(error) => {
            let program = command.argv.first().map_or("the program", String::as_str);
            log.write(&format!("{program}: {error}"), true);
            return Err(failed(format!("{program} could not be started: {error}"), log));
        }
    };
    let pid = group.pid();
    run.began(pid);
    let mut meter = Meter::new(Instant::now());
    let mut told = None;
    let hear = |heard: Heard| match heard {
        Heard::Line(Line { text, stays }) => {
            let text = redacted(&text, &run.secrets);
            if step.events
                && let Ok(event) = serde_json::from_str::<Event>(&text)
            {
                let now = Instant::now();
                match event {
                    Event::Progress { bytes, total, file } => {
                        run.change(id, |shown| meter.bytes(bytes, total, &file, now, shown));
                    }
                    Event::Waiting { why } => run.change(id, |shown| meter.waits(&why, now, shown)),
                    Event::Done { bytes } => run.change(id, |shown| meter.bytes(bytes, Some(bytes), "", now, shown)),
                    Event::Failed { error } => {
                        log.write(&error.to_string(), true);
                        told = Some(error);
                    }
                }
                return;
            }
            log.write(&text, stays);
            run.change(id, |shown| meter.line(&text, Instant::now(), shown));
        }
        Heard::Nothing => run.change(id, |shown| meter.tick(Instant::now(), shown)),
    };
    let end = group.end(&run.cancel, hear).await;
    run.ended(pid);
    match end {
        Err(error) => Err(failed(format!("its output could not be read: {error}"), log)),
        Ok(End::Cancelled) => Err(failed::cancelled()),
        Ok(End::Exit(status)) if status.success() => Ok(()),
        Ok(End::Exit(status)) => Err(told.unwrap_or_else(|| failed(status.to_string(), log))),
    }
}

/// What needs sudo is never run by us. The command is shown, and the step is done when its proof is there.
async fn wait_for_person(run: &Run<'_>, step: &Step) -> Result<()> {
    let command = step.shown.commands.first().map(|command| {
        let argv = words(&command.argv, Shell::Bash).unwrap_or_default();
        let cwd = words(std::slice::from_ref(&command.cwd), Shell::Bash).unwrap_or_default();
        format!("cd {cwd} && {argv}")
    });
    let command = command.unwrap_or_default();
    if !run.job.waits_for_person {
        let missing = prove(&step.proof).await.err().map_or_else(String::new, |missing| missing.to_string());
        let what = format!("the step \"{}\" needs you", step.shown.title);
        let next = format!("Run `{command}`, then the setup again.");
        return Err(Failure::new(FailureKind::Tool, what, missing, next));
    }
    run.change(&step.shown.id, |shown| {
        shown.state = SetupState::Waiting;
        shown.line.clone_from(&command);
    });
    while prove(&step.proof).await.is_err() {
        tokio::select! {
            () = sleep(LOOK) => {}
            () = run.cancel.cancelled() => return Err(failed::cancelled()),
        }
    }
    Ok(())
}

async fn wait_for_lock(run: &Run<'_>, id: &str, file: &Path) -> Result<journal::Lock> {
    loop {
        match journal::lock(file) {
            Ok(Some(lock)) => return Ok(lock),
            Ok(None) => run.change(id, |shown| shown.line = "waits for another setup that uses this repository".into()),
            Err(error) => {
                let what = format!("{} cannot be locked", file.display());
                let next = "Correct the rights of that folder.";
                return Err(Failure::new(FailureKind::Input, what, error.to_string(), next));
            }
        }
        tokio::select! {
            () = sleep(LOOK) => {}
            () = run.cancel.cancelled() => return Err(failed::cancelled()),
        }
    }
}

/// git leaves its locks behind when it is killed. Ours is held, so they belong to nobody.
fn remove_stale_locks(store: &Path) {
    let mut folders = vec![store.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let below_refs = path.strip_prefix(store).is_ok_and(|path| path.starts_with("refs"));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && below_refs => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "lock") => {
                    let _ = fs::remove_file(&path);
                }
                _ => {}
            }
        }
    }
}
