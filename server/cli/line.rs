//! The command line as it is written: commands, and the options that are accepted with each.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use super::{
    ask, audit, bench, candidates, catalog, command, completions, devices, doctor, download, env, lesson, list, login,
    probe, ps, reset, serve, setup, show, templates,
};
use crate::error::FailureKind;

/// From "what is in this box?" to a model answering in your editor, on Tenstorrent cards.
#[derive(Debug, Parser)]
#[command(name = "tt-jukebox", version, after_help = exit_codes(), arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// Accepted before and after the command.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// Print JSON, with "schema": 1
    #[arg(long, global = true)]
    pub(super) json: bool,
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
    pub(super) refresh_cache: bool,
    /// Directory in front of /sys, /proc and /dev
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
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

impl Global {
    /// The options as settings.
    pub(super) fn options(&self) -> BTreeMap<String, String> {
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
