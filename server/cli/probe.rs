//! `tt-jukebox probe`: what was read, raw or understood.

use clap::Args;

use super::devices;
use super::output::Output;
use super::stopping::block_on_stoppable;
use crate::error::Result;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Print what was read, before anybody thought about it
    #[arg(long)]
    raw: bool,
    /// Ask tt-smi too; it opens every device
    #[arg(long)]
    tt_smi: bool,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    if !options.raw {
        return devices::show(session, options.tt_smi, output);
    }
    let mut facts = if options.tt_smi { block_on_stoppable(session.facts_with_smi())? } else { session.facts()? };
    if facts.environment.is_none() && session.is_of_this_host() {
        facts.environment = Some(session.environment(&*session.catalog()?));
    }
    // Facts are data by themselves: JSON with and without --json.
    Output::new(true).print(&facts, |_| String::new())
}
