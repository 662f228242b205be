//! `tenstorrent/bench`: measures a server, compares it with the publisher's targets and with the last time, and keeps what
//! it found.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use serde_json::Value;

use super::chat::endpoint;
use super::server::is_meant;
use crate::catalog::{Entry, source};
use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{Bench, BenchParams, BenchProgress, BenchReport, ChatOptions, Level, PublishedTarget};
use crate::serving::chart::chart;
use crate::serving::endpoint::Endpoint;
use crate::serving::history::History;
use crate::serving::measure::{Plan, levels, measure};
use crate::serving::record::{Record, Records};
use crate::serving::{measured, metrics, started, targets};
use crate::session::Session;

/// Levels for a server whose limit nobody knows.
const USUAL_LIMIT: u64 = 16;
/// A spec file has one megabyte.
const MAX_FILE: u64 = 16 << 20;
/// Earlier measurements that are shown.
const MOST_EARLIER: usize = 10;
const SHORT: Duration = Duration::from_secs(10);

/// What is measured when nobody says otherwise: tokens of an answer, rounds, and requests at once at most.
const USUAL: (u64, u64, Option<u64>) = (128, 4, None);
const QUICK: (u64, u64, Option<u64>) = (32, 1, Some(4));

/// Measures a server for an editor.
///
/// # Errors
/// As [`bench_and_tell`].
pub async fn bench(session: &Session, params: BenchParams) -> Result<BenchReport> {
    let token = params.work_done_token.as_ref().and_then(|token| serde_json::to_value(token).ok());
    let mut tell = |progress: &BenchProgress| {
        if let Some(token) = &token {
            // One that cannot be taken now is followed by another, or by the answer.
            session.serving.tell(token, serde_json::to_value(progress).unwrap_or(Value::Null));
        }
    };
    bench_and_tell(session, &params, &mut tell).await
}

/// Measures a server; `tell` hears before and after each level.
///
/// # Errors
/// When no server answers, or a level has no whole answer.
pub async fn bench_and_tell(
    session: &Session,
    params: &BenchParams,
    tell: &mut (dyn FnMut(&BenchProgress) + Send),
) -> Result<BenchReport> {
    let records = Records::here();
    let record = meant(&records, params)?;
    let url = params.url.clone().or_else(|| params.model.as_ref().and(record.as_ref().map(Record::url)));
    let server = endpoint(session, &ChatOptions { url, ..ChatOptions::default() }).await?;
    let models = server.models(SHORT).await.map_err(|trouble| trouble.failure(&server.asked(None)))?;
    let Some(served) = models.first() else {
        let (what, why) = ("there is nothing to measure", "the server names no model");
        return Err(Failure::new(FailureKind::Network, what, why, "`tt-jukebox ps` shows how the server is."));
    };
    let (tokens, rounds, most) = if params.quick == Some(true) { QUICK } else { USUAL };
    let tokens = params.tokens.unwrap_or(tokens).clamp(2, 1 << 16);
    let plan = Plan {
        tokens,
        rounds: params.rounds.unwrap_or(rounds).clamp(1, 1000),
        ignore_eos: served.max_model_len.is_some(),
        // The keys of a hash map are random for each of them.
        run: RandomState::new().hash_one(0),
        warms_up: false,
    };
    let mut bench = Bench {
        schema: 1,
        url: server.url().to_owned(),
        model: served.id.clone(),
        at: seconds_now(),
        tokens,
        ..Bench::default()
    };
    let limit = about(session, record.filter(|record| record.url() == server.url()), &mut bench)?;
    let limit = params.up_to.or(most.map(|most| most.min(limit.unwrap_or(most)))).or(limit).unwrap_or_else(|| {
        bench
            .notes
            .push(format!("how many requests this server takes at once is not known; measured up to {USUAL_LIMIT}"));
        USUAL_LIMIT
    });
    if let Some(others) = working_on(&server).await {
        bench.notes.push(format!("the server was working on {others} requests of others: they have shared it"));
    }
    measure_all(&server, &mut bench, &levels(limit), plan, tell).await?;
    Ok(kept(&records, bench))
}

/// The levels, one after the other.
async fn measure_all(
    server: &Endpoint,
    bench: &mut Bench,
    levels: &[u64],
    plan: Plan,
    tell: &mut (dyn FnMut(&BenchProgress) + Send),
) -> Result<()> {
    let of = u32::try_from(levels.len()).unwrap_or(u32::MAX);
    let mut say = |bench: &Bench, kind: &str, message: String| {
        let done = u32::try_from(bench.levels.len()).unwrap_or(u32::MAX);
        let title = format!("Measuring {}", bench.model);
        tell(&BenchProgress { kind: kind.into(), title, message, done, of, levels: bench.levels.clone() });
    };
    say(bench, "begin", "warming up: the first requests compile and fill caches".into());
    measure(server, 1, Plan { rounds: 1, warms_up: true, ..plan }).await?;
    for concurrency in levels {
        say(bench, "report", format!("{concurrency} at once"));
        let mut level = measure(server, *concurrency, plan).await?;
        level.reached =
            targets::reached(&bench.targets, *concurrency, level.first_token_ms_p50, level.tokens_per_s_user_p50);
        if level.answer_tokens == 0 {
            bench.notes.push("the server does not count tokens, so there are no rates".into());
        }
        let Level { first_token_ms_p50: first, tokens_per_s: all, .. } = level;
        bench.levels.push(level);
        say(bench, "report", format!("{concurrency} at once: first token {first:.0} ms, {all:.0} tokens/s"));
    }
    if !bench.targets.is_empty() && bench.levels.iter().all(|level| level.reached.is_none()) {
        bench.notes.push("no published target is for a number of requests that was measured".into());
    }
    bench.notes.dedup();
    Ok(())
}

/// Compares it with the last time, and keeps it.
fn kept(records: &Records, mut bench: Bench) -> BenchReport {
    let file = History::of(records.dir(), &bench);
    let history = file.read(bench.tokens, MOST_EARLIER);
    bench.before = history.first().cloned().map(Box::new);
    bench.notes.extend(measured::regressions(&bench));
    if let Err(error) = file.keep(&bench) {
        bench.notes.push(format!("it could not be kept in {}: {error}", file.path().display()));
    }
    let chart = chart(&bench);
    BenchReport { text: measured::text(&bench, &history, &chart), chart, history, bench }
}

/// The server that was started here and is meant.
fn meant(records: &Records, params: &BenchParams) -> Result<Option<Record>> {
    let mut all = started::all(records).into_iter().filter(|record| !record.stopped);
    let Some(model) = &params.model else {
        return Ok(all.next());
    };
    let found = all.find(|record| is_meant(record, None, Some(model)));
    found.map(Some).ok_or_else(|| {
        let next =
            format!("`tt-jukebox serve {model}` starts it; --url names a server that somebody else has started.");
        let why = "no server of that name was started here";
        Failure::new(FailureKind::NoMatch, format!("{model:.100?} does not run"), why, next)
    })
}

/// What the catalog and the spec files say about the entry of a server; answers how many requests it takes at once.
fn about(session: &Session, record: Option<Record>, bench: &mut Bench) -> Result<Option<u64>> {
    let catalog = session.catalog()?;
    let is_entry = |entry: &&Entry| record.as_ref().is_some_and(|record| entry.spec.model_id == record.model_id);
    let Some(entry) = catalog.entries.iter().find(is_entry) else {
        bench.notes.push("there are no published targets: which entry this server serves is not known".into());
        return Ok(None);
    };
    bench.model_id = Some(entry.spec.model_id.clone());
    match published(session, &entry.spec.model_id) {
        None => bench.notes.push(
            "published targets are compared when a spec file is here: `tt-jukebox catalog refresh` fetches the newest, and \
             --catalog names another"
                .into(),
        ),
        Some(targets) if targets.is_empty() => bench.notes.push("the spec file has no targets for this entry".into()),
        Some(targets) => bench.targets = targets,
    }
    Ok(entry.spec.release.max_concurrency)
}

/// The targets in the file that the setting catalog names, else in the newest one that was fetched; none without a file.
fn published(session: &Session, model_id: &str) -> Option<Vec<PublishedTarget>> {
    let path = match session.settings.path("catalog") {
        Some(path) => path,
        None => source::cache()?.newest_file(),
    };
    fs::metadata(&path).ok().filter(|meta| meta.is_file() && meta.len() <= MAX_FILE)?;
    Some(targets::of(&fs::read_to_string(path).ok()?, model_id))
}

/// Requests that a server works on, when it says so and there are any.
async fn working_on(server: &Endpoint) -> Option<u64> {
    let body = server.fetch("metrics", None, SHORT).await.ok()?;
    let load = metrics::read(&String::from_utf8_lossy(&body))?.alone();
    Some(load.running + load.waiting).filter(|count| *count > 0)
}
