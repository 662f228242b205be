//! Servers in words: for the status bar, a screen reader and a tooltip. Pure.

use std::fmt::Write as _;

use super::trouble::printable;
use crate::protocol::{BootStep, Life, ServerInfo, ServerState};

/// The word for people.
pub fn word(life: Life) -> &'static str {
    match life {
        Life::Busy => "busy",
        Life::Ready => "ready",
        Life::Starting => "starting",
        Life::Failing => "failing",
        Life::Lost => "has ended",
        Life::Stopped => "stopped",
        Life::Idle => "not there",
    }
}

/// All servers together, the best first. A stopped one shows only where there is nothing else.
pub fn state(mut servers: Vec<ServerInfo>, port_taken: Option<String>) -> ServerState {
    servers.sort_by_key(|server| server.life);
    let best = servers.first().cloned().unwrap_or_default();
    let text = match best.life {
        Life::Idle => String::new(),
        life => format!("{} {}", best.name, word(life)).trim().to_owned(),
    };
    let summary = match best.life {
        Life::Idle => "No model server runs".to_owned(),
        life => {
            let why = if best.why.is_empty() { String::new() } else { format!(": {}", best.why) };
            format!("{} at {} is {}{why}", best.name, best.url, word(life)).replace("is has ended", "has ended")
        }
    };
    let tooltip = tooltip(&servers, port_taken.as_deref());
    let mut state = ServerState {
        schema: 1,
        life: best.life,
        text,
        summary,
        tooltip,
        servers,
        port_taken,
        revision: String::new(),
    };
    state.revision = revision(&state);
    state
}

/// A number for everything that shows.
fn revision(state: &ServerState) -> String {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(state).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Text in which Markdown sees no marks.
fn plain(text: &str) -> String {
    printable(text)
        .chars()
        .flat_map(|c| ["\\", ""][usize::from(!"\\`*_{}[]()<>#+!|~&".contains(c))].chars().chain([c]))
        .collect()
}

fn tooltip(servers: &[ServerInfo], port_taken: Option<&str>) -> String {
    let mut text = String::new();
    for server in servers.iter().filter(|server| server.life != Life::Idle) {
        let _ = write!(text, "**{}** {}  \n{}", plain(&server.name), word(server.life), plain(&server.url));
        if let Some(container) = &server.container {
            let _ = write!(text, ", container {}", plain(container));
        } else if let Some(pid) = server.pid {
            let _ = write!(text, ", process {pid}");
        }
        text.push_str("  \n");
        if let Some(load) = &server.load {
            let _ = write!(text, "{} running, {} waiting", load.running, load.waiting);
            if let Some(used) = load.kv_cache_use {
                let _ = write!(text, " · KV cache {:.0} %", used * 100.0);
            }
            if let Some(rate) = load.tokens_per_s {
                let _ = write!(text, " · {rate:.1} tokens/s");
            }
            if let Some(first) = load.first_token_s {
                let _ = write!(text, " · first token {first:.2} s");
            }
            text.push_str("  \n");
        }
        for step in &server.steps {
            let _ = writeln!(text, "{}  ", plain(&step_text(step)));
        }
        if !server.why.is_empty() {
            let _ = writeln!(text, "{}  ", plain(&server.why));
        }
        if !server.next.is_empty() {
            let _ = writeln!(text, "{}  ", plain(&server.next));
        }
        text.push('\n');
    }
    if text.is_empty() {
        text.push_str("No model server runs.\n");
    }
    if let Some(who) = port_taken {
        let _ = writeln!(text, "The port of the settings belongs to {}.", plain(who));
    }
    text
}

/// A step on one line: `Weights 3/8, 12 s (last time 40 s)`.
pub fn step_text(step: &BootStep) -> String {
    let mut text = step.title.clone();
    if !step.detail.is_empty() && !step.done {
        let _ = write!(text, " {}", step.detail);
    }
    if let Some(seconds) = step.seconds.filter(|_| step.done) {
        let _ = write!(text, ", {seconds:.0} s");
    }
    if let Some(seconds) = step.last_seconds {
        let _ = write!(text, " (last time {seconds:.0} s)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_all_together() {
        let ready =
            ServerInfo { life: Life::Ready, name: "Llama_8B".into(), url: "http://h".into(), ..ServerInfo::default() };
        let lost = ServerInfo { life: Life::Lost, name: "Old".into(), why: "gone".into(), ..ServerInfo::default() };
        let both = state(vec![lost.clone(), ready.clone()], Some("nginx".into()));
        assert_eq!((both.life, &*both.text), (Life::Ready, "Llama_8B ready"));
        assert!(both.tooltip.contains("**Llama\\_8B** ready") && both.tooltip.contains("nginx"), "{}", both.tooltip);
        assert_eq!(both.revision, state(vec![ready, lost.clone()], Some("nginx".into())).revision);
        assert_eq!(state(vec![lost], None).summary, "Old at  has ended: gone");
        assert_eq!(state(Vec::new(), None).summary, "No model server runs");
    }
}
