//! Starting a model server in the background: what `tt-jukebox serve` and the tools of agents share.

use tokio::process::Child;

use super::command::{command, install_files};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{CommandParams, ServeCommand};
use crate::serving::record::{Record, Records};
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

/// Makes the command of a server that is to run on this host; with `install` its files are written first.
///
/// # Errors
/// As [`command`], and where the command would be made for another box than this one.
pub async fn to_serve(session: &Session, params: CommandParams, install: bool) -> Result<ToServe> {
    if !session.is_of_this_host() {
        let next = "Leave out the simulation or the recorded facts; `tt-jukebox command` prints the command without running it.";
        let why = "the command is made for another box than this one";
        return Err(Failure::new(FailureKind::NotSupported, "nothing can be served here", why, next));
    }
    let chosen = params.choices.clone().unwrap_or_default();
    let host = chosen.host.as_deref().or(session.settings.get("host")).unwrap_or_default().to_owned();
    let port = chosen.port.map_or_else(|| session.settings.port(), Ok)?;
    if install {
        install_files(session, params.clone()).await?;
    }
    Ok(ToServe { command: command(session, params).await?, at: At { host, port } })
}

impl ToServe {
    /// What would keep it from starting: a port that is taken, a program or a file that is not there.
    ///
    /// # Errors
    /// With the reason, and what to do.
    pub fn check(&self) -> Result<()> {
        check(&self.command, &self.at, &Records::here())
    }

    /// Starts it, and notes it.
    ///
    /// # Errors
    /// As [`ToServe::check`], and when it cannot be started.
    pub async fn start(&self) -> Result<(Record, Child)> {
        self.check()?;
        start::start(&self.command, &self.at, &Records::here()).await
    }
}
