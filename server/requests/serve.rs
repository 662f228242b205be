//! `tenstorrent/server/prepare`, and starting a model server in the background: what `tt-jukebox serve` and the tools of
//! agents share.

use tokio::process::Child;

use super::command::{command, install_files};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{CommandParams, PreparedServer, ServeCommand};
use crate::serving::record::{Record, Records};
use crate::serving::sockets;
use crate::serving::start::{self, At, check};
use crate::session::Session;

/// A command that is about to be started.
#[derive(Debug)]
pub struct ToServe {
    /// The command.
    pub command: ServeCommand,
    /// Where the server will listen.
    pub at: At,
}

/// The command of a model, and what stands in the way of its start.
///
/// # Errors
/// As those of `tenstorrent/command`.
pub async fn server_prepare(session: &Session, params: CommandParams) -> Result<PreparedServer> {
    let to_serve = prepared(session, params).await?;
    let (obstacle, port) = (to_serve.obstacle(session), to_serve.at.port);
    let free_port = if sockets::taken_by(port).is_some() { sockets::next_free(port) } else { None };
    Ok(PreparedServer { schema: 1, command: to_serve.command, port, obstacle, free_port })
}

/// The command of a model, and where its server will listen. Nothing is looked at that could stand in the way.
///
/// # Errors
/// As those of `tenstorrent/command`.
pub async fn prepared(session: &Session, params: CommandParams) -> Result<ToServe> {
    let chosen = params.choices.clone().unwrap_or_default();
    let host = chosen.host.as_deref().or(session.settings.get("host")).unwrap_or_default().to_owned();
    let port = chosen.port.map_or_else(|| session.settings.port(), Ok)?;
    Ok(ToServe { command: command(session, params).await?, at: At { host, port } })
}

/// The same for a server that is to run on this host; with `install` the files of its command are written first.
///
/// # Errors
/// As [`prepared`], and where the command would be made for another box than this one.
pub async fn to_serve(session: &Session, params: CommandParams, install: bool) -> Result<ToServe> {
    if !session.is_of_this_host() {
        return Err(simulated());
    }
    if install {
        install_files(session, params.clone()).await?;
    }
    prepared(session, params).await
}

impl ToServe {
    /// What would keep it from starting: another box, a port that is taken, a program or a file that is not there.
    pub fn obstacle(&self, session: &Session) -> Option<Failure> {
        if !session.is_of_this_host() {
            return Some(simulated());
        }
        check(&self.command, &self.at, &Records::here()).err()
    }

    /// Starts it, and notes it.
    ///
    /// # Errors
    /// When something stands in the way, and when it cannot be started.
    pub async fn start(&self) -> Result<(Record, Child)> {
        let records = Records::here();
        check(&self.command, &self.at, &records)?;
        start::start(&self.command, &self.at, &records).await
    }
}

/// Why nothing is started on a box that is not this one.
fn simulated() -> Failure {
    let next =
        "Leave out the simulation or the recorded facts; the command itself can be looked at without running it.";
    let why = "the command is made for another box than this one";
    Failure::new(FailureKind::NotSupported, "nothing can be served here", why, next)
}
