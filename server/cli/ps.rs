//! `tt-jukebox ps`: the model servers that run; `stop`: the end of one; `logs`: what it says.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use clap::Args;

use super::block_on;
use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{Life, ServerAction, ServerInfo, ServerParams, ServerState};
use crate::requests;
use crate::serving::record::{Record, Records};
use crate::serving::shown::{step_text, word};

use crate::serving::{family, started};
use crate::session::Session;

/// More of a log than anybody reads at once.
const MAX_LOG: u64 = 4 << 20;

#[derive(Debug, Args)]
pub(super) struct Stop {
    /// Model or port of the server; without it the one that runs
    model: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Logs {
    /// Model or port of the server; without it the last one that was started
    model: Option<String>,
    /// Go on until the server ends
    #[arg(long, short)]
    follow: bool,
    /// Begin so many lines before the end
    #[arg(long, short = 'n', value_name = "NUMBER", default_value_t = 200)]
    lines: usize,
}

pub(super) fn ps(session: &Session, output: &Output) -> Result<()> {
    let state = block_on(requests::server(session, ServerParams::default()))?;
    output.print(&state, text)
}

fn text(state: &ServerState) -> String {
    let shown: Vec<&ServerInfo> = state.servers.iter().filter(|server| server.life != Life::Idle).collect();
    let mut text = if shown.is_empty() {
        "No model server runs. `tt-jukebox serve MODEL` starts one.".to_owned()
    } else {
        let rows: Vec<Vec<String>> = shown.iter().map(|server| row(server)).collect();
        table(&["MODEL", "STATE", "ADDRESS", "PROCESS", "SINCE", "LOAD"], &rows)
    };
    for server in shown.iter().filter(|server| !server.why.is_empty()) {
        text.push_str(&format!("\n{}: {}. {}", server.name, server.why, server.next));
    }
    if let Some(who) = &state.port_taken {
        text.push_str(&format!("\nThe port of the settings belongs to {}.", printable(who)));
    }
    text
}

fn row(server: &ServerInfo) -> Vec<String> {
    let now = seconds_now();
    let since =
        server.started_at.map(|started| now.saturating_sub(started)).map_or(String::new(), |seconds| match seconds {
            0..120 => format!("{seconds} s"),
            120..7200 => format!("{} min", seconds / 60),
            _ => format!("{} h", seconds / 3600),
        });
    let process = server.container.clone().or(server.pid.map(|pid| pid.to_string())).unwrap_or_default();
    let load = server.load.map_or(String::new(), |load| format!("{} running, {} waiting", load.running, load.waiting));
    let step = server.steps.last().map(step_text);
    vec![server.name.clone(), word(server.life).into(), server.url.clone(), process, since, step.unwrap_or(load)]
}

pub(super) fn stop(session: &Session, options: &Stop, output: &Output) -> Result<()> {
    let (port, model) = named(options.model.as_deref());
    let params = ServerParams { action: ServerAction::Stop, port, model, ..ServerParams::default() };
    let state = block_on(requests::server(session, params))?;
    output.print(&state, |_| "The server is stopped.".into())
}

/// What was named: a port or a model.
fn named(text: Option<&str>) -> (Option<u16>, Option<String>) {
    match text.map(str::parse::<u16>) {
        Some(Ok(port)) => (Some(port), None),
        _ => (None, text.map(str::to_owned)),
    }
}

pub(super) fn logs(options: &Logs, output: &Output) -> Result<()> {
    let (port, model) = named(options.model.as_deref());
    let mut all = started::all(&Records::here()).into_iter();
    let record = all.find(|record| requests::is_meant(record, port, model.as_deref()));
    let none = |what: &str, why: String, next: &str| Err(Failure::new(FailureKind::NoMatch, what, why, next));
    let Some(record) = record else {
        let why = "no server of that name or port was started here".to_owned();
        return none("there is no log", why, "`tt-jukebox ps` shows what runs.");
    };
    let Some(path) = &record.log else {
        let why = format!("{} was started in a terminal, which has its output", record.model_name);
        return none("there is no log", why, "Look there; `tt-jukebox serve` writes one.");
    };
    let failed = |error: std::io::Error| {
        let what = format!("the log {path} could not be read");
        Failure::new(FailureKind::Input, what, error.to_string(), "`tt-jukebox ps` shows whether the server runs.")
    };
    let mut file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_LOG))).map_err(failed)?;
    let mut bytes = Vec::new();
    file.by_ref().take(MAX_LOG).read_to_end(&mut bytes).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(options.lines)..] {
        if !output.line(&serde_json::json!({ "schema": 1, "line": line }), |_| printable(line))? {
            return Ok(());
        }
    }
    if options.follow {
        block_on_stoppable(follow(file, &record, output))?;
    }
    Ok(())
}

/// Prints what is added, until the server has ended and said its last.
async fn follow(mut file: File, record: &Record, output: &Output) -> Result<()> {
    let mut rest = Vec::new();
    loop {
        let runs = started::process_of(record).is_some_and(family::runs);
        let mut bytes = Vec::new();
        // A file that cannot be read any more has nothing more to say.
        let _ = file.by_ref().take(MAX_LOG).read_to_end(&mut bytes);
        let has_more = !bytes.is_empty();
        rest.extend(bytes);
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line[..end]).into_owned();
            if !output.line(&serde_json::json!({ "schema": 1, "line": line }), |_| printable(&line))? {
                return Ok(());
            }
        }
        if !runs && !has_more {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
