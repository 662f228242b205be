//! Which weights a name means: the repository, the revision and the part of it that an entry reads.

use std::path::PathBuf;

use super::command::choose;
use super::matching::no_match;
use crate::catalog::{Catalog, Entry};
use crate::device::Host;
use crate::environment::weights::is_repo;
use crate::error::{Failure, FailureKind, Result};
use crate::hub::{Part, Wanted};
use crate::matching::Words;
use crate::protocol::CommandParams;
use crate::session::Session;

/// The branch that a repository has always.
const MAIN: &str = "main";

/// What `name` means: `owner/name` as it is, else the model that the serving command would take.
///
/// # Errors
/// When no model, or more than one, answers to the name, and when its weights lie inside its container.
pub fn wanted(session: &Session, name: &str, revision: Option<String>, local_dir: Option<PathBuf>) -> Result<Wanted> {
    let name = name.trim();
    if name.contains('/') {
        let revision = revision.unwrap_or_else(|| MAIN.to_owned());
        return Ok(Wanted { repo: name.to_owned(), revision, part: Part::Transformers, local_dir });
    }
    let (host, catalog) = (session.host()?, session.catalog()?);
    let entry = entry(name, &host, &catalog)?;
    let spec = &entry.spec;
    let repo = spec.model.weights_repo().to_owned();
    if !is_repo(&repo) {
        let what = format!("{} has no weights to download", spec.model.model_name);
        let next = "`tt-jukebox command` prints the command of its container.";
        return Err(Failure::new(FailureKind::NotSupported, what, "they lie inside its container", next));
    }
    let pinned = spec.release.vllm_args.get("revision").and_then(|value| value.as_str()).map(str::to_owned);
    let revision = revision.or(pinned).unwrap_or_else(|| MAIN.to_owned());
    Ok(Wanted { repo, revision, part: Part::of(spec), local_dir })
}

/// The entry that a serving command would take; on a machine without a device the newest of the model.
fn entry<'a>(name: &str, host: &Host, catalog: &'a Catalog) -> Result<&'a Entry> {
    if !host.placements.is_empty() {
        return choose(&CommandParams { model: name.to_owned(), ..CommandParams::default() }, host, catalog);
    }
    let words = Words::new(name);
    let named = catalog.entries.iter().filter_map(|entry| Some((words.score(&entry.spec)?, entry)));
    let mut named: Vec<(u32, &Entry)> = named.collect();
    let best = named.iter().map(|(score, _)| *score).max();
    named.retain(|(score, _)| Some(*score) == best);
    let mut models: Vec<&str> = named.iter().map(|(_, entry)| entry.spec.model.model_name.as_str()).collect();
    models.sort_unstable();
    models.dedup();
    if models.len() > 1 {
        let what = format!("{name:?} can mean {} models", models.len());
        return Err(Failure::new(FailureKind::Usage, what, models.join(", "), "Name one of them in full."));
    }
    let newest = named.into_iter().map(|(_, entry)| entry).max_by_key(|entry| entry.releases.last().copied());
    newest.ok_or_else(|| no_match(name, Vec::new(), host, catalog))
}
