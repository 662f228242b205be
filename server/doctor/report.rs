//! The report as Markdown, without anything that identifies a person or a machine.

use std::fmt::Write as _;
use std::path::Path;

use crate::device::{Finding, Host, Severity};
use crate::secrets;

/// Writes the report. `private` are words that must not stand in it: user name, host name.
pub fn report(host: &Host, findings: &[Finding], home: &Path, private: &[String]) -> String {
    let mut text = String::from("# Tenstorrent: Doctor\n\n");
    let simulated = host.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated {name})"));
    let product = host.product.as_deref().unwrap_or("none");
    let _ = writeln!(text, "- Box: {product}{simulated}. {}.", host.product_reason);
    let _ =
        writeln!(text, "- Can run: {}", if host.runnable.is_empty() { "-".into() } else { host.runnable.join(", ") });
    let _ = writeln!(text, "- Driver: {}", host.driver.as_deref().unwrap_or("not loaded"));
    let mut firmware: Vec<&str> = host.chips.iter().filter_map(|chip| chip.fw_bundle.as_deref()).collect();
    firmware.sort_unstable();
    firmware.dedup();
    let _ = writeln!(text, "- Firmware: {}", if firmware.is_empty() { "-".into() } else { firmware.join(", ") });
    let _ = writeln!(text, "- tt-jukebox {}\n", env!("CARGO_PKG_VERSION"));
    if findings.is_empty() {
        text.push_str("Nothing is wrong.\n");
    }
    for finding in findings {
        let word = match finding.severity {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
            Severity::Info => "Note",
        };
        let _ = writeln!(text, "## {word}: {}\n", finding.title);
        let _ = writeln!(text, "Seen: {}\n", finding.evidence);
        if !finding.next.is_empty() {
            let _ = writeln!(text, "Next: {}\n", finding.next);
        }
        if let Some(link) = &finding.link {
            let _ = writeln!(text, "See <{link}>\n");
        }
        let _ = writeln!(text, "In the guide: `{}`\n", finding.id);
    }
    redact(&text, home, private)
}

/// The same findings without what identifies a person or a machine.
pub fn shareable(findings: Vec<Finding>, home: &Path, private: &[String]) -> Vec<Finding> {
    let clean = |text: String| redact(&text, home, private);
    let redacted = |finding: Finding| Finding {
        title: clean(finding.title),
        evidence: clean(finding.evidence),
        next: clean(finding.next),
        ..finding
    };
    findings.into_iter().map(redacted).collect()
}

/// Takes out the home folder, the private words, secrets, and the 16 digits of board ids.
pub fn redact(text: &str, home: &Path, private: &[String]) -> String {
    let home = home.to_string_lossy();
    let text = secrets::in_text(text);
    let mut text = if home.len() > 1 { text.replace(home.as_ref(), "~") } else { text };
    for word in private.iter().filter(|word| word.len() > 2) {
        text = replace_words(&text, word);
    }
    let mut redacted = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        redacted.push_str(without_board_id(&word));
        word.clear();
        redacted.push(c);
    }
    redacted.pop();
    redacted
}

fn without_board_id(word: &str) -> &str {
    if word.len() == 16 && word.chars().all(|c| c.is_ascii_hexdigit()) { "[board id]" } else { word }
}

/// Replaces `word` where it stands alone: a user called `tt` must not turn `tt-smi` into something else.
fn replace_words(text: &str, word: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let alone = !before.chars().next_back().is_some_and(is_part) && !after.chars().next().is_some_and(is_part);
        replaced.push_str(before);
        replaced.push_str(if alone { "[private]" } else { word });
        rest = after;
    }
    replaced + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_somebody_is_taken_out_and_the_rest_stays() {
        let text = "/home/ada/tt-metal of ada on box7, board 010001451170c0c4 at 750ca54, sha 0123456789abcdef0, \
                    hf_abcdefghijklmnop, adapter";
        let private = ["ada".to_owned(), "box7".to_owned()];
        assert_eq!(
            redact(text, Path::new("/home/ada"), &private),
            "~/tt-metal of [private] on [private], board [board id] at 750ca54, sha 0123456789abcdef0, [hidden], adapter"
        );
    }
}
