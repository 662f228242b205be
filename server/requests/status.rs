//! `tenstorrent/status`: the one snapshot that drives the status bar, the context keys and the walkthrough. Pure; the
//! steps that are proved are added by whoever sends it.

use std::fmt::Write as _;

use crate::device::host::Chip;
use crate::device::{Health, Host, Severity};
use crate::error::Failure;
use crate::protocol::Status;

/// What shows of a host.
pub fn of_host(host: &Host, interval_s: Option<u32>) -> Status {
    let name = match (&host.product, host.boards.len()) {
        (Some(product), _) => product.clone(),
        (None, 0) => "No device".to_owned(),
        (None, _) => boards_in_words(host),
    };
    let state = match host.health {
        Health::Checking => "checking",
        Health::Healthy => "healthy",
        Health::Busy => "in use",
        Health::Stale => "not seen lately",
        Health::Warning => "with a warning",
        Health::NoDevice => "no Tenstorrent device found",
        Health::NoDriver => "the kernel driver is not loaded",
        Health::Error => "a device does not answer",
    };
    let simulated = if host.simulated.is_some() { "simulated " } else { "" };
    let summary = match host.health {
        Health::NoDevice => state.to_owned(),
        _ => {
            let chips = if host.chips.len() == 1 { "1 chip".to_owned() } else { format!("{} chips", host.chips.len()) };
            format!("{simulated}{name}, {chips}, {state}")
        }
    };
    let text = if host.health == Health::NoDriver { format!("{name}: no driver") } else { name };
    Status {
        schema: 1,
        health: host.health,
        text,
        summary: format!("Tenstorrent: {summary}"),
        tooltip: tooltip(host),
        product: host.product.clone(),
        simulated: host.simulated.clone(),
        done: Vec::new(),
        interval_s,
    }
}

/// What shows when the host could not even be looked at.
pub fn of_failure(failure: &Failure, interval_s: Option<u32>) -> Status {
    Status {
        schema: 1,
        health: Health::Error,
        text: "Error".into(),
        summary: format!("Tenstorrent: {}", failure.what),
        tooltip: escape(&format!("{}\n\n{}\n\n{}", failure.what, failure.why, failure.next)),
        product: None,
        simulated: None,
        done: Vec::new(),
        interval_s,
    }
}

/// The boards of a host, for example `2 x p300c`.
pub fn boards_in_words(host: &Host) -> String {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for board in &host.boards {
        let name = board.board_type.as_deref().unwrap_or("unknown board");
        match kinds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => kinds.push((name, 1)),
        }
    }
    kinds.iter().map(|(name, count)| format!("{count} x {name}")).collect::<Vec<_>>().join(", ")
}

fn tooltip(host: &Host) -> String {
    let mut text = String::new();
    let title = host.product.as_deref().unwrap_or("Tenstorrent");
    let label = if host.simulated.is_some() { " (simulated)" } else { "" };
    let driver = host.driver.as_deref().unwrap_or("not loaded");
    let _ = writeln!(text, "**{}**{label} - driver {}\n", escape(title), escape(driver));
    if !host.chips.is_empty() {
        text.push_str("| Chip | Board | °C | W | MHz | Firmware | Held by |\n|---|---|--:|--:|--:|---|---|\n");
        for chip in &host.chips {
            let _ = writeln!(text, "{}", row(chip));
        }
        text.push('\n');
    }
    for finding in host.findings.iter().filter(|finding| finding.severity > Severity::Info) {
        let _ = writeln!(text, "- {}: {}", escape(&finding.title), escape(&finding.next));
    }
    text
}

fn row(chip: &Chip) -> String {
    let number =
        |value: Option<f64>, digits: usize| value.map_or("–".to_owned(), |value| format!("{value:.digits$}"));
    format!(
        "| {} | {} | {} | {} | {} | {} | {} |",
        escape(chip.bus_id.as_deref().unwrap_or("remote")),
        escape(chip.board_type.as_deref().unwrap_or("unknown")),
        number(chip.temperature_c, 1),
        number(chip.power_w, 1),
        number(chip.aiclk_mhz, 0),
        escape(chip.fw_bundle.as_deref().unwrap_or("–")),
        held_by(chip),
    )
}

/// Program and pid of each holder; a command line is too long for a cell.
fn held_by(chip: &Chip) -> String {
    let names: Vec<String> = chip.holders.iter().map(|holder| escape(&holder.short_name())).collect();
    if names.is_empty() { "–".to_owned() } else { names.join(", ") }
}

/// Text from the host as Markdown that means nothing: a board name must not become a link.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_{}[]<>#|!~$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() && c != '\n' { ' ' } else { c });
    }
    escaped
}

/// The same for a sentence of ours with commands between backticks, which stay code. Where a backtick has no partner, none
/// of them means anything.
pub fn escape_around_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escape(text);
    }
    let plain = |code: &str| code.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let part = |(at, part): (usize, &&str)| match at % 2 {
        1 if part.trim().is_empty() => escape(&format!("`{part}`")),
        1 => format!("`{}`", plain(part)),
        _ => escape(part),
    };
    parts.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Facts, interpret, simulate};

    #[test]
    fn a_simulated_box_says_so() {
        let status = of_host(&interpret(&simulate::facts("n300").unwrap()), Some(60));
        expect_test::expect![[r#"
            **N300** (simulated) - driver 2.9.0

            | Chip | Board | °C | W | MHz | Firmware | Held by |
            |---|---|--:|--:|--:|---|---|
            | 0000:01:00.0 | n300 | 38.6 | 14.0 | 500 | 19.5.0.0 | – |
            | remote | n300 | – | – | – | – | – |

        "#]]
        .assert_eq(&status.tooltip);
        assert_eq!(status.summary, "Tenstorrent: simulated N300, 2 chips, healthy");
    }

    #[test]
    fn nothing_found_is_said() {
        let status = of_host(&interpret(&Facts::default()), None);
        assert_eq!(status.text, "No device");
        assert_eq!(status.summary, "Tenstorrent: no Tenstorrent device found");
    }

    #[test]
    fn text_of_the_host_is_never_markup() {
        assert_eq!(escape("[x](command:evil)|\u{7}"), "\\[x\\](command:evil)\\| ");
    }

    #[test]
    fn commands_in_a_sentence_stay_code_and_the_rest_means_nothing() {
        assert_eq!(escape_around_code("`docker x_y` *ends*"), "`docker x_y` \\*ends\\*");
        assert_eq!(escape_around_code("a ` b"), "a \\` b");
        assert_eq!(escape_around_code("`` [x](y)"), "\\`\\` \\[x\\](y)");
    }
}
