//! The command line: one file for each command, each calling the function that answers the request of the same name.
//! Data go to stdout, messages to stderr.

mod ask;
mod audit;
mod bench;
mod candidates;
mod catalog;
mod columns;
mod command;
mod completions;
mod config;
mod devices;
mod doctor;
mod download;
mod download_events;
mod download_shown;
mod env;
mod hidden_line;
mod lesson;
mod line;
mod list;
mod login;
mod model_table;
mod old_lines;
mod output;
mod probe;
mod ps;
mod refresh;
mod reset;
mod serve;
mod served;
mod setup;
mod show;
mod stopping;
mod templates;
mod terminal;
mod usage;

use std::ffi::OsString;
use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::error::{Failure, FailureKind, Result};
use crate::recipe::Shell;
use crate::session::Session;
use crate::settings::{Sources, resolve};
use line::{Cli, Verb};
pub use line::{parser, understands};
use old_lines::Renamed;
use output::Output;

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if let Some(code) = completions::answer(&args) {
        return code;
    }
    let (cli, renamed) = match usage::parse(&args) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut output = Output::new(cli.global.json);
    match run(cli, renamed.as_ref(), &mut output) {
        Ok(code) => code,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

fn run(cli: Cli, renamed: Option<&Renamed>, output: &mut Output) -> Result<ExitCode> {
    const OPTIONS: &str = "command line option";
    let options = cli.global.options();
    if matches!(cli.verb, Verb::Lsp) {
        return crate::lsp::serve(options, OPTIONS).map(|()| ExitCode::SUCCESS);
    }
    if matches!(cli.verb, Verb::Mcp) {
        return crate::mcp::serve(options, OPTIONS).map(|()| ExitCode::SUCCESS);
    }
    if let Verb::Completions(options) = &cli.verb {
        return completions::run(options, output).map(|()| ExitCode::SUCCESS);
    }
    let settings = resolve(&Sources::of_process(options, OPTIONS))?;
    for warning in &settings.warnings {
        output.message(&format!("warning: {warning}"));
    }
    let session = Session::new(settings);
    if cli.global.refresh_cache {
        refresh::before(&session, output)?;
    }
    let asks_about_models = matches!(cli.verb, Verb::List(_) | Verb::Show(_) | Verb::Command(_));
    let answer = answer(cli.verb, &session, output);
    if answer.is_ok()
        && let Some(next) = renamed.and_then(|renamed| usage::next_step(&session, renamed))
    {
        output.message(&next);
    }
    if asks_about_models {
        refresh::after(&session, output);
    }
    answer
}

fn answer(verb: Verb, session: &Session, output: &Output) -> Result<ExitCode> {
    let done = match verb {
        Verb::Doctor => return doctor::run(session, output),
        Verb::Probe(options) => probe::run(session, &options, output),
        Verb::Devices(options) => devices::run(session, &options, output),
        Verb::List(options) => list::run(session, options, output),
        Verb::Show(options) => show::run(session, &options, output),
        Verb::Command(options) => command::run(session, options, output),
        Verb::Setup(options) => setup::run(session, options, output),
        Verb::Env(options) => env::run(session, options, output),
        Verb::Download(options) => download::run(session, &options, output),
        Verb::Login(options) => login::run(session, &options, output),
        Verb::Logout(options) => login::logout(session, &options, output),
        Verb::Serve(options) => serve::run(session, options, output),
        Verb::Ps => ps::ps(session, output),
        Verb::Stop(options) => ps::stop(session, &options, output),
        Verb::Logs(options) => ps::logs(&options, output),
        Verb::Bench(options) => bench::run(session, options, output),
        Verb::Ask(options) => ask::run(session, options, output),
        Verb::Reset(options) => reset::run(session, options, output),
        Verb::Templates(options) => templates::run(session, options, output),
        Verb::Catalog(options) => catalog::run(session, &options, output),
        Verb::Audit(options) => audit::run(session, &options, output),
        Verb::Lesson(options) => lesson::run(session, options, output),
        Verb::Config => config::run(session, output),
        Verb::Completions(_) | Verb::Lsp | Verb::Mcp => Ok(()),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// Runs an answer to its end. A runtime with one thread starts in well under a millisecond.
fn block_on<T>(answer: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(no_runtime)?;
    runtime.block_on(answer)
}

fn no_runtime(error: std::io::Error) -> Failure {
    let next = "The machine may be out of file handles; close something and try again.";
    Failure::new(FailureKind::Internal, "the program could not start", error.to_string(), next)
}

/// The shell of the user, as far as its name is one that we can quote for.
fn shell_of_user() -> Option<Shell> {
    let path = std::env::var_os("SHELL")?;
    match PathBuf::from(path).file_name()?.to_str()? {
        "zsh" => Some(Shell::Zsh),
        "fish" => Some(Shell::Fish),
        "bash" => Some(Shell::Bash),
        "sh" | "dash" => Some(Shell::Sh),
        _ => None,
    }
}

/// Writes to stderr and ignores a closed one.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
