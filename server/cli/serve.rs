//! `tt-jukebox serve MODEL`: starts what `command` prints, shows the start as steps, and stays until the server ends; with
//! `--detach` until it is ready.

use std::time::Duration;

use clap::Args;
use tokio::process::Child;

use super::output::{Output, printable};
use super::served::Served;
use super::stopping::block_on_stoppable;
use super::{block_on, candidates};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{BootStep, Life, ServerInfo};
use crate::requests::{self, ToServe};
use crate::serving::record::{Record, Records};
use crate::serving::shown::step_text;
use crate::serving::stop;
use crate::session::Session;

/// Between two looks at a start.
const LOOK: Duration = Duration::from_millis(250);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required = true, add = candidates::any_model())]
    model: Vec<String>,
    /// Return when the server is ready, and leave it running
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    served: Served,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let install = options.served.install_files;
    let params = options.served.params(&options.model, None);
    let to_serve = block_on(requests::to_serve(session, params, install))?;
    for note in &to_serve.command.recipe.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    serve(session, &to_serve, options.detach, output)
}

fn serve(session: &Session, to_serve: &ToServe, detach: bool, output: &Output) -> Result<()> {
    let records = Records::here();
    let mut noted: Option<Record> = None;
    let served = block_on_stoppable(async {
        let (record, mut child) = to_serve.start().await?;
        noted = Some(record.clone());
        let log = record.log.clone().unwrap_or_default();
        let name = &record.model_name;
        output.message(&format!("{name} starts as process {}; log {log}", record.pid.unwrap_or_default()));
        let info = until_ready(session, &record, &mut child, output).await?;
        output.line(&info, |info| format!("{} is ready at {}", info.name, info.url))?;
        if detach {
            return Ok(());
        }
        output.message("Ctrl-C stops it");
        let status = child.wait().await.ok();
        if records.of_port(record.port).is_some_and(|record| record.stopped) {
            return Ok(());
        }
        Err(ended(&info, status.map(|status| status.to_string()).unwrap_or_default()))
    });
    // Whoever asked for the end, the server must not be left behind.
    if let (Err(failure), Some(record)) = (&served, &noted)
        && failure.kind == FailureKind::Cancelled
    {
        output.message("stopping the server");
        block_on(stop::stop(record, &records))?;
        output.message("stopped");
        return if detach { served } else { Ok(()) };
    }
    served
}

async fn until_ready(session: &Session, record: &Record, child: &mut Child, output: &Output) -> Result<ServerInfo> {
    let mut told: Vec<String> = Vec::new();
    loop {
        let info = requests::server_of(session, record.port).await?;
        tell(&info.steps, &mut told, output);
        match info.life {
            Life::Ready | Life::Busy => return Ok(info),
            Life::Failing => return Err(failing(&info)),
            Life::Stopped => {
                return Err(Failure::new(FailureKind::Cancelled, "the server was stopped", "while it started", ""));
            }
            _ => {}
        }
        if let Ok(Some(status)) = child.try_wait() {
            let info = requests::server_of(session, record.port).await?;
            return Err(ended(&info, status.to_string()));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Tells the steps that are new, and those that have come to their end.
fn tell(steps: &[BootStep], told: &mut Vec<String>, output: &Output) {
    for step in steps {
        let begins = format!("  {} …", step_text(&BootStep { seconds: None, done: true, ..step.clone() }));
        let ends = format!("  {} done", step_text(step));
        for (line, is_due) in [(begins, !step.done), (ends, step.done)] {
            let mark = format!("{}{is_due}{}", step.name, step.done);
            if is_due && !told.contains(&mark) {
                output.message(&printable(&line));
                told.push(mark);
            }
        }
    }
}

fn ended(info: &ServerInfo, status: String) -> Failure {
    let what = format!("the server of {} has ended by itself ({status})", info.name);
    Failure::new(FailureKind::Tool, what, info.why.clone(), "`tt-jukebox logs` shows what it said.")
}

fn failing(info: &ServerInfo) -> Failure {
    let what = format!("the server of {} does not come up; it is left running", info.name);
    Failure::new(FailureKind::Tool, what, info.why.clone(), format!("{} `tt-jukebox stop` ends it.", info.next))
}
