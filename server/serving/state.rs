//! Decides how a server is, of everything that was seen of it. Pure.

use super::boot::Boot;
use super::keys::Trust;
use super::record::Record;
use super::trouble::{Trouble, printable};
use crate::protocol::{Life, Load, ServedModel, ServerInfo, ServerSource};

/// Who has the listening socket of a port.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Owner {
    /// The process that was started, or one of its family; for a container, the container.
    Ours,
    /// Somebody else, in words.
    Other(String),
    /// Nobody listens.
    #[default]
    Nobody,
}

/// What was seen of one server.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// How it was found.
    pub source: ServerSource,
    /// Its base address.
    pub url: String,
    /// Its port on this machine.
    pub port: Option<u16>,
    /// What was noted when it was started.
    pub record: Option<Record>,
    /// Its process or container runs.
    pub runs: bool,
    /// Why nobody knows whether its container runs.
    pub unsure: Option<String>,
    /// Who listens.
    pub owner: Owner,
    /// How far whoever listens is trusted.
    pub trust: Trust,
    /// What `/v1/models` answered; none when nobody asked.
    pub answer: Option<Result<Vec<ServedModel>, Trouble>>,
    /// What `/metrics` says.
    pub load: Option<Load>,
    /// What the log says.
    pub boot: Boot,
    /// Name of its container.
    pub container: Option<String>,
    /// Its command stands in a terminal and has not been run.
    pub awaited: bool,
    /// How a command of a terminal ended.
    pub exit_code: Option<i32>,
    /// It was asked with a key.
    pub with_key: bool,
}

/// How this server is.
pub fn judge(seen: Seen) -> ServerInfo {
    let record = seen.record.clone().unwrap_or_default();
    let models = seen.answer.as_ref().and_then(|answer| answer.as_ref().ok()).cloned().unwrap_or_default();
    let (life, why, next) = if seen.record.is_some() { started(&seen, &record) } else { found(&seen) };
    let first = models.first().map(|model| model.id.rsplit('/').next().unwrap_or_default().to_owned());
    let name = Some(record.model_name.clone()).filter(|name| !name.is_empty()).or(first).unwrap_or_default();
    let wants_key = matches!(seen.answer, Some(Err(Trouble::Status { code: 401 | 403, .. })));
    let with_key = seen.with_key && matches!(seen.answer, Some(Ok(_)));
    let ours = seen.record.is_some() && seen.runs;
    ServerInfo {
        source: seen.source,
        life,
        url: seen.url,
        port: seen.port,
        models,
        model_id: Some(record.model_id.clone()).filter(|id| !id.is_empty()),
        name: printable(&name),
        pid: record.pid.filter(|_| seen.runs),
        container: seen.container.or(record.container.clone()),
        log: record.log.clone(),
        started_at: seen.record.as_ref().map(|record| record.started_at),
        exit_code: seen.exit_code,
        steps: if life == Life::Starting { seen.boot.steps } else { Vec::new() },
        load: seen.load.filter(|_| matches!(life, Life::Ready | Life::Busy)),
        tool_calls: record.tool_calls(),
        wants_key,
        with_key,
        can_stop: ours,
        why: printable(&why),
        next: next.into(),
    }
}

const LOOK: &str = "`tt-jukebox logs` shows what it said.";
const LOOK_THERE: &str = "Its terminal shows what it said.";
/// Exit codes of a server that somebody has ended in its terminal: in order, by HUP, INT or TERM.
const ASKED: [i32; 4] = [0, 129, 130, 143];

/// A server that we have started.
fn started(seen: &Seen, record: &Record) -> (Life, String, &'static str) {
    if seen.awaited && !seen.runs {
        return (Life::Idle, "its command has not been run".into(), "");
    }
    if !seen.runs {
        if record.stopped || seen.exit_code.is_some_and(|code| ASKED.contains(&code)) {
            return (Life::Stopped, String::new(), "");
        }
        if let Some(why) = seen.unsure.as_ref().filter(|_| seen.exit_code.is_none()) {
            let next = "Look at it with `docker ps` or `podman ps`.";
            return (Life::Failing, format!("nobody knows whether its container runs: {why}"), next);
        }
        let cause = seen.boot.error.clone().unwrap_or_else(|| match seen.exit_code {
            Some(code) => format!("its command has ended with exit code {code}"),
            None => "it has ended by itself, and its log names no error".into(),
        });
        return (Life::Lost, cause, if record.log.is_some() { LOOK } else { LOOK_THERE });
    }
    if let Owner::Other(who) = &seen.owner {
        let next = "Stop one of the two, or start this one with another --port.";
        return (Life::Failing, format!("its port belongs to {who}"), next);
    }
    match &seen.answer {
        Some(Ok(_)) if seen.owner == Owner::Ours => working(seen.load),
        Some(Ok(_)) => {
            let why = "something answers on its port, and it is not the process that was started";
            (Life::Failing, why.into(), "`tt-jukebox ps` names what answers.")
        }
        Some(Err(Trouble::Status { code: 401 | 403, .. })) if seen.owner == Owner::Ours => keyless(seen),
        Some(Err(trouble)) if record.was_ready => {
            let why = match trouble {
                Trouble::Refused => "it runs, and does not listen any more".to_owned(),
                Trouble::Silent(seconds) => format!("it did not answer within {seconds} s"),
                Trouble::Status { code, .. } => format!("it answers {code}"),
                Trouble::Broken(why) | Trouble::Unreachable(why) | Trouble::Foreign(why) => why.clone(),
            };
            (Life::Failing, why, "Stop it and start it again, if it stays so.")
        }
        _ => (Life::Starting, String::new(), ""),
    }
}

/// A server that was found.
fn found(seen: &Seen) -> (Life, String, &'static str) {
    match &seen.answer {
        Some(Ok(_)) => working(seen.load),
        Some(Err(_)) if is_locked(seen) => keyless(seen),
        Some(Err(Trouble::Refused)) if seen.container.is_some() => (Life::Starting, String::new(), ""),
        Some(Err(Trouble::Broken(_))) if seen.container.is_some() => (Life::Starting, String::new(), ""),
        Some(Err(Trouble::Refused)) | None => (Life::Idle, "nothing listens there".into(), ""),
        Some(Err(trouble)) => {
            let asked = super::trouble::Asked { url: &seen.url, model: None, with_key: false, held_back: false };
            let failure = trouble.failure(&asked);
            (Life::Failing, format!("{}: {}", failure.what, failure.why), "Check the address.")
        }
    }
}

/// True for what refuses whoever has no key, and is a model server: it was named or is in a container of one, or belongs to
/// this user and says so in JSON. Pages with a password do it as well.
pub(super) fn is_locked(seen: &Seen) -> bool {
    let Some(Err(Trouble::Status { code: 401 | 403, words, .. })) = &seen.answer else { return false };
    match seen.trust {
        Trust::Named | Trust::Started => true,
        Trust::User => seen.container.is_some() || !words.message.is_empty(),
        Trust::Unknown => false,
    }
}

/// A server that answers only those who have its key.
fn keyless(seen: &Seen) -> (Life, String, &'static str) {
    let why = if seen.with_key { "it refuses the key that it was sent" } else { "it wants a key" };
    (Life::Ready, why.into(), "Set it in TT_JUKEBOX_API_KEY, or with the editor's command for the key.")
}

fn working(load: Option<Load>) -> (Life, String, &'static str) {
    let busy = load.is_some_and(|load| load.running + load.waiting > 0);
    (if busy { Life::Busy } else { Life::Ready }, String::new(), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serving::delta::Words;

    fn seen(runs: bool, owner: Owner, answer: Result<Vec<ServedModel>, Trouble>, was_ready: bool) -> Seen {
        let record = Record { model_name: "M".into(), was_ready, ..Record::default() };
        let boot = Boot { error: Some("RuntimeError: x".into()), ..Boot::default() };
        Seen { record: Some(record), runs, owner, answer: Some(answer), boot, ..Seen::default() }
    }

    #[test]
    fn not_every_page_with_a_password_is_a_model_server() {
        use Trust::{Named, Unknown, User};
        let rows = [(User, "Unauthorized", Life::Ready), (Named, "", Life::Ready), (User, "", Life::Failing)];
        for (trust, message, life) in rows.into_iter().chain([(Unknown, "Unauthorized", Life::Failing)]) {
            let words = Words { message: message.into(), code: None };
            let answer = Some(Err(Trouble::Status { code: 401, words, retry_after: None }));
            let info = judge(Seen { trust, answer, ..Seen::default() });
            assert_eq!((info.life, info.wants_key), (life, true), "{trust:?} {message}");
        }
    }

    #[test]
    fn every_state_of_a_server_that_we_have_started() {
        let models = || Ok(vec![ServedModel { id: "org/m".into(), max_model_len: None }]);
        let other = || Owner::Other("x".into());
        let status = |code| Err(Trouble::Status { code, words: Words::default(), retry_after: None });
        let rows = [
            (true, Owner::Ours, models(), false, Life::Ready),
            (true, Owner::Nobody, Err(Trouble::Refused), false, Life::Starting),
            (true, Owner::Ours, status(503), false, Life::Starting),
            (true, Owner::Ours, status(401), false, Life::Ready),
            (true, Owner::Nobody, Err(Trouble::Refused), true, Life::Failing),
            (true, Owner::Ours, status(500), true, Life::Failing),
            (true, Owner::Ours, Err(Trouble::Silent(2)), true, Life::Failing),
            // Somebody answers, but not the process that was started: this is not ready.
            (true, other(), models(), false, Life::Failing),
            (true, Owner::Nobody, models(), false, Life::Failing),
            (false, other(), models(), true, Life::Lost),
            (false, Owner::Nobody, Err(Trouble::Refused), true, Life::Lost),
        ];
        for (runs, owner, answer, was_ready, life) in rows {
            let seen = seen(runs, owner, answer, was_ready);
            let shown = format!("{seen:?}");
            assert_eq!(judge(seen).life, life, "{shown}");
        }
        let mut stopped = seen(false, Owner::Nobody, Err(Trouble::Refused), true);
        stopped.record.as_mut().unwrap().stopped = true;
        assert_eq!(judge(stopped).life, Life::Stopped);
        let lost = judge(seen(false, Owner::Nobody, Err(Trouble::Refused), true));
        assert_eq!(lost.why, "RuntimeError: x");
        // What a command in a terminal leaves behind.
        for (awaited, exit_code, life, why) in [
            (true, None, Life::Idle, "its command has not been run"),
            (false, Some(130), Life::Stopped, ""),
            (false, Some(1), Life::Lost, "its command has ended with exit code 1"),
        ] {
            let mut typed = seen(false, Owner::Nobody, Err(Trouble::Refused), false);
            (typed.awaited, typed.exit_code, typed.boot) = (awaited, exit_code, Boot::default());
            let info = judge(typed);
            assert_eq!((info.life, &*info.why, info.exit_code), (life, why, exit_code));
        }
        let mut busy = seen(true, Owner::Ours, models(), true);
        busy.load = Some(Load { running: 1, ..Load::default() });
        assert_eq!(judge(busy).life, Life::Busy);
    }
}
