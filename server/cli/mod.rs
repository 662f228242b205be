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

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::future::Future;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::error::{Failure, FailureKind, Result};
use crate::recipe::Shell;
use crate::session::Session;
use crate::settings::{Sources, resolve};
use old_lines::Renamed;
use output::Output;

/// From "what is in this box?" to a model answering in your editor, on Tenstorrent cards.
#[derive(Debug, Parser)]
#[command(name = "tt-jukebox", version, after_help = exit_codes(), arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// Accepted before and after the command.
#[derive(Debug, Args)]
struct Global {
    /// Print JSON, with "schema": 1
    #[arg(long, global = true)]
    json: bool,
    /// Use recorded facts (`probe --raw`) in place of this host
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "simulate")]
    facts: Option<PathBuf>,
    /// Use a box that is not there: n150, n300, t3k, p100, p150, p150x4, p300x2 or galaxy
    #[arg(long, global = true, value_name = "BOX", add = candidates::simulated_box())]
    simulate: Option<String>,
    /// Use a saved snapshot (`tt-smi -s`) in place of this host
    #[arg(long, global = true, value_name = "FILE", conflicts_with_all = ["simulate", "facts"])]
    smi: Option<PathBuf>,
    /// Use a published spec file, or a folder of them, in place of the bundled catalog
    #[arg(long, global = true, value_name = "PATH")]
    catalog: Option<PathBuf>,
    /// Look for newer spec files before answering
    #[arg(long, global = true)]
    refresh_cache: bool,
    /// Directory in front of /sys, /proc and /dev
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// What was read from this host; --raw holds serials and command lines, so look before sharing
    Probe(probe::Options),
    /// The boards and chips of this box
    Devices(devices::Options),
    /// Models that run on this box
    List(list::Options),
    /// Everything about one model
    Show(show::Options),
    /// The exact command that serves a model here
    Command(command::Options),
    /// From "matched" to "ready to serve": checkouts, build, Python, weights. Carries on where it stopped
    Setup(setup::Options),
    /// The environments that setups have made: list, use, remove, verify
    Env(env::Options),
    /// Download the weights of a model into the Hugging Face cache, or a folder; resumes
    Download(download::Options),
    /// Keep a token for the Hugging Face hub, or check the one that is there
    Login(login::Options),
    /// Remove the token that `login` has kept
    Logout(login::LogoutOptions),
    /// Start what `command` prints, and show how far it is
    Serve(serve::Options),
    /// The model servers that run
    Ps,
    /// End a server that was started here
    Stop(ps::Stop),
    /// What a server says
    Logs(ps::Logs),
    /// One answer of the model that runs, as it comes
    Ask(ask::Options),
    /// How fast a server is, with more and more requests at once
    Bench(bench::Options),
    /// Reset boards: free them, run tt-smi, prove that they are back
    Reset(reset::Options),
    /// Scripts to start from: list, copy
    Templates(templates::Options),
    /// What the catalog holds
    Catalog(catalog::Options),
    /// What the maintainers of the spec files may want to look at; JSON lines with --json
    Audit(audit::Options),
    /// The lessons, or one of them for this machine
    Lesson(lesson::Options),
    /// What is wrong with this host, and what to do; ends with 9 when something does not work
    Doctor,
    /// Every setting, its value and where it comes from
    Config,
    /// The script that lets bash, zsh or fish complete commands, models, tasks and devices
    Completions(completions::Options),
    /// Serve an editor on stdio
    Lsp,
    /// Offer tools to agents that speak MCP, on stdio
    Mcp,
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n    0  done\n");
    let failures = FailureKind::ALL.map(|(_, code, meaning)| (code, meaning));
    let mut codes = Vec::from(failures);
    codes.push((doctor::FOUND, "the doctor has found something that does not work"));
    codes.sort_by_key(|(code, _)| *code);
    for (code, meaning) in codes {
        text.push_str(&format!("  {code:>3}  {meaning}\n"));
    }
    text
}

/// Whether this program understands a command line, without its own name; for tests of what documents say.
///
/// # Errors
/// What is wrong with it, in words.
pub fn understands(args: &[String]) -> std::result::Result<(), String> {
    let line = std::iter::once("tt-jukebox").chain(args.iter().map(String::as_str));
    Cli::try_parse_from(line).map(drop).map_err(|error| error.to_string())
}

/// The parser itself, for the page that lists every command and option.
pub fn parser() -> clap::Command {
    Cli::command()
}

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

impl Global {
    /// The options as settings.
    fn options(&self) -> BTreeMap<String, String> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            ("facts", path(&self.facts)),
            ("smi", path(&self.smi)),
            ("simulate", self.simulate.clone()),
            ("catalog", path(&self.catalog)),
            ("root", path(&self.root)),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
    }
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
