//! `tenstorrent/monitor`: how often the status is sent.

use super::status;
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{MonitorParams, Status};
use crate::session::Session;

/// The intervals that a person can choose, in seconds; 2 is "live".
pub const INTERVALS: [u32; 6] = [2, 30, 60, 120, 300, 600];

/// Changes the rhythm of the monitor and answers the status of now.
///
/// # Errors
/// When the interval is none of the offered ones, or the host cannot be looked at.
pub async fn monitor(session: &Session, params: MonitorParams) -> Result<Status> {
    if !INTERVALS.contains(&params.interval_s) {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("{} s is not an interval of the monitor", params.interval_s),
            format!("the intervals are {INTERVALS:?} seconds"),
            "Choose one of them.",
        ));
    }
    session.set_rhythm(params.auto_update.then_some(params.interval_s));
    let done = session.progress.all().into_keys().collect();
    Ok(Status { done, ..status::of_host(&session.host()?, session.rhythm()) })
}
