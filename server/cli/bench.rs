//! `tt-jukebox bench`: time to the first token and tokens a second, with more and more requests at once.

use clap::Args;

use super::output::{Output, printable, table};
use super::stopping::block_on_stoppable;
use crate::error::Result;
use crate::requests::{self, Bench, BenchParams};
use crate::serving::measure::Level;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model that was started here; without it the server that runs
    #[arg(conflicts_with = "url")]
    model: Option<String>,
    /// Base address of a server, for example http://127.0.0.1:8000
    #[arg(long)]
    url: Option<String>,
    /// Requests at once, at most; without it the limit of the entry
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=1024))]
    up_to: Option<u64>,
    /// Tokens of an answer
    #[arg(long, value_name = "NUMBER", default_value_t = 128, value_parser = clap::value_parser!(u64).range(2..))]
    tokens: u64,
    /// Requests of each of those that run at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=1000))]
    rounds: u64,
}

pub(super) fn run(session: &Session, options: Options, output: &Output) -> Result<()> {
    let params = BenchParams {
        model: options.model,
        url: options.url,
        up_to: options.up_to,
        tokens: options.tokens,
        rounds: options.rounds,
    };
    let mut tell = |level: &Level| {
        output.message(&format!("{} at once: first token {:.0} ms", level.concurrency, level.first_token_ms_p50));
    };
    let bench = block_on_stoppable(requests::bench(session, &params, &mut tell))?;
    for note in &bench.notes {
        output.message(&printable(&format!("note: {note}")));
    }
    output.print(&bench, text)
}

fn text(bench: &Bench) -> String {
    let row = |level: &Level| {
        let before =
            bench.before.as_ref().and_then(|old| old.levels.iter().find(|old| old.concurrency == level.concurrency));
        vec![
            level.concurrency.to_string(),
            format!("{:.0} / {:.0}", level.first_token_ms_p50, level.first_token_ms_p95),
            format!("{:.1} / {:.1}", level.tokens_per_s_user_p50, level.tokens_per_s_user_p95),
            format!("{:.1}", level.tokens_per_s),
            level.failed.to_string(),
            before.map_or_else(|| "-".to_owned(), |old| change(old.tokens_per_s, level.tokens_per_s)),
            level.reached.clone().map_or("-".into(), |name| if name.is_empty() { "none".into() } else { name }),
        ]
    };
    let header = [
        "AT ONCE",
        "FIRST TOKEN ms p50 / p95",
        "TOKENS/s EACH p50 / p95",
        "TOKENS/s ALL",
        "FAILED",
        "SINCE LAST TIME",
        "TARGET",
    ];
    let rows: Vec<Vec<String>> = bench.levels.iter().map(row).collect();
    format!("{} at {}\n{}", printable(&bench.model), bench.url, table(&header, &rows))
}

/// A change in percent, with its sign.
fn change(before: f64, now: f64) -> String {
    if before > 0.0 { format!("{:+.0} %", (now / before - 1.0) * 100.0) } else { "-".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_regression_shows() {
        assert_eq!([change(100.0, 80.0), change(100.0, 120.0), change(0.0, 1.0)], ["-20 %", "+20 %", "-"]);
        let level =
            |tokens_per_s| Level { concurrency: 4, tokens_per_s, reached: Some(String::new()), ..Level::default() };
        let old = Bench { levels: vec![level(100.0)], ..Bench::default() };
        let bench =
            Bench { model: "m".into(), levels: vec![level(50.0)], before: Some(Box::new(old)), ..Bench::default() };
        let text = text(&bench);
        assert!(text.contains("-50 %") && text.contains("none"), "{text}");
    }
}
