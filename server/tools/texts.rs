//! Answers of the tools: Markdown for a model, as short as it can be, and the same as an object. Pure.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::device::Host;
use crate::error::Failure;
use crate::matching::Match;
use crate::protocol::{Life, MatchList, Report, ServeCommand, ServerInfo, ServerState, SetupOutcome, SetupPlan};
use crate::requests::status;
use crate::serving::trouble::printable;

/// An answer.
pub type Answer = (String, Value);
/// Reasons of a model that are told; the list is for choosing, and `show` tells them all.
const REASONS: usize = 3;

/// What is in this box. Serial numbers and command lines stay here.
pub fn device(host: &Host) -> Answer {
    let status = status::of_host(host, None);
    let models = if host.runnable.is_empty() { String::new() } else { format!("Runs: {}\n", host.runnable.join(", ")) };
    let text = format!("{}\n\n{}\n{models}", status.summary, status.tooltip.trim());
    let findings: Vec<Value> = host
        .findings
        .iter()
        .map(|finding| json!({ "severity": finding.severity, "title": finding.title, "next": finding.next }))
        .collect();
    let chip = |chip: &crate::device::host::Chip| {
        json!({ "board": chip.board_type, "bus_id": chip.bus_id, "temperature_c": chip.temperature_c,
            "power_w": chip.power_w, "firmware": chip.fw_bundle, "in_use": !chip.holders.is_empty() })
    };
    let chips: Vec<Value> = host.chips.iter().map(chip).collect();
    let object = json!({ "health": host.health, "product": host.product, "simulated": host.simulated,
        "driver": host.driver, "runs": host.runnable, "chips": chips, "findings": findings });
    (text, object)
}

/// Models that run here.
pub fn models(list: &MatchList, limit: usize) -> Answer {
    let label = list.simulated.as_ref().map_or(String::new(), |name| format!(" (a simulated {name})"));
    let shown = &list.matches[..list.matches.len().min(limit)];
    let mut text = format!(
        "{} of {} entries for {}{label}\n\n| Model | Device | Tasks | State | Why |\n|---|---|---|---|---|\n",
        shown.len(),
        list.matches.len(),
        list.product.as_deref().unwrap_or("this box"),
    );
    for found in shown {
        let _ = writeln!(text, "{}", model_row(found));
    }
    let model = |found: &Match| {
        json!({ "model_id": found.model_id, "model_name": found.model_name, "repository": found.hf_model_repo,
            "device_type": found.device_type, "engine": found.engine, "tasks": found.tasks, "fit": found.fit,
            "readiness": found.readiness, "max_context": found.max_context, "reasons": found.reasons })
    };
    let object = json!({ "product": list.product, "simulated": list.simulated, "entries": list.matches.len(),
        "models": shown.iter().map(model).collect::<Vec<_>>() });
    (text, object)
}

fn model_row(found: &Match) -> String {
    let state = serde_json::to_value(found.readiness).ok();
    let state = state.as_ref().and_then(Value::as_str).unwrap_or_default().replace('_', " ");
    let why: Vec<String> = found.reasons.iter().take(REASONS).map(|reason| status::escape(reason)).collect();
    format!(
        "| {} | {} | {} | {state} | {} |",
        status::escape(&found.model_name),
        status::escape(&found.device_type),
        found.tasks.join(", "),
        why.join("; "),
    )
}

/// What is wrong.
pub fn doctor(report: &Report) -> Answer {
    (report.text.clone(), json!({ "findings": report.findings }))
}

/// What runs.
pub fn servers(state: &ServerState) -> Answer {
    let mut text = state.tooltip.trim().to_owned();
    for server in state.servers.iter().filter(|server| server.life != Life::Idle) {
        if let Some(log) = &server.log {
            let _ = write!(text, "\n\nLog of {}: `{log}`", status::escape(&server.name));
        }
    }
    (text, json!({ "life": state.life, "servers": state.servers, "port_taken": state.port_taken }))
}

/// What would be started; nothing is.
pub fn command(command: &ServeCommand, in_the_way: Option<&Failure>) -> Answer {
    let mut text = format!(
        "Nothing was started. This command would serve {} on {}:\n\n```sh\n{}\n```\n",
        status::escape(&command.model_name),
        status::escape(&command.device_type),
        command.text,
    );
    for note in &command.recipe.notes {
        let _ = write!(text, "\n- {}", printable(note));
    }
    text.push('\n');
    match in_the_way {
        Some(failure) => text.push_str(&format!("\nIn the way: {}\n", told(failure))),
        None => text
            .push_str("\nCall it again with confirm: true once the person has agreed; its files are written then.\n"),
    }
    let object = json!({ "started": false, "model_id": command.model_id, "command": command.text,
        "notes": command.recipe.notes, "in_the_way": in_the_way });
    (text, object)
}

/// A server that has just been started.
pub fn started(info: &ServerInfo) -> Answer {
    let log = info.log.as_deref().unwrap_or_default();
    let text = format!(
        "{} starts at {} as process {}; its log is `{log}`. Loading takes minutes; tenstorrent_server_status tells when it \
         is ready, and tenstorrent_stop_server stops it.\n",
        status::escape(&info.name),
        info.url,
        info.pid.unwrap_or_default(),
    );
    (text, json!({ "started": true, "server": info }))
}

/// A server that would be stopped; nothing is.
pub fn would_stop(name: &str, port: u16) -> Answer {
    let text = format!(
        "Nothing was stopped. It would be {} on port {port}. Call it again with confirm: true once the person has agreed.\n",
        status::escape(name),
    );
    (text, json!({ "stopped": false, "model_name": name, "port": port }))
}

/// A server that was stopped.
pub fn stopped(state: &ServerState) -> Answer {
    let (text, _) = servers(state);
    (format!("The server is stopped.\n\n{text}"), json!({ "stopped": true, "life": state.life }))
}

/// What a setup would do; nothing is done.
pub fn plan(plan: &SetupPlan) -> Answer {
    let blocked = plan.obstacles.iter().any(|obstacle| obstacle.blocking);
    let next = if blocked {
        "Nothing was begun, and something stands in the way of it."
    } else {
        "Nothing was begun. Call it again with confirm: true once the person has agreed."
    };
    let left: Vec<&str> = plan.steps.iter().filter(|step| !step.done).map(|step| step.title.as_str()).collect();
    let object = json!({ "done": false, "model_id": plan.model_id, "steps_left": left, "obstacles": plan.obstacles,
        "by_hand": plan.terminal });
    (format!("{}\n\n{next}\n", plan.text.trim()), object)
}

/// A setup that has come to its end.
pub fn set_up(outcome: &SetupOutcome) -> Answer {
    (printable(&outcome.text), json!({ "done": true, "outcome": outcome }))
}

/// A failure as one line.
pub fn told(failure: &Failure) -> String {
    let mut text = printable(&failure.what);
    for (mark, part) in [(": ", &failure.why), (". ", &failure.next)] {
        if !part.is_empty() {
            let _ = write!(text, "{mark}{}", printable(part.trim_end_matches('.')));
        }
    }
    text + "."
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{interpret, simulate};
    use crate::error::FailureKind;

    #[test]
    fn a_device_is_told_without_serials() {
        let mut host = interpret(&simulate::facts("n150").unwrap());
        host.boards[0].board_id = Some("0123456789abcdef".into());
        host.chips[0].board_id = Some("0123456789abcdef".into());
        let (text, object) = device(&host);
        assert!(
            text.starts_with("Tenstorrent: simulated N150, 1 chip, healthy\n") && text.contains("Runs: N150"),
            "{text}"
        );
        assert!(!text.contains("0123456789abcdef") && !object.to_string().contains("0123456789abcdef"));
        assert_eq!(object["chips"][0]["board"], "n150");
    }

    #[test]
    fn what_comes_from_outside_is_no_markup() {
        let failure = Failure::new(FailureKind::Tool, "a\nb", "x|y", "Do it.");
        assert_eq!(told(&failure), "a\u{20}b: x|y. Do it.");
        assert!(would_stop("*M*", 8000).0.contains("\\*M\\* on port 8000"));
    }
}
