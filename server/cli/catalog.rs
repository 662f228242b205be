//! `tt-jukebox catalog info`: what the catalog of this run holds.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::output::{Output, printable, table};
use crate::catalog::{Catalog, Skipped};
use crate::error::Result;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Entries, models, engines, devices, releases, and what could not be read
    Info,
}

#[derive(Serialize)]
struct Info<'a> {
    schema: u32,
    source: &'a str,
    releases: &'a [String],
    newest: &'a str,
    /// Entries of all releases together, and those that the newest one has.
    entries: usize,
    current_entries: usize,
    models: usize,
    engines: BTreeMap<&'a str, usize>,
    devices: BTreeMap<&'a str, usize>,
    statuses: BTreeMap<&'a str, usize>,
    skipped: &'a [Skipped],
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let Verb::Info = options.verb;
    let catalog = session.catalog()?;
    output.print(&info(&catalog), text)
}

fn info(catalog: &Catalog) -> Info<'_> {
    let count = |key: fn(&crate::catalog::Entry) -> &str| {
        let mut counts = BTreeMap::new();
        for entry in &catalog.entries {
            *counts.entry(key(entry)).or_insert(0) += 1;
        }
        counts
    };
    Info {
        schema: 1,
        source: &catalog.source,
        releases: &catalog.releases,
        newest: catalog.newest(),
        entries: catalog.entries.len(),
        current_entries: catalog.entries.iter().filter(|entry| catalog.is_current(entry)).count(),
        models: count(|entry| &entry.spec.model.hf_model_repo).len(),
        engines: count(|entry| &entry.spec.engine),
        devices: count(|entry| &entry.spec.device_type),
        statuses: count(|entry| &entry.spec.release.status),
        skipped: &catalog.skipped,
    }
}

fn text(info: &Info<'_>) -> String {
    let mut text = format!(
        "{}: {} entries of {} models, {} of them in release {}\nreleases: {}\n",
        printable(info.source),
        info.entries,
        info.models,
        info.current_entries,
        printable(info.newest),
        printable(&info.releases.join(", ")),
    );
    for (title, counts) in [("ENGINE", &info.engines), ("DEVICE", &info.devices), ("STATUS", &info.statuses)] {
        let rows: Vec<Vec<String>> = counts.iter().map(|(name, n)| vec![(*name).to_owned(), n.to_string()]).collect();
        text.push_str(&format!("\n{}\n", table(&[title, "ENTRIES"], &rows)));
    }
    for skipped in info.skipped {
        let line = format!("skipped in {}: {}: {}", skipped.release, skipped.place, skipped.reason);
        text.push_str(&format!("\n{}", printable(&line)));
    }
    text
}
