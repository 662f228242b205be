//! `tt-jukebox login` and `logout`: the standard token file of the Hugging Face hub, and what the token is good for.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use clap::Args;
use serde::Serialize;

use super::hidden_line;
use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::error::{Failure, FailureKind, Result};
use crate::hub::{self, Hub, Secret, token};
use crate::protocol::{TokenParams, TokenState};
use crate::requests;
use crate::session::Session;

/// A token has some dozens of characters; more than this is a file that somebody has piped by mistake.
const MAX_BYTES: u64 = 8192;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Keep nothing: say whose token it is, and which repositories of models for this box it may read
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Args)]
pub(super) struct LogoutOptions {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, Serialize)]
struct LoggedIn {
    schema: u32,
    who: String,
    file: String,
}

#[derive(Debug, Serialize)]
struct LoggedOut {
    schema: u32,
    removed: bool,
    file: String,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    if options.check {
        let state = block_on_stoppable(requests::token(session, TokenParams { check: true }))?;
        output.print(&state, text)?;
        return state.trouble.map_or(Ok(()), Err);
    }
    let secret = typed()?;
    let found = token::Found { secret: secret.clone(), source: "what you have entered".into() };
    let hub = Hub::new(|name| std::env::var(name).ok(), Some(found))?;
    let who = block_on_stoppable(hub::who(&hub))?;
    let path = session.token_file();
    token::keep(&path, &secret)?;
    if let Some(other) = session.token().filter(|found| found.secret != secret) {
        output.message(&format!("note: {} holds another token, and it counts first", printable(&other.source)));
    }
    let answer = LoggedIn { schema: 1, who, file: path.display().to_string() };
    output.print(&answer, |answer| format!("The token of {} is kept in {}.", answer.who, answer.file))
}

/// The token that the person types or pipes.
fn typed() -> Result<Secret> {
    let text = if io::stdin().is_terminal() {
        hidden_line::ask("Token (https://huggingface.co/settings/tokens; it is not shown): ")?
    } else {
        let mut text = String::new();
        let read = io::stdin().lock().take(MAX_BYTES).read_to_string(&mut text);
        read.map_err(|error| no_token(&error.to_string()))?;
        text
    };
    Secret::new(&text).ok_or_else(|| no_token("a token is one word of letters, digits and signs"))
}

fn no_token(why: &str) -> Failure {
    let next = "Make one on https://huggingface.co/settings/tokens, and type it or pipe it into stdin.";
    Failure::new(FailureKind::Usage, "no token was entered", why, next)
}

fn text(state: &TokenState) -> String {
    let mut text = match (&state.who, &state.source) {
        (Some(who), Some(source)) => format!("The token from {source} belongs to {who}.\n"),
        (_, Some(source)) => format!("There is a token from {source}.\n"),
        (_, None) => "There is no token.\n".to_owned(),
    };
    let rows: Vec<Vec<String>> = state
        .repos
        .iter()
        .map(|repo| {
            let why = repo.refused.as_ref().map_or("yes".to_owned(), |failure| format!("no: {}", failure.why));
            vec![repo.repo.clone(), why]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table(&["REPOSITORY", "READABLE"], &rows)));
    }
    text
}

pub(super) fn logout(session: &Session, options: &LogoutOptions, output: &Output) -> Result<()> {
    let path = session.token_file();
    if path.exists() && !options.yes {
        agree(&path.display().to_string())?;
    }
    let removed = token::forget(&path)?;
    if let Some(other) = session.token() {
        output.message(&format!("note: there is still a token from {}", printable(&other.source)));
    }
    let answer = LoggedOut { schema: 1, removed, file: path.display().to_string() };
    output.print(&answer, |answer| {
        let done = if answer.removed { "has been removed" } else { "is not there" };
        format!("{} {done}.", answer.file)
    })
}

fn agree(path: &str) -> Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let why = "there is no terminal to ask in";
        return Err(Failure::new(
            FailureKind::Usage,
            "nothing was removed",
            why,
            "Run it in a terminal, or with --yes.",
        ));
    }
    let _ = write!(io::stderr(), "Remove {}? Other programs use it too. [y/N] ", printable(path));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    Err(Failure::new(FailureKind::Cancelled, "nothing was removed", "the answer was not yes", ""))
}
