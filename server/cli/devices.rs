//! `tt-jukebox devices`: the boards and chips of this box.

use std::time::Duration;

use clap::Args;

use super::columns::{Column, Line, cells, column, table};
use super::output::{Output, printable};
use super::stopping::block_on_stoppable;
use super::terminal::Terminal;
use crate::device::host::{Chip, Holder};
use crate::device::{Host, Severity};
use crate::error::Result;
use crate::protocol::ProbeParams;
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ask tt-smi too; it opens every device
    #[arg(long)]
    tt_smi: bool,
    /// Look again every two seconds, until Ctrl-C; with --json one object a line
    #[arg(long, conflicts_with = "tt_smi")]
    watch: bool,
}

/// Often enough to see a clock move; reading costs milliseconds.
const WATCH: Duration = Duration::from_secs(2);

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    if !options.watch {
        return show(session, options.tt_smi, output);
    }
    // A box without a device is watched too: the point may be to see one appear.
    while output.stream(&session.host()?, text)? {
        std::thread::sleep(WATCH);
    }
    Ok(())
}

/// Prints the host. A box without a device is an answer as JSON, and a failure by its exit code.
pub(super) fn show(session: &Session, refresh: bool, output: &Output) -> Result<()> {
    let host = block_on_stoppable(requests::probe(session, ProbeParams { refresh }))?;
    if !host.chips.is_empty() {
        return output.print(&host, text);
    }
    if output.is_json() {
        output.print(&host, text)?;
    }
    Err(requests::nothing_to_run_on(&host))
}

const COLUMNS: [Column; 8] = [
    column("CHIP"),
    column("BOARD"),
    column("BOARD ID").spare(2),
    column("°C").figures(),
    column("W").figures(),
    column("MHZ").figures(),
    column("FIRMWARE").spare(1),
    column("HELD BY"),
];

fn text(host: &Host) -> String {
    let simulated = host.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated {name})"));
    let mut text = format!(
        "{}{simulated}: {}\ndriver {}, can run {}\n\n",
        host.product.as_deref().unwrap_or("No product name"),
        host.product_reason,
        printable(host.driver.as_deref().unwrap_or("not loaded")),
        if host.runnable.is_empty() { "nothing".to_owned() } else { host.runnable.join(", ") },
    );
    let rows: Vec<Line> = host.chips.iter().map(|chip| cells(row(chip))).collect();
    text.push_str(&table(&COLUMNS, &rows, Terminal { colour: false, ..Terminal::of_stdout() }));
    text.push('\n');
    for finding in &host.findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        let [title, seen, next] = [&finding.title, &finding.evidence, &finding.next].map(|text| printable(text));
        text.push_str(&format!("\n{word}: {title}\n  seen: {seen}\n  next: {next}\n"));
    }
    text
}

fn row(chip: &Chip) -> Vec<String> {
    let number = |value: Option<f64>, digits: usize| value.map_or("-".to_owned(), |value| format!("{value:.digits$}"));
    let text = |value: &Option<String>, none: &str| value.clone().unwrap_or_else(|| none.to_owned());
    vec![
        text(&chip.bus_id, "remote"),
        text(&chip.board_type, "unknown"),
        text(&chip.board_id, "-"),
        number(chip.temperature_c, 1),
        number(chip.power_w, 1),
        number(chip.aiclk_mhz, 0),
        text(&chip.fw_bundle, "-"),
        held_by(chip),
    ]
}

fn held_by(chip: &Chip) -> String {
    let names: Vec<String> = chip.holders.iter().map(Holder::short_name).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}
