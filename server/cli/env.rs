//! `tt-jukebox env`: the environments side by side.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use clap::{Args, Subcommand};

use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{Environment, EnvironmentCheck, Environments, EnvironmentsParams};
use crate::requests;
use crate::requests::environments::{remove_environment, use_environment, verify, would_be_lost};
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// What there is, and how much disk it takes
    List,
    /// Use one for commands whose own pair is not set up
    Use {
        /// Name, as `env list` shows it
        name: String,
    },
    /// Remove one: checkouts, build and Python packages. Weights stay
    Remove {
        /// Name, as `env list` shows it
        name: String,
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
        /// Remove it although somebody has changed files in it
        #[arg(long)]
        discard_changes: bool,
    },
    /// Compare one with what it should be: commits, build, Python packages, imports
    Verify {
        /// Name, as `env list` shows it
        name: String,
    },
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    match options.action {
        Action::List => {
            let list = block_on_stoppable(requests::environments(session, EnvironmentsParams::default()))?;
            output.print(&list, listed)
        }
        Action::Use { name } => output.print(&use_environment(session, &name)?, |environment| {
            format!("{} is used for commands whose own pair is not set up.", printable(&environment.name))
        }),
        Action::Remove { name, yes, discard_changes } => remove(session, &name, yes, discard_changes, output),
        Action::Verify { name } => {
            let check = block_on_stoppable(verify(session, &name))?;
            output.print(&check, checked)?;
            if check.ok {
                return Ok(());
            }
            let wrong: Vec<&str> = check.rows.iter().filter(|row| !row.ok).map(|row| row.what.as_str()).collect();
            let next = "Run the setup of a model that needs it again, or remove it and set it up anew.";
            let what = format!("{} is not what it should be", check.name);
            Err(Failure::new(FailureKind::Tool, what, format!("it differs in {}", wrong.join(", ")), next))
        }
    }
}

fn listed(list: &Environments) -> String {
    if list.environments.is_empty() {
        return format!("There is no environment in {}. `tt-jukebox setup MODEL` makes one.", list.root);
    }
    let rows: Vec<Vec<String>> = list.environments.iter().map(row).collect();
    format!("{}\nin {}", table(&["NAME", "TT-METAL", "VLLM", "ERA", "STATE", "DISK"], &rows), list.root)
}

fn row(environment: &Environment) -> Vec<String> {
    let state = match (environment.ready, environment.in_use) {
        (true, true) => "ready, in use",
        (true, false) => "ready",
        (false, true) => "not finished, in use",
        (false, false) => "not finished",
    };
    #[expect(clippy::cast_precision_loss, reason = "gigabytes for people")]
    let disk = environment.bytes.map_or("?".to_owned(), |bytes| format!("{:.1} GB", bytes as f64 / 1e9));
    let cells = [&environment.name, &environment.metal, &environment.vllm, &environment.era];
    cells.into_iter().cloned().chain([state.to_owned(), disk]).collect()
}

fn checked(check: &EnvironmentCheck) -> String {
    let row = |row: &crate::protocol::EnvironmentRow| {
        let mark = if row.ok { "ok" } else { "DIFFERS" };
        [mark, &row.what, &row.expected, &row.found].map(str::to_owned).to_vec()
    };
    let rows: Vec<Vec<String>> = check.rows.iter().map(row).collect();
    table(&["", "WHAT", "SHOULD BE", "IS"], &rows)
}

fn remove(session: &Session, name: &str, yes: bool, discard_changes: bool, output: &Output) -> Result<()> {
    let lost = would_be_lost(session, name)?;
    if !lost.is_empty() && !discard_changes {
        let next = "Save that work, or use --discard-changes.";
        return Err(Failure::new(FailureKind::Usage, "nothing was removed", lost.join("; "), next));
    }
    if !yes {
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let what = "nothing was removed: there is no terminal to ask in";
            let next = "Run it in a terminal, or with --yes.";
            return Err(Failure::new(FailureKind::Usage, what, "an environment takes hours to make", next));
        }
        let _ = write!(io::stderr(), "Remove {}, its build and its Python packages? [y/N] ", printable(name));
        let mut answer = String::new();
        let read = io::stdin().lock().read_line(&mut answer);
        if read.is_err() || !matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            return Err(Failure::new(FailureKind::Cancelled, "nothing was removed", "the answer was not yes", ""));
        }
    }
    block_on_stoppable(remove_environment(session, name))?;
    output.print(&serde_json::json!({ "schema": 1, "removed": name }), |_| format!("{name} is removed."))
}
