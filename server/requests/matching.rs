//! `tenstorrent/match`: what runs on this box.

use crate::catalog::Catalog;
use crate::catalog::spec::ModelSpec;
use crate::device::Host;
use crate::error::{Failure, FailureKind, Result};
use crate::matching::{self, Query, Words, nearest};
use crate::protocol::{MatchList, MatchParams};
use crate::session::Session;

/// Everything that runs here and answers the question.
///
/// # Errors
/// Without a device, without a usable catalog, and when nothing answers the question.
pub async fn matching(session: &Session, params: MatchParams) -> Result<MatchList> {
    let host = session.host()?;
    let catalog = session.catalog()?;
    if host.placements.is_empty() && !params.all {
        return Err(nothing_to_run_on(&host));
    }
    let text = params.query.filter(|text| !text.trim().is_empty());
    let query = Query { text: text.clone(), limit: params.limit, every_device: params.all };
    let matches = matching::matches(&query, &host, &catalog);
    if let (true, Some(text)) = (matches.is_empty(), text) {
        let words = Words::new(&text);
        let elsewhere: Vec<&str> = catalog
            .entries
            .iter()
            .filter(|entry| words.score(&entry.spec).is_some())
            .map(|entry| entry.spec.device_type.as_str())
            .collect();
        return Err(no_match(&text, elsewhere, &host, &catalog));
    }
    Ok(MatchList {
        schema: 1,
        product: host.product,
        simulated: host.simulated,
        source: catalog.source.clone(),
        matches,
    })
}

/// The failure of a box on which no entry can run.
pub fn nothing_to_run_on(host: &Host) -> Failure {
    let first = host.findings.first();
    let what = first.map_or("no board here can run a model", |finding| finding.title.as_str());
    let why = first.map_or(host.product_reason.as_str(), |finding| finding.evidence.as_str());
    let next = first.map_or("`tt-jukebox devices` shows what was seen.", |finding| finding.next.as_str());
    Failure::new(FailureKind::NoDevice, what, why, next)
}

/// The failure of a name that nothing on this box answers to.
pub(super) fn no_match(text: &str, mut elsewhere: Vec<&str>, host: &Host, catalog: &Catalog) -> Failure {
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let here = host.runnable.join(", ");
    if elsewhere.is_empty() {
        let why = "no model name and no repository in the catalog holds these words";
        let here = |spec: &ModelSpec| matching::placement_for(spec, host).is_some();
        let specs = catalog.entries.iter().map(|entry| &entry.spec).filter(|spec| here(spec));
        let near = nearest(text, specs.map(|spec| spec.model.model_name.as_str()));
        let all = "`tt-jukebox list` shows every model for this box.";
        let next = if near.is_empty() { all.to_owned() } else { format!("Did you mean {}? {all}", near.join(", ")) };
        return Failure::new(FailureKind::NoMatch, format!("no model is called {text:?}"), why, next);
    }
    Failure::new(
        FailureKind::NoMatch,
        format!("{text:?} does not run on this box"),
        format!("it is listed for {}; this box runs {here}", elsewhere.join(", ")),
        "`tt-jukebox list` shows what runs here.",
    )
}
