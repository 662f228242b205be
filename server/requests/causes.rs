//! `tenstorrent/causes`: what is known about the words of an output or a log.

use crate::error::Result;
use crate::protocol::{Causes, CausesParams, KnownCause};
use crate::session::Session;
use crate::setup::failures;

/// The rows of the table of known failures whose words stand in the text.
///
/// # Errors
/// None; the shape is that of every request.
pub async fn causes(_session: &Session, params: CausesParams) -> Result<Causes> {
    let known = |row: &failures::Cause| KnownCause {
        cause: row.cause.clone(),
        next: row.next.clone(),
        source: row.source.clone(),
    };
    Ok(Causes { causes: failures::known(&params.text).into_iter().map(known).collect() })
}
