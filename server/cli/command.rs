//! `tt-jukebox command MODEL`: the exact command that serves a model here.

use clap::Args;

use super::candidates;
use super::output::{Output, printable};
use super::{block_on, shell_of_user};
use crate::error::Result;
use crate::protocol::{CommandParams, ServeCommand};
use crate::recipe::Shell;
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required = true, add = candidates::host_model())]
    model: Vec<String>,
    /// Device name of the spec file, for example T3K; without it the best one that this box has
    #[arg(long, value_name = "DEVICE", add = candidates::device())]
    device: Option<String>,
    /// Shell to quote for; without it the one in $SHELL
    #[arg(long, value_enum)]
    shell: Option<Shell>,
    /// Say where each value comes from
    #[arg(long)]
    explain: bool,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let params = CommandParams {
        model: options.model.join(" "),
        device: options.device,
        shell: options.shell.or_else(shell_of_user),
    };
    let command = block_on(requests::command(session, params))?;
    for note in &command.recipe.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    output.print(&command, |command| if options.explain { explained(command) } else { command.text.clone() })
}

fn explained(command: &ServeCommand) -> String {
    let mut text = format!("{}\n\n", command.text);
    for known in &command.recipe.provenance {
        text.push_str(&printable(&format!("{} = {}", known.name, known.value)));
        text.push_str(&format!("\n    from {}\n", printable(&known.source)));
    }
    text
}
