//! `tt-jukebox catalog`: what the catalog of this run holds, and looking for newer files.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};

use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::error::Result;
use crate::protocol::CatalogParams;
use crate::requests::{self, CatalogInfo};
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Entries, models, engines, devices, releases, age, and what could not be read
    Info,
    /// Look for newer spec files now
    Refresh {
        /// Only when nobody has looked within the hour
        #[arg(long)]
        if_due: bool,
    },
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let params = match options.verb {
        Verb::Info => CatalogParams::default(),
        Verb::Refresh { if_due } => CatalogParams { refresh: true, if_due },
    };
    let info = block_on_stoppable(requests::catalog(session, params))?;
    match &info.updated {
        Some(release) => output.message(&format!("release {} has been fetched", printable(release))),
        None if info.looked => output.message("there is nothing newer"),
        None => {}
    }
    output.print(&info, text)
}

fn text(info: &CatalogInfo) -> String {
    let mut text = format!(
        "{}: {} entries of {} models, {} of them in release {}\nreleases: {}\n",
        printable(&info.source),
        info.entries,
        info.models,
        info.current_entries,
        printable(&info.newest),
        printable(&info.releases.join(", ")),
    );
    if let Some(trouble) = &info.trouble {
        text.push_str(&format!("last try: {}\n", printable(trouble)));
    }
    let count = |title, counts: &BTreeMap<String, usize>| {
        let rows: Vec<Vec<String>> = counts.iter().map(|(name, n)| vec![name.clone(), n.to_string()]).collect();
        format!("\n{}\n", table(&[title, "ENTRIES"], &rows))
    };
    text.push_str(&count("ENGINE", &info.engines));
    text.push_str(&count("DEVICE", &info.devices));
    text.push_str(&count("STATUS", &info.statuses));
    for skipped in &info.skipped {
        let line = format!("skipped in {}: {}: {}", skipped.release, skipped.place, skipped.reason);
        text.push_str(&format!("\n{}", printable(&line)));
    }
    text
}
