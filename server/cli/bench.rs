//! `tt-jukebox bench`: time to the first token and tokens a second, with more and more requests at once.

use std::path::PathBuf;

use clap::Args;

use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{BenchParams, BenchProgress, BenchReport};
use crate::requests;
use crate::serving::measured;
use crate::session::Session;
use crate::whole_file;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model that was started here; without it the server that runs
    #[arg(conflicts_with = "url")]
    model: Option<String>,
    /// Base address of a server, for example http://127.0.0.1:8000
    #[arg(long)]
    url: Option<String>,
    /// Less than a minute on most servers: short answers, one round, four requests at once at most
    #[arg(long)]
    quick: bool,
    /// Requests at once, at most; without it the limit of the entry
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1024))]
    up_to: Option<u64>,
    /// Tokens of an answer; 128 when left out
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(2..=65536))]
    tokens: Option<u64>,
    /// Requests of each of those that run at once; 4 when left out
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1000))]
    rounds: Option<u64>,
    /// Write a document with tables and a chart, as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let params = BenchParams {
        model: options.model,
        url: options.url,
        quick: Some(options.quick),
        up_to: options.up_to,
        tokens: options.tokens,
        rounds: options.rounds,
        work_done_token: None,
    };
    let mut tell = |progress: &BenchProgress| output.message(&printable(&progress.message));
    let report = block_on_stoppable(requests::bench_and_tell(session, &params, &mut tell))?;
    if let Some(path) = &options.markdown {
        whole_file::write(path, report.text.as_bytes()).map_err(|error| {
            let what = format!("the measurement could not be written to {}", path.display());
            Failure::new(FailureKind::Input, what, error.to_string(), "It has been kept; name a folder that is there.")
        })?;
    }
    for note in &report.bench.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    output.print(&report, text)
}

fn text(report: &BenchReport) -> String {
    let bench = &report.bench;
    let shown = table(&measured::HEADER, &measured::rows(bench));
    format!("{} at {}\n{shown}", printable(&bench.model), bench.url)
}
