//! `tt-jukebox serve MODEL`: starts what `command` prints, shows the start as steps, and stays until the server ends; with
//! `--detach` until it is ready.

use std::time::Duration;

use clap::Args;
use tokio::process::Child;

use super::output::{Output, printable};
use super::stopping::block_on_stoppable;
use super::{block_on, candidates};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{BootStep, CommandParams, Life, ServeCommand, ServerInfo};
use crate::recipe::{Choices, Preset, Target};
use crate::requests;
use crate::serving::record::{Record, Records};
use crate::serving::shown::step_text;
use crate::serving::start::{At, check, start};
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
    /// Device name of the spec file, for example T3K; without it the best one that this box has
    #[arg(long, value_name = "DEVICE", add = candidates::device())]
    device: Option<String>,
    /// Also take an entry of another device that may run here, with reduced parameters; nobody has validated it
    #[arg(long, visible_alias = "show-experimental")]
    experimental: bool,
    /// From checkouts on this host, or from the published image
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// What the server shall be good at, within the limits of the entry
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Port in place of the setting
    #[arg(long)]
    port: Option<u16>,
    /// Context length, up to that of the entry
    #[arg(long, value_name = "TOKENS")]
    context: Option<u64>,
    /// Sequences at once, up to those of the entry
    #[arg(long, value_name = "NUMBER")]
    sequences: Option<u64>,
    /// Chips to use, for example 0,1
    #[arg(long, value_name = "NUMBERS")]
    chips: Option<String>,
    /// Folder with the weights in place of the repository
    #[arg(long, value_name = "DIR")]
    weights: Option<String>,
    /// Write the files that the command refers to first
    #[arg(long)]
    install_files: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let choices = Choices {
        target: options.target,
        preset: options.preset,
        port: options.port,
        context: options.context,
        sequences: options.sequences,
        chips: options.chips,
        weights: options.weights,
        ..Choices::default()
    };
    let at = At {
        host: session.settings.get("host").unwrap_or_default().to_owned(),
        port: options.port.map_or_else(|| session.settings.port(), Ok)?,
    };
    let params = CommandParams {
        model: options.model.join(" "),
        device: options.device,
        experimental: options.experimental,
        shell: None,
        choices: Some(choices),
        ..CommandParams::default()
    };
    if !session.is_of_this_host() {
        return Err(requests::simulated());
    }
    if options.install_files {
        block_on(requests::install_files(session, params.clone()))?;
    }
    let command = block_on(requests::command(session, params))?;
    for note in &command.recipe.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    let records = Records::here();
    check(&command, &at, &records)?;
    serve(session, &command, &at, &records, options.detach, output)
}

fn serve(
    session: &Session,
    command: &ServeCommand,
    at: &At,
    records: &Records,
    detach: bool,
    output: &Output,
) -> Result<()> {
    let mut noted: Option<Record> = None;
    let served = block_on_stoppable(async {
        let (record, mut child) = start(command, at, records).await?;
        noted = Some(record.clone());
        let log = record.log.clone().unwrap_or_default();
        output.message(&format!(
            "{} starts as process {}; log {log}",
            command.model_name,
            record.pid.unwrap_or_default()
        ));
        let info = until_ready(session, &record, &mut child, output).await?;
        output.line(&info, |info| format!("{} is ready at {}", info.name, info.url))?;
        if detach {
            return Ok(());
        }
        output.message("Ctrl-C stops it");
        let status = child.wait().await.ok();
        if records.of_port(at.port).is_some_and(|record| record.stopped) {
            return Ok(());
        }
        Err(ended(&info, status.map(|status| status.to_string()).unwrap_or_default()))
    });
    // Whoever asked for the end, the server must not be left behind.
    if let (Err(failure), Some(record)) = (&served, &noted)
        && failure.kind == FailureKind::Cancelled
    {
        output.message("stopping the server");
        block_on(stop::stop(record, records))?;
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
