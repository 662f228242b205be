//! Are the boards back? Judged by what they show, never by an exit code.
//!
//! First only the names of the driver's nodes are looked at: a sensor that is read while a board is being reset can
//! stall the machine (tt-kmd before 2.9). When every node is there, the boards must have their names, plausible values
//! and a heartbeat that moves.

use std::fs;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ladder::{Rung, advice};
use crate::device::facts::NodeAccess;
use crate::device::host::Chip;
use crate::device::{Facts, Host, Root, interpret};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ExpectedChip, Verified, VerifyParams};
use crate::session::Session;

/// How fast to look.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks while something is missing.
    pub step: Duration,
    /// Between two reads of a heartbeat, which moves about twice a second.
    pub beat: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { step: Duration::from_millis(500), beat: Duration::from_secs(2) }
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    bus_id: String,
    /// Where the ladder begins for it.
    rung: Rung,
    text: String,
}

/// Hears what is still missing, in one line, whenever that changes.
pub type Tell<'a> = &'a mut (dyn FnMut(&str) + Send);

/// Looks until every expected chip is back and alive, or until the deadline of `params` (seconds) has passed.
///
/// # Errors
/// When nothing is expected, or the host cannot be looked at.
pub async fn verify(session: &Session, params: &VerifyParams, pace: &Pace, tell: Tell<'_>) -> Result<Verified> {
    let expected = &params.expected;
    if expected.is_empty() {
        let next = "Pass the chips that the plan of the reset expects.";
        return Err(Failure::new(FailureKind::Usage, "there is nothing to verify", "no chip is expected", next));
    }
    let root = Root::new(session.settings.path("root").unwrap_or_else(|| "/".into()));
    let start = Instant::now();
    let deadline = Duration::from_secs(params.deadline_s.into());
    let mut told = String::new();
    let (problems, beats) = loop {
        let (problems, beats) = look(session, &root, expected, pace).await?;
        if problems.is_empty() || start.elapsed() >= deadline {
            break (problems, beats);
        }
        let now = problems.iter().map(|problem| problem.text.as_str()).collect::<Vec<_>>().join("; ");
        if now != told {
            tell(&format!("after {} s: {now}", start.elapsed().as_secs()));
            told = now;
        }
        sleep(pace.step).await;
    };
    let host = interpret(&session.facts()?);
    Ok(Verified {
        schema: 1,
        ok: problems.is_empty(),
        text: sentence(expected.len(), problems.is_empty(), beats, start.elapsed()),
        next: next(&problems),
        problems: problems.into_iter().map(|problem| problem.text).collect(),
        seconds: (start.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        host,
    })
}

/// One look, which takes as long as a heartbeat when everything else is well. True says that heartbeats were compared.
async fn look(session: &Session, root: &Root, expected: &[ExpectedChip], pace: &Pace) -> Result<(Vec<Problem>, bool)> {
    let missing = without_node(expected, &bound(root), |bus_id| on_bus(root, bus_id));
    if !missing.is_empty() {
        return Ok((missing, false));
    }
    let facts = session.facts()?;
    let first = interpret(&facts);
    let problems = judge(expected, &facts, &first);
    if !problems.is_empty() || beating(expected, &first).is_empty() {
        return Ok((problems, false));
    }
    sleep(pace.beat).await;
    let facts = session.facts()?;
    let second = interpret(&facts);
    let mut problems = judge(expected, &facts, &second);
    problems.extend(standing_still(expected, &first, &second));
    Ok((problems, true))
}

/// PCI addresses of every node of the driver. Names and links only: nothing here asks a chip.
fn bound(root: &Root) -> Vec<String> {
    let entries = fs::read_dir(root.path("/sys/class/tenstorrent")).into_iter().flatten().flatten();
    let address = |entry: fs::DirEntry| {
        let device = fs::read_link(entry.path().join("device")).ok()?;
        Some(device.file_name()?.to_str()?.to_owned())
    };
    entries.filter_map(address).collect()
}

fn on_bus(root: &Root, bus_id: &str) -> bool {
    fs::symlink_metadata(root.path("/sys/bus/pci/devices").join(bus_id)).is_ok()
}

fn without_node(expected: &[ExpectedChip], bound: &[String], on_bus: impl Fn(&str) -> bool) -> Vec<Problem> {
    let missing = expected.iter().filter(|chip| !bound.contains(&chip.bus_id));
    missing
        .map(|chip| match on_bus(&chip.bus_id) {
            true => problem(&chip.bus_id, Rung::Reload, "is on the PCI bus, but the driver has no node for it"),
            false => problem(&chip.bus_id, Rung::Rescan, "is not on the PCI bus"),
        })
        .collect()
}

fn problem(bus_id: &str, rung: Rung, text: &str) -> Problem {
    Problem { bus_id: bus_id.to_owned(), rung, text: format!("{bus_id} {text}") }
}

fn find<'a>(host: &'a Host, expected: &ExpectedChip) -> Option<&'a Chip> {
    host.chips.iter().find(|chip| chip.bus_id.as_ref() == Some(&expected.bus_id))
}

/// What is not as it should be in one read of the host.
fn judge(expected: &[ExpectedChip], facts: &Facts, host: &Host) -> Vec<Problem> {
    expected.iter().filter_map(|wanted| judge_chip(wanted, facts, host)).collect()
}

fn judge_chip(wanted: &ExpectedChip, facts: &Facts, host: &Host) -> Option<Problem> {
    let bus_id = &wanted.bus_id;
    // A chip whose node is not visible here is no chip of this host, so it is looked for in what was read.
    let function = facts.pci.iter().find(|function| function.bus_id == *bus_id);
    if let Some(node) = function.filter(|it| it.access == Some(NodeAccess::Absent)).and_then(|it| it.node) {
        let text = format!(
            "is back, but /dev/tenstorrent/{node} is not its node here: in a container, restart the container; on a \
             host, look at the udev rule of tt-kmd"
        );
        return Some(problem(bus_id, Rung::Reload, &text));
    }
    let Some(chip) = find(host, wanted) else {
        return Some(problem(bus_id, Rung::Rescan, "is not on the PCI bus"));
    };
    if chip.node.is_none() {
        return Some(problem(bus_id, Rung::Reload, "is on the PCI bus, but the driver has no node for it"));
    }
    if wanted.board_type.is_some() && wanted.board_type != chip.board_type {
        let [before, now] = [&wanted.board_type, &chip.board_type].map(|name| name.as_deref().unwrap_or("nothing"));
        return Some(problem(bus_id, Rung::Again, &format!("was a {before} and says now that it is {now}")));
    }
    let doubt = host.findings.iter().filter(|finding| finding.title.contains(bus_id));
    if let Some((rung, finding)) =
        doubt.filter_map(|finding| Some((rung_of(&finding.id)?, finding))).max_by_key(|(rung, _)| *rung)
    {
        return Some(problem(bus_id, rung, &format!("does not read plausibly: {}", finding.evidence)));
    }
    // Without any value there would be nothing to judge, whatever the findings are called.
    if chip.temperature_c.is_none() && chip.power_w.is_none() && chip.aiclk_mhz.is_none() {
        return Some(problem(bus_id, Rung::Again, "shows neither temperature nor power nor clock"));
    }
    None
}

/// Where the ladder begins for a finding about one chip; none for one that a reset has nothing to do with. The probe's
/// own word on a heartbeat is not asked: it can be older than the reset.
fn rung_of(id: &str) -> Option<Rung> {
    match id.split_once('.')? {
        ("chip", "off_bus") => Some(Rung::Rescan),
        ("chip" | "telemetry", _) => Some(Rung::Again),
        _ => None,
    }
}

/// Expected chips that offer a heartbeat (tt-kmd 2.7 and newer), with it.
fn beating<'a>(expected: &'a [ExpectedChip], host: &Host) -> Vec<(&'a str, u64)> {
    expected.iter().filter_map(|wanted| Some((wanted.bus_id.as_str(), find(host, wanted)?.heartbeat?))).collect()
}

fn standing_still(expected: &[ExpectedChip], first: &Host, second: &Host) -> Vec<Problem> {
    let after = beating(expected, second);
    beating(expected, first)
        .into_iter()
        .filter_map(|before| match after.iter().find(|(bus_id, _)| *bus_id == before.0) {
            Some((_, beat)) if *beat != before.1 => None,
            Some((_, beat)) => {
                let text = format!("has a heartbeat that stands still at {beat}: its firmware does not run");
                Some(problem(before.0, Rung::Again, &text))
            }
            None => Some(problem(before.0, Rung::Again, "has stopped to show a heartbeat")),
        })
        .collect()
}

fn sentence(count: usize, ok: bool, beats: bool, took: Duration) -> String {
    let chips = if count == 1 { "The chip".to_owned() } else { format!("All {count} chips") };
    let (is, its) = if count == 1 { ("is", "its") } else { ("are", "their") };
    let took = took.as_secs_f64();
    match (ok, beats) {
        (true, true) => format!("{chips} {is} back and alive after {took:.1} s."),
        (true, false) => {
            format!("{chips} {is} back after {took:.1} s. The driver offers no heartbeat to prove {its} life.")
        }
        (false, _) => format!("After {took:.0} s not every chip is back and alive."),
    }
}

fn next(problems: &[Problem]) -> String {
    // A chip that is off the bus cannot be reset, so the farthest trouble decides where the ladder begins.
    let Some(first) = problems.iter().map(|problem| problem.rung).max() else { return String::new() };
    let on_bus: Vec<&str> =
        problems.iter().filter(|problem| problem.rung < Rung::Rescan).map(|problem| problem.bus_id.as_str()).collect();
    advice(first, &on_bus)
}
