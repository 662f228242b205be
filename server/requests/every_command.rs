//! `command --all`: the host command of every vLLM entry of the newest release, so that anybody can check them all.

use serde::Serialize;

use super::place::by_settings;
use crate::error::{Failure, Result};
use crate::recipe::{Choices, Recipe, Target, host, refused};
use crate::session::Session;

/// The command of one entry, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryCommand {
    /// Version of this shape.
    pub schema: u32,
    /// The entry.
    pub model_id: String,
    /// Its device name.
    pub device: String,
    /// Its command; empty where there is an error.
    #[serde(flatten)]
    pub recipe: Recipe,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// The host command of every vLLM entry of the newest release. Checkouts of this host are not asked: each command is for
/// the tree that its entry is pinned to.
///
/// # Errors
/// When the catalog or a setting cannot be used.
pub fn every_command(session: &Session, choices: &Choices) -> Result<Vec<EntryCommand>> {
    let catalog = session.catalog()?;
    let place = by_settings(session, choices)?;
    let entries = catalog.entries.iter().filter(|entry| entry.spec.engine == "vLLM" && catalog.is_current(entry));
    Ok(entries
        .map(|entry| {
            let spec = &entry.spec;
            let last = catalog.releases_of(entry).pop().unwrap_or_default();
            let (mut recipe, error) = match host(entry, &last, &place, choices) {
                Ok(recipe) => (recipe, None),
                Err(failure) => (Recipe::default(), Some(failure)),
            };
            if let Some(failure) = refused(spec, Target::Host) {
                recipe.notes.insert(0, format!("{}: {}", failure.what, failure.why));
            }
            EntryCommand { schema: 1, model_id: spec.model_id.clone(), device: spec.device_type.clone(), recipe, error }
        })
        .collect())
}
