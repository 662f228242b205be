//! What is wrong with a host: checks over what was seen, and a report that can be shared. Pure.

use std::fmt::Write as _;
use std::path::Path;

use crate::device::{Finding, Host, Severity};
use crate::error::Failure;

/// What the doctor knows besides the host itself.
#[derive(Debug)]
pub struct Seen {
    /// Path of tt-smi, or where it was looked for.
    pub tt_smi: Result<String, String>,
    /// The catalog in words, or why there is none.
    pub catalog: Result<String, Failure>,
    /// Name, presence and folder of each checkout.
    pub checkouts: Vec<(&'static str, bool, String)>,
    /// Settings that were ignored.
    pub warnings: Vec<String>,
}

/// Findings of the host and of everything around it, the worst first.
pub fn examine(host: &Host, seen: &Seen) -> Vec<Finding> {
    let mut findings = host.findings.clone();
    if let Err(looked) = &seen.tt_smi {
        findings.push(
            Finding::new(
                "tt_smi.missing",
                Severity::Info,
                "tt-smi was not found",
                looked.clone(),
                "Not needed to see the devices. Install it (`pip install tt-smi`) to reset boards and to see remote \
                 chips, or set tt_smi to its path.",
            )
            .with_link("https://github.com/tenstorrent/tt-smi"),
        );
    }
    if let Err(failure) = &seen.catalog {
        findings.push(Finding::new("catalog.unusable", Severity::Error, &failure.what, &failure.why, &failure.next));
    }
    for (name, present, folder) in &seen.checkouts {
        if !present {
            findings.push(Finding::new(
                "checkout.missing",
                Severity::Info,
                format!("No checkout of {name}"),
                format!("{folder} is not a git checkout"),
                format!("Serving commands point there. Clone {name}, or set its folder in the settings."),
            ));
        }
    }
    for warning in &seen.warnings {
        let next = "`tt-jukebox config` shows every setting and where it comes from.";
        findings.push(Finding::new("settings.ignored", Severity::Warning, "A setting is ignored", warning, next));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The report as Markdown. Home folders and board serials are taken out, so that it can be shared.
pub fn report(host: &Host, findings: &[Finding], home: &Path) -> String {
    let mut text = String::from("# Tenstorrent: Doctor\n\n");
    let simulated = host.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated {name})"));
    let product = host.product.as_deref().unwrap_or("none");
    let _ = writeln!(text, "- Box: {product}{simulated}. {}.", host.product_reason);
    let _ =
        writeln!(text, "- Can run: {}", if host.runnable.is_empty() { "-".into() } else { host.runnable.join(", ") });
    let _ = writeln!(text, "- Driver: {}", host.driver.as_deref().unwrap_or("not loaded"));
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
        let _ = writeln!(text, "Next: {}\n", finding.next);
        if let Some(link) = &finding.link {
            let _ = writeln!(text, "See <{link}>\n");
        }
    }
    redact(&text, home)
}

/// Takes out what identifies a person or a machine: the home folder, and the 16 digits of board ids.
fn redact(text: &str, home: &Path) -> String {
    let home = home.to_string_lossy();
    let text = if home.len() > 1 { text.replace(home.as_ref(), "~") } else { text.to_owned() };
    let mut redacted = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_hexdigit() {
            word.push(c);
            continue;
        }
        redacted.push_str(if word.len() == 16 { "[board id]" } else { &word });
        word.clear();
        redacted.push(c);
    }
    redacted.pop();
    redacted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Facts, interpret};

    #[test]
    fn an_empty_machine_is_told_what_to_do() {
        let seen = Seen {
            tt_smi: Err("not on PATH".into()),
            catalog: Ok("bundled".into()),
            checkouts: vec![("vLLM", false, "/home/ada/tt-vllm".into())],
            warnings: vec![],
        };
        let host = interpret(&Facts::default());
        let findings = examine(&host, &seen);
        let ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids, ["device.none", "tt_smi.missing", "checkout.missing"]);
        let text = report(&host, &findings, Path::new("/home/ada"));
        assert!(text.contains("~/tt-vllm") && !text.contains("ada"), "{text}");
    }

    #[test]
    fn board_ids_are_taken_out_and_commits_stay() {
        let text = redact("board 010001451170c0c4 at 750ca54, sha 0123456789abcdef0", Path::new("/"));
        assert_eq!(text, "board [board id] at 750ca54, sha 0123456789abcdef0");
    }
}
