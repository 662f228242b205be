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

/// The server for a chat: what was started here, else what listens on the known ports, else what is in a container. Nobody is
/// asked which it is where only a server of ours listens.
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
    if let [(url, _, Trust::Started)] = known.as_slice() {
        return Endpoint::new(url, keys.of(url, Trust::Started));
    }
    let mut choice = Choice::default();
    for (url, _, trust) in &known {
        if choice.is_made_by(Endpoint::new(url, keys.of(url, *trust))?, *trust).await {
            return choice.made(port);
        }
    }
    for container in containers::running().await.list {
        for inside in container.ports.iter().filter(|inside| !known.iter().any(|(_, port, _)| port == *inside)) {
            let (url, trust) = (here(*inside), trust_of_container(&container, *inside));
            if choice.is_made_by(Endpoint::new(&url, keys.of(&url, trust))?, trust).await {
                return choice.made(port);
            }
        }
    }
    choice.made(port)
}

/// What the servers have said that were asked so far, the best of each kind.
#[derive(Default)]
struct Choice {
    serves: Option<Endpoint>,
    /// It wants a key that we do not have, and can say so.
    locked: Option<Endpoint>,
    other: Option<Endpoint>,
}

impl Choice {
    /// Asks a server for its models; true when it has some.
    async fn is_made_by(&mut self, server: Endpoint, trust: Trust) -> bool {
        let kind = match server.models(PATIENCE).await {
            Ok(models) if !models.is_empty() => &mut self.serves,
            Err(Trouble::Status { code: 401 | 403, .. }) if trust != Trust::Unknown => &mut self.locked,
            _ => &mut self.other,
        };
        kind.get_or_insert(server);
        self.serves.is_some()
    }

    /// The best of them; without any the port of the settings, where it will be said that nobody listens.
    fn made(self, port: u16) -> Result<Endpoint> {
        self.serves.or(self.locked).or(self.other).map_or_else(|| Endpoint::new(&here(port), None), Ok)
    }
}
