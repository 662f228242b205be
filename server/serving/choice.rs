//! Which server a chat goes to, and how far whoever listens there is trusted.

use std::time::Duration;

use super::containers::{self, Container};
use super::endpoint::Endpoint;
use super::family;
use super::keys::{Keys, Trust, origin};
use super::record::{Record, Records};
use super::sockets;
use super::started::{self, owner, process_of};
use super::state::Owner;
use super::trouble::Trouble;
use crate::error::Result;
use crate::protocol::ServedModel;
use crate::session::Session;

/// Port of the official command line `tt` (tt-cli 1.2.1, `serve`).
pub const TT_CLI_PORT: u16 = 20000;
/// A look shows what is now; a server that takes longer is told as one that does not answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The address of a port of this machine.
pub(super) fn here(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// How far whoever listens on a port is trusted.
pub(super) fn trust_of_port(port: u16) -> Trust {
    if sockets::is_of_this_user(port) { Trust::User } else { Trust::Unknown }
}

/// The same of a port that leads into a container, as its daemon says. It may do so at another address of this machine only.
pub(super) fn trust_of_container(container: &Container, port: u16) -> Trust {
    match container.is_ours() {
        _ if sockets::has_stranger(port) => Trust::Unknown,
        true => Trust::Started,
        false => Trust::User,
    }
}

fn trust_of_record(record: &Record) -> Trust {
    if owner(record, &[]) == Owner::Ours { Trust::Started } else { Trust::Unknown }
}

fn running() -> impl Iterator<Item = Record> {
    started::all(&Records::here()).into_iter().filter(|record| process_of(record).is_some_and(family::runs))
}

/// How far a server is trusted whose address was named: an editor names that of a server that was started here when its
/// model is chosen.
pub fn trust_of_named(url: &str) -> Trust {
    let asked = origin(url);
    let is_asked = |record: &Record| asked.is_some() && origin(&record.url()) == asked;
    let is_ours = running().filter(is_asked).any(|record| trust_of_record(&record) == Trust::Started);
    if is_ours { Trust::Started } else { Trust::Named }
}

/// The server for a chat. Where only one of the known ports is listened on, nobody has to be asked which it is.
///
/// # Errors
/// When a setting cannot be used.
pub async fn best(session: &Session, keys: &Keys) -> Result<Endpoint> {
    let port = session.settings.port()?;
    let mut known: Vec<(String, u16, Trust)> =
        running().map(|record| (record.url(), record.port, trust_of_record(&record))).collect();
    for port in [port, TT_CLI_PORT] {
        if !known.iter().any(|(_, known, _)| *known == port) {
            known.push((here(port), port, trust_of_port(port)));
        }
    }
    known.retain(|(_, port, _)| !sockets::listening(*port).is_empty());
    if known.is_empty() {
        for container in containers::running().await.list {
            known
                .extend(container.ports.iter().map(|port| (here(*port), *port, trust_of_container(&container, *port))));
        }
    }
    if known.len() > 1 {
        for (url, _, trust) in &known {
            let server = Endpoint::new(url, keys.of(url, *trust))?;
            let models: Result<Vec<ServedModel>, Trouble> = server.models(PATIENCE).await;
            if models.is_ok_and(|models| !models.is_empty()) {
                return Ok(server);
            }
        }
    }
    let (url, _, trust) = known.into_iter().next().unwrap_or_else(|| (here(port), port, Trust::Unknown));
    Endpoint::new(&url, keys.of(&url, trust))
}
