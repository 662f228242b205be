//! `tt-jukebox list [QUERY]`: models that run on this box.

use std::io::{self, IsTerminal};

use clap::Args;

use super::block_on;
use super::output::Output;
use super::{candidates, model_table};
use crate::error::Result;
use crate::protocol::MatchParams;
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Words that the name or the repository must hold
    #[arg(add = candidates::models_and_tasks())]
    query: Vec<String>,
    /// What the model must be for: chat, code, vision, image, tts …
    #[arg(long, value_name = "TASK", add = candidates::task())]
    task: Option<String>,
    /// Also models of other devices that may run here; nobody has validated them
    #[arg(long, visible_alias = "show-experimental")]
    experimental: bool,
    /// At most so many models
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Models of every device, whatever this box is
    #[arg(long)]
    all: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let query = (!options.query.is_empty()).then(|| options.query.join(" "));
    let list = block_on(requests::matching(
        session,
        MatchParams {
            query,
            task: options.task,
            experimental: options.experimental,
            limit: options.limit,
            all: options.all,
        },
    ))?;
    let skipped = session.catalog()?.skipped.len();
    if skipped > 0 {
        output.message(&format!("warning: {skipped} entries could not be read; `tt-jukebox catalog info` says why"));
    }
    output.print_coloured(&list, |list, terminal| model_table::text(list, options.all, terminal))?;
    if !output.is_json() && terminal_is_watched() {
        output.message("\n`tt-jukebox show MODEL` says why; `tt-jukebox command MODEL` prints the command.");
    }
    Ok(())
}

/// Hints are for people; a script has read them once.
fn terminal_is_watched() -> bool {
    io::stdout().is_terminal() && io::stderr().is_terminal()
}
