//! `tenstorrent/server`, `tenstorrent/server/started` and `tenstorrent/server/key`: what runs, and the end of what we have started.

use std::time::{Duration, Instant};

use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{
    ChatOptions, EndedParams, Life, ServerAction, ServerInfo, ServerKeyParams, ServerParams, ServerState, StartedParams,
};
use crate::secrets;
use crate::serving::containers::{self, Running};
use crate::serving::endpoint::Endpoint;
use crate::serving::record::{Record, Records};
use crate::serving::start::container_of;
use crate::serving::{discover, family, keys, started as looked, stop};
use crate::session::Session;

/// How long a watch waits for something to change.
const WATCH: Duration = Duration::from_secs(30);

/// Answers what runs; `watch` when it has changed, `stop` after the end of one.
///
/// # Errors
/// When a setting cannot be used, or a server does not end.
pub async fn server(session: &Session, params: ServerParams) -> Result<ServerState> {
    match params.action {
        ServerAction::Discover => look(session).await,
        ServerAction::Watch => watch(session, params.known.as_deref()).await,
        ServerAction::Stop => {
            let records = Records::here();
            let record = to_stop(&records, params.port, params.model.as_deref()).await?;
            stop::stop(&record, &records).await?;
            look(session).await
        }
    }
}

/// Notes a server that was started in a terminal.
///
/// # Errors
/// When the process is not there, or the note cannot be written.
pub async fn server_started(session: &Session, params: StartedParams) -> Result<ServerState> {
    let head = params.pid.map(|pid| {
        family::look(pid).ok_or_else(|| {
            let what = format!("process {pid} is not there");
            let next = "Look at the terminal: the command may have failed at once.";
            Failure::new(FailureKind::Input, what, "it has ended, or never was", next)
        })
    });
    let head = head.transpose()?.map(|process| process.id);
    let record = Record {
        pid: head.map(|id| id.pid),
        start_ticks: head.map(|id| id.start_ticks),
        shell_pid: params.shell_pid,
        container: params.container.or_else(|| container_of(&params.command)),
        model_id: params.model_id,
        model_name: params.model_name,
        host: session.settings.get("host").unwrap_or_default().to_owned(),
        port: params.port,
        log: params.log,
        marker: params.marker,
        command: secrets::in_command(&params.command),
        started_at: seconds_now(),
        ..Record::default()
    };
    let records = Records::here();
    records.keep(&record)?;
    // A marker says itself which process it is.
    if record.marker.is_none() {
        wait_for_process(&record, &records).await;
    }
    look(session).await
}

/// Takes the key that the editor keeps for a server, in memory only, and looks at what runs with it.
///
/// # Errors
/// When there is no address that the key could be for, or no key can be sent like this.
pub async fn server_key(session: &Session, params: ServerKeyParams) -> Result<ServerState> {
    let url = params.url.as_deref().or(session.settings.get("server_url"));
    let Some(url) = url else {
        let next = "Name its address, or set the setting server_url.";
        return Err(Failure::new(FailureKind::Usage, "no server was named", "a key is for one server only", next));
    };
    let origin = Endpoint::new(url, None).ok().and_then(|server| keys::origin(server.url())).ok_or_else(|| {
        let next = "Give it like http://127.0.0.1:8000 or https://example.org/v1.";
        Failure::new(FailureKind::Input, "the key was not kept", "the address is none of a server", next)
    })?;
    if params.key.as_ref().is_some_and(|key| !key.can_be_sent()) {
        let why = "a key is one word of visible ASCII characters";
        return Err(Failure::new(FailureKind::Input, "that is no key", why, "Copy it anew, without line ends."));
    }
    session.serving.set_key(origin, params.key);
    look(session).await
}

/// A shell tells that a command begins a moment before there is a process. That it has ended may be told in between.
async fn wait_for_process(record: &Record, records: &Records) {
    for _ in 0..40 {
        let now = records.of_port(record.port).map(|now| looked::adopted(now, records));
        let is_awaited =
            |now: &Record| now.pid.is_none() && now.shell_pid.is_some() && now.exit_code.is_none() && !now.stopped;
        if !now.as_ref().is_some_and(is_awaited) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Notes how a command has ended, unless that is known already.
///
/// # Errors
/// When the note cannot be written.
pub async fn server_ended(session: &Session, params: EndedParams) -> Result<ServerState> {
    let records = Records::here();
    if let Some(record) =
        records.of_port(params.port).filter(|record| !looked::process_of(record).is_some_and(family::runs))
    {
        records.update(&record, |record| {
            record.exit_code = params.exit_code.or(record.exit_code);
            record.stopped |= params.stopped;
            // What its shell runs from now on is something else, also where nobody knows the exit code.
            record.shell_pid = None;
        })?;
    }
    look(session).await
}

/// How the server is that was started on a port, without a look at any other.
///
/// # Errors
/// When nothing was started there.
pub async fn server_of(session: &Session, port: u16) -> Result<ServerInfo> {
    let records = Records::here();
    let record = records.of_port(port).ok_or_else(|| {
        let what = format!("nothing was started on port {port}");
        Failure::new(FailureKind::NoMatch, what, "there is no note of it", "`tt-jukebox ps` shows what runs.")
    })?;
    let keys = super::chat::keys(session, &ChatOptions::default());
    Ok(discover::one(session, record, &records, keys).await)
}

/// True when a record has this port, and a model whose name holds this text.
pub fn is_meant(record: &Record, port: Option<u16>, model: Option<&str>) -> bool {
    let names = |model: &str| {
        let model = model.to_ascii_lowercase();
        [&record.model_name, &record.model_id].iter().any(|name| name.to_ascii_lowercase().contains(&model))
    };
    port.is_none_or(|port| record.port == port) && model.is_none_or(names)
}

/// The server that `stop` would end: the one on this port or of this name, or the one that runs.
///
/// # Errors
/// When there is none, or more than one.
pub async fn to_stop(records: &Records, port: Option<u16>, model: Option<&str>) -> Result<Record> {
    let mut meant = looked::all(records);
    meant.retain(|record| !record.stopped && is_meant(record, port, model));
    let in_container = meant.iter().any(|record| record.container.is_some());
    let containers = if in_container { containers::running().await } else { Running::default() };
    let (mut running, others): (Vec<Record>, Vec<Record>) =
        meant.into_iter().partition(|record| looked::runs(record, &containers));
    if running.is_empty() {
        // One that may run is better than to say that there is none: its end says what is not known.
        running = others.into_iter().filter(|record| looked::unsure(record, &containers).is_some()).collect();
    }
    if running.len() > 1 {
        let names: Vec<String> =
            running.iter().map(|record| format!("{} on port {}", record.model_name, record.port)).collect();
        let next = "Name one of them by its model or port.";
        return Err(Failure::new(FailureKind::Usage, "more than one server runs", names.join(", "), next));
    }
    running.pop().ok_or_else(|| {
        let why = match (port, model) {
            (Some(port), _) => format!("none that was started here has port {port}"),
            (_, Some(model)) => format!("none that was started here is {model:.100?}"),
            _ => "none that was started here is left".to_owned(),
        };
        let next = "`tt-jukebox ps` shows what runs; what somebody else has started is theirs to stop.";
        Failure::new(FailureKind::NoMatch, "there is no server to stop", why, next)
    })
}

async fn look(session: &Session) -> Result<ServerState> {
    discover::discover(session, super::chat::keys(session, &ChatOptions::default())).await
}

/// Looks until something else shows than what is known.
async fn watch(session: &Session, known: Option<&str>) -> Result<ServerState> {
    let until = Instant::now() + WATCH;
    loop {
        let state = look(session).await?;
        if known != Some(&*state.revision) || Instant::now() >= until {
            return Ok(state);
        }
        // A start is watched by somebody who waits for it.
        let pause = if state.life == Life::Starting { 1 } else { 2 };
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
}
