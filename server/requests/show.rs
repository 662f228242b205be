//! `tenstorrent/show`: everything about one model, here and elsewhere.

use std::fmt::Write as _;

use super::matching::{is_named, no_match};
use super::status::escape;
use crate::catalog::{Catalog, Entry};
use crate::device::Host;
use crate::error::{Failure, FailureKind, Result};
use crate::matching::{Excluded, Match, Query, Words, excluded, matches};
use crate::protocol::{ModelDetails, ShowParams};
use crate::session::{Session, Survey};

/// Every entry of the models that `params` name.
///
/// # Errors
/// When no model answers to the name.
pub async fn show(session: &Session, params: ShowParams) -> Result<ModelDetails> {
    let name = params.model.trim();
    if name.is_empty() {
        let next = "Give a name, for example `tt-jukebox show llama-3.1-8b-instruct`.";
        return Err(Failure::new(FailureKind::Usage, "no model is named", "the name is empty", next));
    }
    let Survey { host, installed, catalog } = session.survey()?;
    let named = named(name, &catalog);
    if named.is_empty() {
        return Err(no_match(name, Vec::new(), &host, &catalog));
    }
    let ids: Vec<&str> = named.iter().map(|entry| entry.spec.model_id.as_str()).collect();
    let query = Query { text: Some(name.to_owned()), experimental: true, ..Query::default() };
    let mut here = matches(&query, &host, &installed, &catalog);
    here.retain(|found| ids.contains(&found.model_id.as_str()));
    let shown: Vec<&str> = here.iter().map(|found| found.model_id.as_str()).collect();
    let others = named.iter().filter(|entry| !shown.contains(&entry.spec.model_id.as_str()));
    let excluded: Vec<Excluded> = others.filter_map(|entry| excluded(entry, &host, &catalog)).collect();
    let text = markdown(name, &host, &here, &excluded);
    Ok(ModelDetails {
        schema: 1,
        product: host.product,
        simulated: host.simulated,
        source: catalog.source.clone(),
        matches: here,
        excluded,
        text,
    })
}

/// The entries of the model that is named in full, else of every model whose name holds the words.
fn named<'a>(name: &str, catalog: &'a Catalog) -> Vec<&'a Entry> {
    let words = Words::new(name);
    let all = || catalog.entries.iter();
    let exact: Vec<&Entry> = all().filter(|entry| is_named(&words, &entry.spec)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let close: Vec<&Entry> = all().filter(|entry| words.score(&entry.spec).is_some()).collect();
    if close.is_empty() { all().filter(|entry| words.score_misspelt(&entry.spec).is_some()).collect() } else { close }
}

/// The details as Markdown. Text from outside means nothing in it.
fn markdown(name: &str, host: &Host, here: &[Match], excluded: &[Excluded]) -> String {
    let product = host.product.as_deref().unwrap_or("this machine");
    let label = host.simulated.as_ref().map_or("", |_| " (simulated)");
    let mut text = format!("# {}\n\n", escape(name));
    if here.is_empty() {
        let _ = writeln!(text, "Nothing by this name runs on {}{label}.\n", escape(product));
    }
    for found in here {
        let _ = writeln!(text, "## {} on {}{label}\n", escape(&found.model_name), escape(device_here(found)));
        text.push_str("| | |\n|---|---|\n");
        for (title, value) in rows(found) {
            let _ = writeln!(text, "| {title} | {} |", escape(&value));
        }
        text.push('\n');
        for reason in &found.reasons {
            let _ = writeln!(text, "- {}", escape(reason));
        }
        text.push('\n');
    }
    if !excluded.is_empty() {
        text.push_str("## Not offered here\n\n| Listed for | Engine | Status | What is missing |\n|---|---|---|---|\n");
        for other in excluded {
            let device = if other.model_name.eq_ignore_ascii_case(name) {
                other.device_type.clone()
            } else {
                format!("{} on {}", other.model_name, other.device_type)
            };
            let cells = [&device, &other.engine, &other.status.to_lowercase(), &other.missing];
            let _ = writeln!(text, "| {} |", cells.map(|cell| escape(cell)).join(" | "));
        }
    }
    text
}

/// The part of this box that an entry runs on, which is not always the one that it is listed for.
pub fn device_here(found: &Match) -> &str {
    found.experimental.as_ref().map_or(&found.device_type, |carried| &carried.target)
}

/// What is said about an entry, as title and value; the command line prints the same rows.
pub fn rows(found: &Match) -> Vec<(&'static str, String)> {
    let gb = |value: Option<f64>| value.map_or("not published".to_owned(), |value| format!("{value} GB"));
    let number = |value: Option<u64>, unit: &str| value.map_or("-".to_owned(), |value| format!("{value} {unit}"));
    let releases = match found.releases.as_slice() {
        [] => "-".to_owned(),
        [only] => only.clone(),
        [first, .., last] => format!("{} from {first} to {last}", found.releases.len()),
    };
    vec![
        ("repository", found.hf_model_repo.clone()),
        ("for", found.tasks.join(", ")),
        ("engine", found.engine.clone()),
        ("status", found.status.to_lowercase()),
        ("context", number(found.max_context, "tokens")),
        ("users", number(found.max_concurrency, "at once")),
        ("disk", gb(found.min_disk_gb)),
        ("RAM", gb(found.min_ram_gb)),
        ("weights", format!("{:?}", found.weights.state).to_lowercase()),
        ("releases", releases),
        ("entry", found.model_id.clone()),
    ]
}
