//! `tenstorrent/catalog`: what the catalog of this run holds, where it comes from, and how old it is.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::catalog::refresh::Outcome;
use crate::catalog::{Catalog, Entry, Skipped, source};
use crate::error::Result;
use crate::protocol::CatalogParams;
use crate::session::Session;

/// Whoever asks for it waits for a slow line, but not for a dead one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answer of `tenstorrent/catalog` and of `catalog info --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CatalogInfo {
    /// Version of this shape.
    pub schema: u32,
    /// Where it comes from, in words.
    pub source: String,
    /// True when a server was just asked.
    pub looked: bool,
    /// Release that a refresh has just brought; null when it brought none.
    pub updated: Option<String>,
    /// Releases, oldest first.
    pub releases: Vec<String>,
    /// The newest of them.
    pub newest: String,
    /// Entries of all releases together.
    pub entries: usize,
    /// Those that the newest one has.
    pub current_entries: usize,
    /// Number of models.
    pub models: usize,
    /// Entries by engine.
    pub engines: BTreeMap<String, usize>,
    /// Entries by device.
    pub devices: BTreeMap<String, usize>,
    /// Entries by status.
    pub statuses: BTreeMap<String, usize>,
    /// Address that newer files are looked for at; null when a file was named.
    pub url: Option<String>,
    /// When a server last said what the newest file is, in seconds since 1970.
    pub checked_at: Option<u64>,
    /// Why the last try failed.
    pub trouble: Option<String>,
    /// Entries that could not be read.
    pub skipped: Vec<Skipped>,
}

/// Describes the catalog, after a look for newer files where that is asked for.
///
/// # Errors
/// When the catalog cannot be used, and when the look that was asked for failed.
pub async fn catalog(session: &Session, params: CatalogParams) -> Result<CatalogInfo> {
    let outcome = match params.refresh {
        true => session.refresh_catalog(!params.if_due, PATIENCE).await?,
        false => Outcome::NotDue,
    };
    let catalog = session.catalog()?;
    let named = session.settings.get("catalog").is_some();
    let state = source::cache().filter(|_| !named).map(|cache| cache.state()).unwrap_or_default();
    Ok(CatalogInfo {
        looked: outcome != Outcome::NotDue,
        updated: if let Outcome::Updated(release) = outcome { Some(release) } else { None },
        url: session.settings.get("catalog_url").filter(|_| !named).map(str::to_owned),
        checked_at: state.checked_at,
        trouble: state.trouble,
        ..describe(&catalog)
    })
}

fn describe(catalog: &Catalog) -> CatalogInfo {
    let count = |key: fn(&Entry) -> &String| {
        let mut counts = BTreeMap::new();
        for entry in &catalog.entries {
            *counts.entry(key(entry).clone()).or_insert(0) += 1;
        }
        counts
    };
    CatalogInfo {
        schema: 1,
        source: catalog.source.clone(),
        looked: false,
        updated: None,
        releases: catalog.releases.clone(),
        newest: catalog.newest().to_owned(),
        entries: catalog.entries.len(),
        current_entries: catalog.entries.iter().filter(|entry| catalog.is_current(entry)).count(),
        models: count(|entry| &entry.spec.model.hf_model_repo).len(),
        engines: count(|entry| &entry.spec.engine),
        devices: count(|entry| &entry.spec.device_type),
        statuses: count(|entry| &entry.spec.release.status),
        url: None,
        checked_at: None,
        trouble: None,
        skipped: catalog.skipped.clone(),
    }
}
