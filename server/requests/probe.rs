//! `tenstorrent/probe`: what is in this box.

use crate::device::{Host, interpret};
use crate::error::Result;
use crate::protocol::ProbeParams;
use crate::session::Session;

/// Looks at the host; with `refresh` tt-smi is asked too.
///
/// # Errors
/// When the recorded facts or the simulated box cannot be had.
pub async fn probe(session: &Session, params: ProbeParams) -> Result<Host> {
    let facts = if params.refresh { session.facts_with_smi().await? } else { session.facts()? };
    Ok(interpret(&facts))
}
