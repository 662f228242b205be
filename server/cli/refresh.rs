//! Looking for newer spec files around an answer: before it when that is asked for, else after it, so that nobody waits
//! for a network to read a list.

use std::time::Duration;

use super::block_on;
use super::output::{Output, printable};
use super::stopping::block_on_stoppable;
use crate::catalog::refresh::Outcome;
use crate::error::{FailureKind, Result};
use crate::session::Session;

/// What somebody has asked for may take a while.
const ASKED_FOR: Duration = Duration::from_secs(30);
/// What nobody has asked for must not keep the prompt away.
const UNASKED: Duration = Duration::from_secs(3);

/// Refreshes the catalog. A failure is told, and the answer comes from what was here.
///
/// # Errors
/// When the user stops it.
pub(super) fn before(session: &Session, output: &Output) -> Result<()> {
    if session.settings.get("catalog").is_some() {
        output.message("note: --catalog names the catalog, so nothing was refreshed");
        return Ok(());
    }
    match block_on_stoppable(session.refresh_catalog(true, ASKED_FOR)) {
        Ok(Outcome::Updated(release)) => {
            output.message(&format!("note: release {} has been fetched", printable(&release)));
        }
        Ok(_) => output.message("note: there is no newer catalog"),
        Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
        Err(failure) => output.message(&format!("warning: {failure}")),
    }
    Ok(())
}

/// Looks for newer files when nobody has within the hour.
pub(super) fn after(session: &Session, output: &Output) {
    match block_on(session.refresh_catalog(false, UNASKED)) {
        Ok(Outcome::Updated(release)) => {
            let release = printable(&release);
            output.message(&format!("note: release {release} of the spec files has come; the next answer uses it"));
        }
        Ok(Outcome::NotDue | Outcome::Unchanged) => {}
        Err(failure) => {
            let next = "The next try is in an hour; `tt-jukebox catalog refresh` tries now, and the setting \
                        catalog_updates = \"off\" stops it.";
            output.message(&format!("note: {}: {}. {next}", failure.what, failure.why));
        }
    }
}
