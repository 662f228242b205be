//! The list of models as a table: grouped by family, against what this host has.

use super::columns::{Column, Line, Tone, column, table};
use super::output::printable;
use super::terminal::Terminal;
use crate::device::host::Resources;
use crate::environment::weights::WeightState;
use crate::matching::{Fit, Match, Readiness};
use crate::protocol::MatchList;

const COLUMNS: [Column; 9] = [
    column("MODEL"),
    column("DEVICE").spare(2),
    column("STATUS").spare(3),
    column("CONTEXT").spare(4).figures(),
    column("DISK").spare(6).figures(),
    column("RAM").spare(7).figures(),
    column("WEIGHTS").spare(5),
    column("STATE"),
    column("ENGINE").spare(8),
];

/// The list with its title. `all` is true when the box was not asked about.
pub(super) fn text(list: &MatchList, all: bool, terminal: Terminal) -> String {
    let mut lines = Vec::new();
    // Families in the order of their best model; inside a family the order of the answer.
    let mut families: Vec<(&str, Vec<&Match>)> = Vec::new();
    for found in &list.matches {
        match families.iter_mut().find(|(family, _)| *family == found.family) {
            Some((_, models)) => models.push(found),
            None => families.push((&found.family, vec![found])),
        }
    }
    for (family, models) in families {
        let alone = models.iter().all(|found| found.model_name == models[0].model_name);
        if !alone {
            lines.push(Line::Heading(family.to_owned()));
        }
        let indent = if alone { "" } else { "  " };
        for found in &models {
            let twins = models.iter().filter(|other| {
                (&other.model_name, &other.device_type, &other.engine)
                    == (&found.model_name, &found.device_type, &found.engine)
            });
            lines.push(line(found, indent, twins.count() > 1, &list.resources));
        }
    }
    format!("{}\n\n{}", title(list, all), table(&COLUMNS, &lines, terminal))
}

fn title(list: &MatchList, all: bool) -> String {
    let simulated = list.simulated.as_deref().map_or(String::new(), |name| format!(" (simulated {name})"));
    let product = list.product.as_deref().unwrap_or("this box");
    let count = if list.matches.len() == 1 { "1 entry".into() } else { format!("{} entries", list.matches.len()) };
    let task = list.task.as_deref().map_or(String::new(), |task| format!(" that do {task}"));
    let what = if all {
        format!("{count}{task}, those for {product}{simulated} first")
    } else {
        format!("{count}{task} for {product}{simulated}")
    };
    printable(&format!("{what}, from the catalog: {}", list.source)) + &host(&list.resources)
}

/// What this host has, under the title, so that the figures of the table can be held against it.
fn host(resources: &Resources) -> String {
    let mut parts = Vec::new();
    if let (Some(total), Some(available)) = (resources.ram_total_gib, resources.ram_available_gib) {
        parts.push(format!("{total} GB of RAM, {available} free"));
    }
    if let Some(free) = resources.disk_free_gib {
        parts.push(format!("{free} GB of disk free for weights"));
    }
    if parts.is_empty() { String::new() } else { format!("\nthis host has {}", parts.join("; ")) }
}

/// `twin` is true where only the code that serves it tells an entry from another one.
fn line(found: &Match, indent: &str, twin: bool, resources: &Resources) -> Line {
    let (state, tone) = state(found);
    let name = if twin { format!("{} ({})", found.model_name, found.implementation) } else { found.model_name.clone() };
    let until = found.releases.last().filter(|_| !found.current).map_or(String::new(), |last| format!(" to {last}"));
    let whole = found.weights.state == WeightState::Complete;
    Line::Cells(vec![
        (format!("{indent}{name}"), Tone::Plain),
        (found.device_type.clone(), Tone::Plain),
        (found.status.to_lowercase() + &until, if found.validated { Tone::Plain } else { Tone::Doubtful }),
        (found.max_context.map_or("-".into(), |tokens| tokens.to_string()), Tone::Plain),
        against(found.min_disk_gb, resources.disk_free_gib.filter(|_| !whole)),
        against(found.min_ram_gb, resources.ram_total_gib),
        weights(found.weights.state),
        (state.to_owned(), tone),
        (if found.command { found.engine.clone() } else { format!("{} (container)", found.engine) }, Tone::Quiet),
    ])
}

/// A figure of the spec file; a mark behind it says that this host has less.
fn against(asked: Option<f64>, here: Option<f64>) -> (String, Tone) {
    match (asked, here) {
        (None, _) => ("?".into(), Tone::Quiet),
        (Some(asked), Some(here)) if here < asked => (format!("{asked} GB !"), Tone::Bad),
        (Some(asked), _) => (format!("{asked} GB"), Tone::Plain),
    }
}

fn weights(state: WeightState) -> (String, Tone) {
    match state {
        WeightState::Complete => ("here".into(), Tone::Good),
        WeightState::Partial => ("in part".into(), Tone::Doubtful),
        WeightState::Absent => ("-".into(), Tone::Quiet),
        WeightState::Unknown => ("?".into(), Tone::Quiet),
    }
}

fn state(found: &Match) -> (&'static str, Tone) {
    match (found.readiness, found.fit) {
        (Readiness::Ready, _) => ("ready", Tone::Good),
        (Readiness::NeedsDownload, Fit::Tight) => ("download, tight", Tone::Doubtful),
        (Readiness::NeedsDownload, _) => ("needs download", Tone::Plain),
        (Readiness::NeedsSetup, Fit::Tight) => ("setup, tight", Tone::Doubtful),
        (Readiness::NeedsSetup, _) => ("needs setup", Tone::Plain),
        (Readiness::Experimental, _) => ("unvalidated", Tone::Doubtful),
        (Readiness::DoesNotFit, _) => ("does not fit", Tone::Bad),
        (Readiness::Elsewhere, _) => ("other device", Tone::Quiet),
    }
}
