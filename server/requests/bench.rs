//! `bench`: measures a server, compares it with the publisher's targets and with the last time, and keeps what it found.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::chat::endpoint;
use super::server::is_meant;
use crate::catalog::Entry;
use crate::clock::seconds_now;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::ChatOptions;
use crate::serving::measure::{Level, Plan, levels, measure};
use crate::serving::record::{Record, Records};
use crate::serving::started;
use crate::serving::targets::{self, Target};
use crate::session::Session;

/// Levels for a server whose limit nobody knows.
const USUAL_LIMIT: u64 = 16;
/// A spec file has one megabyte, a history some kilobytes.
const MAX_FILE: u64 = 16 << 20;

/// What is to be measured.
#[derive(Debug, Clone, Default)]
pub struct BenchParams {
    /// A part of the name of a model that was started here; none takes the server that runs.
    pub model: Option<String>,
    /// Base address of another server.
    pub url: Option<String>,
    /// Requests at once, at most; none takes the limit of the entry.
    pub up_to: Option<u64>,
    /// Tokens of an answer.
    pub tokens: u64,
    /// Requests of each of those that run at once.
    pub rounds: u64,
}

/// A measurement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// Version of this shape.
    pub schema: u32,
    /// Base address of the server.
    pub url: String,
    /// Model as the server names it.
    pub model: String,
    /// Entry of the catalog, where it is known.
    pub model_id: Option<String>,
    /// Seconds since 1970.
    pub at: u64,
    /// Tokens that an answer may have.
    pub tokens: u64,
    /// The levels.
    pub levels: Vec<Level>,
    /// The publisher's targets.
    pub targets: Vec<Target>,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// The last measurement of the same server and model before this one.
    #[serde(skip_deserializing)]
    pub before: Option<Box<Bench>>,
}

/// Measures a server; `tell` gets each level as it is done.
///
/// # Errors
/// When no server answers, or a level has no whole answer.
pub async fn bench(session: &Session, params: &BenchParams, tell: &mut dyn FnMut(&Level)) -> Result<Bench> {
    let records = Records::here();
    let record = meant(&records, params)?;
    let url = params.url.clone().or_else(|| params.model.as_ref().and(record.as_ref().map(Record::url)));
    let server = endpoint(session, &ChatOptions { url, ..ChatOptions::default() }).await?;
    let models =
        server.models(Duration::from_secs(10)).await.map_err(|trouble| trouble.failure(&server.asked(None)))?;
    let Some(served) = models.first() else {
        let next = "`tt-jukebox ps` shows how the server is.";
        return Err(Failure::new(
            FailureKind::Network,
            "there is nothing to measure",
            "the server names no model",
            next,
        ));
    };
    let record = record.filter(|record| record.url() == server.url());
    let catalog = session.catalog()?;
    let is_entry = |entry: &&Entry| match &record {
        Some(record) => entry.spec.model_id == record.model_id,
        None => false,
    };
    let entry = catalog.entries.iter().find(is_entry);
    let mut bench = Bench {
        schema: 1,
        url: server.url().to_owned(),
        model: served.id.clone(),
        model_id: entry.map(|entry| entry.spec.model_id.clone()),
        at: seconds_now(),
        tokens: params.tokens,
        ..Bench::default()
    };
    let limit = params.up_to.or(entry.and_then(|entry| entry.spec.release.max_concurrency)).unwrap_or_else(|| {
        bench
            .notes
            .push(format!("how many requests this server takes at once is not known; measured up to {USUAL_LIMIT}"));
        USUAL_LIMIT
    });
    bench.targets = published(session, &mut bench);
    let plan = Plan { tokens: params.tokens, rounds: params.rounds.max(1), ignore_eos: served.max_model_len.is_some() };
    // The first requests compile and fill caches; they are nobody's measure.
    measure(&server, 1, Plan { rounds: 1, ..plan }).await?;
    for concurrency in levels(limit) {
        let mut level = measure(&server, concurrency, plan).await?;
        level.reached =
            targets::reached(&bench.targets, concurrency, level.first_token_ms_p50, level.tokens_per_s_user_p50);
        if level.answer_tokens == 0 {
            bench.notes.push("the server does not count tokens, so there are no rates".into());
        }
        tell(&level);
        bench.levels.push(level);
    }
    if !bench.targets.is_empty() && bench.levels.iter().all(|level| level.reached.is_none()) {
        bench.notes.push("no published target is for a number of requests that was measured".into());
    }
    bench.notes.dedup();
    let history = history(&records, &bench);
    bench.before = last(&history, &bench).map(Box::new);
    if let Err(error) = keep(&history, &bench) {
        bench.notes.push(format!("it could not be kept in {}: {error}", history.display()));
    }
    Ok(bench)
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

/// The targets of the file that the setting catalog names; the catalog that we carry has none.
fn published(session: &Session, bench: &mut Bench) -> Vec<Target> {
    let Some(model_id) = bench.model_id.clone() else {
        bench.notes.push("there are no published targets: which entry this server serves is not known".into());
        return Vec::new();
    };
    let path = session.settings.path("catalog").filter(|path| path.is_file());
    let text = path.filter(|path| fs::metadata(path).is_ok_and(|meta| meta.len() <= MAX_FILE));
    let targets = text.and_then(|path| fs::read_to_string(path).ok()).map(|text| targets::of(&text, &model_id));
    if targets.is_none() {
        bench.notes.push(
            "published targets are compared when --catalog names a spec file; the bundled catalog leaves them out"
                .into(),
        );
    } else if targets.as_ref().is_some_and(Vec::is_empty) {
        bench.notes.push("the spec file has no targets for this entry".into());
    }
    targets.unwrap_or_default()
}

/// One file for each server and model.
fn history(records: &Records, bench: &Bench) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let at = bench.url.split("://").last().unwrap_or_default();
    let name: String = format!("{}-{at}", bench.model).chars().map(plain).take(150).collect();
    records.dir().join("bench").join(format!("{name}.jsonl"))
}

/// The last measurement with answers as long as these.
fn last(path: &Path, bench: &Bench) -> Option<Bench> {
    fs::metadata(path).ok().filter(|meta| meta.len() <= MAX_FILE)?;
    let text = fs::read_to_string(path).ok()?;
    text.lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<Bench>(line).ok())
        .find(|old| old.tokens == bench.tokens)
}

fn keep(path: &Path, bench: &Bench) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let line = serde_json::to_string(&Bench { before: None, ..bench.clone() })?;
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path)?;
    writeln!(file, "{line}")
}
