//! `tt-jukebox command MODEL`: the exact command that serves a model here. With `--all` the host command of every vLLM
//! entry of the newest release, one line each.

use clap::Args;

use super::candidates;
use super::output::{Output, printable};
use super::{block_on, shell_of_user};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{CommandParams, ServeCommand};
use crate::recipe::{Choices, FileState, Preset, Shell, Target};
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
    /// Device name of the spec file, for example T3K; without it the best one that this box has
    #[arg(long, value_name = "DEVICE", add = candidates::device())]
    device: Option<String>,
    /// Also take an entry of another device that may run here, with reduced parameters; nobody has validated it
    #[arg(long, visible_alias = "show-experimental")]
    experimental: bool,
    /// Shell to quote for; without it the one in $SHELL
    #[arg(long, value_enum)]
    shell: Option<Shell>,
    /// From checkouts on this host, or from the published image; without it host for vLLM, container for all others
    #[arg(long, value_enum)]
    target: Option<Target>,
    /// What the server shall be good at, within the limits of the entry
    #[arg(long, value_enum)]
    preset: Option<Preset>,
    /// Port in place of the setting
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on in place of the setting; other than 127.0.0.1 it needs a key file
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Context length, up to that of the entry
    #[arg(long, value_name = "TOKENS")]
    context: Option<u64>,
    /// Sequences at once, up to those of the entry
    #[arg(long, value_name = "NUMBER")]
    sequences: Option<u64>,
    /// Chips to use, for example 0,1
    #[arg(long, value_name = "NUMBERS")]
    chips: Option<String>,
    /// Folder with the weights in place of the repository
    #[arg(long, value_name = "DIR")]
    weights: Option<String>,
    /// Say where each value comes from
    #[arg(long)]
    explain: bool,
    /// Print commands that try the running server
    #[arg(long)]
    test: bool,
    /// Write the files that the command refers to: launcher, mounted entry, key file. Edited ones are left alone
    #[arg(long, visible_alias = "install-launcher")]
    install_files: bool,
    /// Further arguments for vLLM; takes everything that follows
    #[arg(long, num_args = 1.., allow_hyphen_values = true, value_name = "ARGUMENT")]
    extra: Option<Vec<String>>,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let choices = Choices {
        target: options.target,
        preset: options.preset,
        port: options.port,
        host: options.host,
        context: options.context,
        sequences: options.sequences,
        chips: options.chips,
        weights: options.weights,
        extra: options.extra,
    };
    if options.all {
        return all(session, &choices, output);
    }
    let params = CommandParams {
        model: options.model.join(" "),
        device: options.device,
        experimental: options.experimental,
        shell: options.shell.or_else(shell_of_user),
        choices: Some(choices),
        ..CommandParams::default()
    };
    if options.install_files {
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
