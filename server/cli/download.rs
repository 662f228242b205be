//! `tt-jukebox download MODEL`: weights into the Hugging Face cache or a folder, with a bar in a terminal, lines in a pipe,
//! and events for a program that waits.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::time::{Instant, interval_at};

use super::candidates;
use super::download_events::{Events, SILENCE};
use super::download_shown::Shown;
use super::output::{Output, printable, table};
use super::stopping::block_on_threads;
use crate::error::{Failure, FailureKind, Result};
use crate::hub::{self, Plan, Stock, size};
use crate::requests;
use crate::session::Session;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Model name as for `command`, or a repository, owner/name
    #[arg(required = true, add = candidates::any_model())]
    model: Vec<String>,
    /// Branch, tag or commit; without it the one that the entry is pinned to, else main
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Put the files into this folder instead of the Hugging Face cache
    #[arg(long, value_name = "DIR")]
    local_dir: Option<PathBuf>,
    /// Only tell which files would come, and what is there
    #[arg(long)]
    dry_run: bool,
    /// Print progress and the outcome as JSON lines
    #[arg(long, conflicts_with = "dry_run")]
    events: bool,
}

/// Answer of `--json`.
#[derive(Debug, Serialize)]
struct Answer {
    schema: u32,
    repo: String,
    revision: String,
    commit: String,
    folder: String,
    /// Bytes of everything.
    bytes: u64,
    /// Bytes that came through the network in this run.
    fetched: u64,
}

/// Answer of `--dry-run --json`.
#[derive(Debug, Serialize)]
struct Outlook {
    schema: u32,
    repo: String,
    revision: String,
    commit: String,
    folder: String,
    files: Vec<OutlookFile>,
    /// Bytes of everything.
    total: u64,
    /// Bytes that are there.
    there: u64,
    /// Bytes that are still to come.
    missing: u64,
    /// Free bytes on that disk; null when the system does not tell.
    free: Option<u64>,
}

#[derive(Debug, Serialize)]
struct OutlookFile {
    path: String,
    bytes: u64,
    /// Bytes of it that are there.
    there: u64,
    /// True when it is in its place.
    complete: bool,
}

pub(super) fn run(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let done = perform(session, options, output);
    if let (true, Err(failure)) = (options.events, &done) {
        Events::new(output).failed(failure)?;
    }
    done
}

fn perform(session: &Session, options: &Options, output: &Output) -> Result<()> {
    let local_dir = options.local_dir.as_ref().map(|dir| std::path::absolute(dir).unwrap_or_else(|_| dir.clone()));
    let wanted = requests::wanted(session, &options.model.join(" "), options.revision.clone(), local_dir)?;
    let hub = session.hub()?;
    if options.dry_run {
        let plan = block_on_threads(hub::plan(&hub, session.weights_dir(), wanted))?;
        return output.print(&outlook(&plan, &plan.stock()), outlook_text);
    }
    let mut events = Events::new(output);
    let mut shown = Shown::new(options.events, output.is_json());
    let (plan, done) = block_on_threads(async {
        let list = hub::plan(&hub, session.weights_dir(), wanted);
        let plan = patiently(list, || match options.events {
            true => events.silent("the hub has not said yet what the repository holds"),
            false => shown.silent(),
        })
        .await?;
        let mut tell = |event| match options.events {
            true => events.tell(&event),
            false => shown.show(&event),
        };
        let done = hub::download(hub, &plan, &mut tell).await?;
        Ok((plan, done))
    })?;
    shown.end();
    let folder = done.folder.display().to_string();
    if options.events {
        return events.done(done.bytes, &folder);
    }
    let Plan { wanted, commit, .. } = plan;
    let (repo, revision) = (wanted.repo, wanted.revision);
    let answer = Answer { schema: 1, repo, revision, commit, folder, bytes: done.bytes, fetched: done.fetched };
    output.print(&answer, |answer| format!("{}: {}, complete, in {}", answer.repo, size(answer.bytes), answer.folder))
}

/// Waits for an answer, and calls `silent` each second after a while; that stops it by saying false.
async fn patiently<T>(answer: impl Future<Output = Result<T>>, mut silent: impl FnMut() -> bool) -> Result<T> {
    let mut answer = std::pin::pin!(answer);
    let mut ticks = interval_at(Instant::now() + SILENCE, Duration::from_secs(1));
    loop {
        tokio::select! {
            answer = &mut answer => return answer,
            _ = ticks.tick() => if !silent() {
                return Err(Failure::new(FailureKind::Cancelled, "stopped", "nobody listens any more", ""));
            },
        }
    }
}

fn outlook(plan: &Plan, stock: &Stock) -> Outlook {
    let files = plan.files.iter().zip(&stock.files);
    Outlook {
        schema: 1,
        repo: plan.wanted.repo.clone(),
        revision: plan.wanted.revision.clone(),
        commit: plan.commit.clone(),
        folder: plan.layout.folder().display().to_string(),
        files: files
            .map(|(file, (there, complete))| OutlookFile {
                path: file.path.clone(),
                bytes: file.bytes,
                there: *there,
                complete: *complete,
            })
            .collect(),
        total: stock.total,
        there: stock.there,
        missing: stock.missing(),
        free: stock.free,
    }
}

fn outlook_text(outlook: &Outlook) -> String {
    let rows: Vec<Vec<String>> = outlook
        .files
        .iter()
        .map(|file| {
            let there = match (file.complete, file.there) {
                (true, _) => "yes".to_owned(),
                (false, 0) => "-".to_owned(),
                (false, there) => size(there),
            };
            vec![file.path.clone(), size(file.bytes), there]
        })
        .collect();
    let free = outlook.free.map_or("unknown".to_owned(), size);
    format!(
        "{} at {} ({})\n{}\n\ntotal {}, there {}, still to come {}; free {}\ninto {}",
        printable(&outlook.repo),
        printable(&outlook.revision),
        outlook.commit,
        table(&["FILE", "SIZE", "THERE"], &rows),
        size(outlook.total),
        size(outlook.there),
        size(outlook.missing),
        free,
        printable(&outlook.folder),
    )
}
