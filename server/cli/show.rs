//! `tt-jukebox show MODEL`: every entry of a model on this box, with the reasons.

use clap::Args;

use super::block_on;
use super::output::{Output, printable};
use crate::error::Result;
use crate::protocol::{MatchList, MatchParams};
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required = true)]
    model: Vec<String>,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let query = Some(options.model.join(" "));
    let list = block_on(requests::matching(session, MatchParams { query, ..MatchParams::default() }))?;
    output.print(&list, text)
}

fn gb(value: Option<f64>) -> String {
    value.map_or("not published".to_owned(), |value| format!("{value} GB"))
}

fn text(list: &MatchList) -> String {
    let mut text = String::new();
    if let Some(name) = &list.simulated {
        text.push_str(&format!("For a simulated {name}.\n\n"));
    }
    for found in &list.matches {
        text.push_str(&printable(&format!("{} on {}", found.model_name, found.device_type)));
        text.push_str(&format!(
            "\n  repository  {}\n  engine      {}\n  status      {}\n  context     {}\n  disk, RAM   {}, {}\n  command     {}\n  \
             releases    {} to {}\n  entry       {}\n",
            printable(&found.hf_model_repo),
            printable(&found.engine),
            printable(&found.status),
            found.max_context.map_or("-".into(), |tokens| format!("{tokens} tokens")),
            gb(found.min_disk_gb),
            gb(found.min_ram_gb),
            if found.command { "`tt-jukebox command` prints it" } else { "none: it runs only as a container" },
            found.releases.first().map_or("-", String::as_str),
            found.releases.last().map_or("-", String::as_str),
            printable(&found.model_id),
        ));
        for reason in &found.reasons {
            text.push_str(&format!("  - {}\n", printable(reason)));
        }
        text.push('\n');
    }
    text
}
