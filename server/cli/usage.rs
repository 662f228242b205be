//! From the arguments of the process to a command: today's words, those of the older program, or a complaint.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};

use super::old_lines::{Renamed, Translation, translate};
use super::output::{Output, printable};
use super::{Cli, complain};
use crate::error::{Failure, FailureKind, Result};
use crate::matching::task;
use crate::protocol::CommandParams;
use crate::recipe::{Shell, words};
use crate::requests;
use crate::session::Session;

/// Understands the arguments of the process, the first of which is the name of the program.
///
/// # Errors
/// With the exit code, when everything has been said already.
pub(super) fn parse(args: &[OsString]) -> Result<(Cli, Option<Renamed>), ExitCode> {
    let error = match Cli::try_parse_from(args) {
        Ok(cli) => return Ok((cli, None)),
        Err(error) => error,
    };
    let Some((program, rest)) = args.split_first() else { return Err(told(&error, args)) };
    // What is not UTF-8 is no word of the older program; in a path it does no harm.
    let rest: Vec<String> = rest.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let command = Cli::command();
    let is_verb = |word: &str| word == "help" || command.find_subcommand(word).is_some();
    match translate(&rest, is_verb, |word| task::find(word).is_some()) {
        Translation::Current => Err(told(&error, args)),
        Translation::Refused(failure) => {
            Output::new(wants_json(args)).failure(&failure);
            Err(ExitCode::from(failure.kind.exit_code()))
        }
        Translation::Renamed(renamed) => {
            let again = std::iter::once(program.clone()).chain(renamed.args.iter().map(OsString::from));
            let cli = Cli::try_parse_from(again).map_err(|error| told(&error, args))?;
            complain(&printable(&renamed.note));
            Ok((cli, Some(renamed)))
        }
    }
}

/// Prints clap's text, which it knows to be an answer (`--help`) or a complaint.
fn told(error: &clap::Error, args: &[OsString]) -> ExitCode {
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    if wants_json(args) {
        // The text is on stderr already; a failure to print the object could not be told to anybody either.
        let object = serde_json::json!({ "schema": 1, "error": failure_of(error) });
        let _ = Output::new(true).print(&object, |_| String::new());
    }
    ExitCode::from(FailureKind::Usage.exit_code())
}

fn wants_json(args: &[OsString]) -> bool {
    args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "--json")
}

/// Clap's complaint in our four parts: it writes the error, then tips, then the usage, in paragraphs.
fn failure_of(error: &clap::Error) -> Failure {
    const HELP: &str = "`tt-jukebox --help` lists the commands, `tt-jukebox COMMAND --help` the options of one.";
    let kinds = [ErrorKind::MissingSubcommand, ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand];
    if kinds.contains(&error.kind()) {
        return Failure::new(FailureKind::Usage, "no command is named", "", HELP);
    }
    let text = error.render().to_string();
    let mut paragraphs = text.split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let what = paragraphs.next().unwrap_or_default();
    let what = printable(what.strip_prefix("error: ").unwrap_or(&what));
    let why = paragraphs.find_map(|part| part.strip_prefix("tip: ").map(printable)).unwrap_or_default();
    Failure::new(FailureKind::Usage, what, why, HELP)
}

/// What the older program did after its list: it went on to the serving command of the model that was chosen.
pub(super) fn next_step(session: &Session, renamed: &Renamed) -> Option<String> {
    let model = renamed.model.clone()?;
    let params = CommandParams { model, ..CommandParams::default() };
    let (name, what) = match super::block_on(requests::command(session, params)) {
        Ok(command) => (command.model_name, "prints its serving command"),
        Err(_) => ("NAME".to_owned(), "prints the serving command of the one that you name"),
    };
    let line = [vec!["tt-jukebox".to_owned(), "command".to_owned(), name], renamed.place.clone()].concat();
    Some(printable(&format!("next: `{}` {what}", words(&line, Shell::Sh).ok()?)))
}
