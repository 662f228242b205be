//! Looks at what runs: what we have started, what the settings name, the usual ports, and containers.

use tokio::task::JoinSet;

use super::choice::{PATIENCE, TT_CLI_PORT, here, trust_of_container, trust_of_port};
use super::containers::{self, Running};
use super::endpoint::Endpoint;
use super::keys::{Keys, Trust};
use super::metrics;
use super::record::{Record, Records};
use super::shown::state;
use super::sockets;
use super::started::{self, adopted, of_record, owner};
use super::state::{Owner, Seen, is_locked, judge};
use super::trouble::Trouble;
use crate::error::Result;
use crate::protocol::{Life, ServerInfo, ServerSource, ServerState};
use crate::session::Session;

/// Everything that runs, with its state.
///
/// # Errors
/// When a setting cannot be used.
pub async fn discover(session: &Session, keys: Keys) -> Result<ServerState> {
    let records = Records::here();
    let port = session.settings.port()?;
    let containers = containers::running().await;
    let mut targets: Vec<Seen> = Vec::new();
    for record in started::all(&records) {
        targets.push(of_record(record, &containers));
    }
    if let Some(url) = session.settings.get("server_url") {
        let url = Endpoint::new(url, None)?.url().to_owned();
        targets.push(Seen { source: ServerSource::Setting, url, trust: Trust::Named, ..Seen::default() });
    }
    for container in &containers.list {
        for port in &container.ports {
            let name = Some(container.name.clone());
            let (source, url, trust) = (ServerSource::Container, here(*port), trust_of_container(container, *port));
            targets.push(Seen {
                source,
                url,
                trust,
                port: Some(*port),
                container: name,
                runs: true,
                ..Seen::default()
            });
        }
    }
    for (source, port) in [(ServerSource::Port, port), (ServerSource::TtCli, TT_CLI_PORT)] {
        let (url, trust) = (here(port), trust_of_port(port));
        targets.push(Seen { source, url, trust, port: Some(port), ..Seen::default() });
    }
    let mut servers = Vec::new();
    let mut port_taken = None;
    for seen in answers(session, once(targets), keys).await {
        let infos = noted(seen, &records);
        let (source, is_idle, foreign) = (infos.0.source, infos.0.life == Life::Idle, infos.1);
        if source == ServerSource::Port && foreign {
            let what = match infos.0.wants_key {
                true => "wants a key: if it is a model server, name it in the setting server_url",
                false => "is no model server",
            };
            port_taken = sockets::taken_by(port).map(|who| format!("{who}, which {what}"));
        } else if !(is_idle || foreign && source != ServerSource::Setting) {
            servers.push(infos.0);
        }
    }
    Ok(state(servers, port_taken))
}

/// One server that we have started.
pub async fn one(session: &Session, record: Record, records: &Records, keys: Keys) -> ServerInfo {
    let containers = if record.container.is_some() { containers::running().await } else { Running::default() };
    let seen = of_record(adopted(record, records), &containers);
    match answers(session, vec![seen], keys).await.pop() {
        Some(seen) => noted(seen, records).0,
        None => ServerInfo::default(),
    }
}

/// Each address once: the first way in which it was found says the most. A record whose server is gone does not stand in
/// the way of another server on the same port.
fn once(targets: Vec<Seen>) -> Vec<Seen> {
    let mut kept: Vec<Seen> = Vec::new();
    for target in targets {
        let known =
            |other: &Seen| other.url == target.url && (other.record.is_none() || other.runs) && target.record.is_none();
        if !kept.iter().any(known) {
            kept.push(target);
        }
    }
    kept
}

/// Asks all of them at once.
async fn answers(session: &Session, targets: Vec<Seen>, keys: Keys) -> Vec<Seen> {
    let mut asking = JoinSet::new();
    for (at, mut seen) in targets.into_iter().enumerate() {
        let key = keys.of(&seen.url, seen.trust);
        asking.spawn(async move {
            let mut metrics = None;
            if (seen.record.is_none() || seen.runs)
                && let Ok(server) = Endpoint::new(&seen.url, key)
            {
                seen.with_key = server.asked(None).with_key;
                let answer = server.models(PATIENCE).await;
                if answer.is_ok()
                    && let Ok(body) = server.fetch("metrics", None, PATIENCE).await
                {
                    metrics = metrics::read(&String::from_utf8_lossy(&body));
                }
                seen.answer = Some(answer);
            }
            (at, seen, metrics)
        });
    }
    let mut done = Vec::new();
    while let Some(answer) = asking.join_next().await {
        done.extend(answer.ok());
    }
    done.sort_by_key(|(at, ..)| *at);
    let with_load = |(_, mut seen, metrics): (usize, Seen, Option<metrics::Metrics>)| {
        seen.load = metrics.map(|metrics| session.serving.load(&seen.url, metrics));
        // A server that began to listen between the two looks.
        if seen.owner == Owner::Nobody
            && matches!(seen.answer, Some(Ok(_)))
            && let Some(record) = seen.record.as_ref().filter(|_| seen.runs)
        {
            seen.owner = owner(record, &[]);
        }
        seen
    };
    done.into_iter().map(with_load).collect()
}

/// Judges a server, keeps what is new about it, and says whether what answers is no model server at all.
fn noted(seen: Seen, records: &Records) -> (ServerInfo, bool) {
    let record = seen.record.clone();
    let boot = seen.boot.clone();
    let foreign = record.is_none()
        && seen.container.is_none()
        && !is_locked(&seen)
        && matches!(
            &seen.answer,
            Some(Err(Trouble::Foreign(_) | Trouble::Broken(_) | Trouble::Silent(_) | Trouble::Unreachable(_)))
                | Some(Err(Trouble::Status { code: 300..=599, .. }))
        );
    let mut info = judge(seen);
    if let Some(record) = record {
        let times = records.boot_times(&record.model_id);
        for step in &mut info.steps {
            step.last_seconds = times.get(&step.name).copied();
        }
        if matches!(info.life, Life::Ready | Life::Busy) && !record.was_ready {
            records.keep_boot_times(&record.model_id, &boot.times());
            // The next look notes it, if this one cannot. Seconds have passed since the record was read.
            let _ = records.update(&record, |record| record.was_ready = true);
        }
    }
    (info, foreign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::record::Record;

    #[test]
    fn a_look_that_took_long_takes_back_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let records = Records::new(dir.path());
        let read = Record { port: 8000, ..Record::default() };
        // Somebody has ended it while it was asked.
        records.keep(&Record { stopped: true, ..read.clone() }).unwrap();
        let (owner, answer) = (Owner::Ours, Some(Ok(Vec::new())));
        let seen = Seen { record: Some(read), runs: true, owner, answer, ..Seen::default() };
        assert_eq!(noted(seen, &records).0.life, Life::Ready);
        let record = records.of_port(8000).unwrap();
        assert!(record.stopped && record.was_ready, "{record:?}");
    }
}
