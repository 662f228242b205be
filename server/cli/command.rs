//! `tt-jukebox command MODEL`: the exact command that serves a model here. With `--all` the host command of every vLLM
//! entry of the newest release, one line each.

use clap::Args;

use super::candidates;
use super::output::{Output, printable};
use super::served::Served;
use super::{block_on, shell_of_user};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::ServeCommand;
use crate::recipe::{Choices, FileState, Shell, Target};
use crate::requests::{self, EntryCommand};
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name, repository or entry id
    #[arg(required_unless_present = "all", conflicts_with = "all", add = candidates::any_model())]
    model: Vec<String>,
    /// The host command of every vLLM entry of the newest release, one line each
    #[arg(long)]
    all: bool,
    /// Shell to quote for; without it the one in $SHELL
    #[arg(long, value_enum)]
    shell: Option<Shell>,
    /// Say where each value comes from
    #[arg(long)]
    explain: bool,
    /// Print commands that try the running server
    #[arg(long)]
    test: bool,
    #[command(flatten)]
    served: Served,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let shell = options.shell.or_else(shell_of_user);
    let install = options.served.install_files;
    let params = options.served.params(&options.model, shell);
    if options.all {
        return all(session, &params.choices.unwrap_or_default(), output);
    }
    if install {
        let installed = block_on(requests::install_files(session, params.clone()))?;
        for file in &installed.files {
            output.message(&printable(&told(file)));
        }
    }
    let command = block_on(requests::command(session, params))?;
    for note in &command.recipe.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    let (explain, test) = (options.explain, options.test);
    output.print(&command, |command| {
        let mut text = command.text.clone();
        if explain {
            text.push_str(&explained(command));
        }
        if explain || test {
            text.push_str(&tests(command));
        }
        text
    })
}

fn told(file: &FileState) -> String {
    file.advice().unwrap_or_else(|| format!("{} is in place", file.path))
}

fn explained(command: &ServeCommand) -> String {
    let mut text = "\n\n".to_owned();
    for known in &command.recipe.provenance {
        let equals = if known.value.is_empty() { "" } else { " = " };
        text.push_str(&printable(&format!("{}{equals}{}", known.name, known.value)));
        text.push_str(&format!("\n    from {}\n", printable(&known.source)));
        if !known.rule.is_empty() {
            text.push_str(&format!("    since {}\n", printable(&known.rule)));
        }
    }
    text
}

fn tests(command: &ServeCommand) -> String {
    let trial = |trial: &crate::recipe::Trial| format!("\n\n# {}\n{}", trial.title, trial.text);
    format!("\n\nTo try it, once it is ready:{}", command.tests.iter().map(trial).collect::<String>())
}

fn all(session: &Session, choices: &Choices, output: &Output) -> Result<()> {
    if choices.target == Some(Target::Container) {
        let next = "Leave --target out, or name one model.";
        let why = "container commands are for one model at a time";
        return Err(Failure::new(FailureKind::Usage, "--all prints host commands", why, next));
    }
    for entry in requests::every_command(session, choices)? {
        if !output.line(&entry, line)? {
            break;
        }
    }
    Ok(())
}

fn line(entry: &EntryCommand) -> String {
    let era = entry.recipe.era.as_deref().unwrap_or("-");
    let through = if entry.recipe.launcher.is_some() { "launcher" } else { "api_server" };
    let flag = entry.recipe.tt_config_flag.as_deref().unwrap_or("no TT configuration");
    let error = entry.error.as_ref().map(|failure| format!("  {}", failure.what)).unwrap_or_default();
    printable(&format!("{era}  {through:10}  {flag:22}  {}{error}", entry.model_id))
}
