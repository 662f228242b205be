//! Ends a server that we have started: a container by its own stop, a process and its family by INT, TERM and KILL, and
//! only where pid and start are still those that were noted.

use std::time::Duration;

use super::containers;
use super::family;
use super::record::{Record, Records};
use super::started::{process_of, tool_of};
use crate::error::{Failure, FailureKind, Result};
use crate::reset::release::{Patience, release};

/// A server closes its devices when it is asked to, which takes some seconds on a full board.
const PATIENCE: Patience =
    Patience { interrupt: Duration::from_secs(20), terminate: Duration::from_secs(5), kill: Duration::from_secs(2) };
/// What a process starts while it ends is ended in another round.
const ROUNDS: usize = 3;

/// Ends it, and notes that somebody did.
///
/// # Errors
/// When it does not end, or may not be ended.
pub async fn stop(record: &Record, records: &Records) -> Result<()> {
    if let Some(name) = &record.container {
        let tool = tool_of(record);
        let failed = |what: String, why: String| {
            let next = format!("Look at it with `{tool} ps`, and stop it with `{tool} stop {name}`.");
            Err(Failure::new(FailureKind::Tool, what, why, next))
        };
        match containers::running().await.has(tool, name) {
            Err(why) => return failed(format!("nobody knows whether the container {name} runs"), why),
            Ok(true) if !containers::stop(tool, name).await => {
                return failed(format!("the container {name} does not end"), format!("`{tool} stop` has failed"));
            }
            Ok(_) => {}
        }
    }
    // Noted first: a look in between must not call it lost.
    records.update(record, |record| record.stopped = true)?;
    let Some(head) = process_of(record) else { return Ok(()) };
    let mut family = family::family(head, &family::all());
    for _ in 0..ROUNDS {
        if family.is_empty() {
            return Ok(());
        }
        let released = release(&family, &PATIENCE).await;
        if let Some(left) = released.left.first() {
            records.update(record, |record| record.stopped = false)?;
            let what = format!("process {} of the server is still there", left.pid);
            return Err(Failure::new(FailureKind::Tool, what, left.why.clone(), left.next.clone()));
        }
        // The head is gone; what is left is of its group, or was a child of one that is gone.
        let all = family::all();
        let ended = std::mem::take(&mut family);
        let is_left = |process: &&family::Process| {
            process.id.start_ticks >= head.start_ticks
                && (process.group == head.pid || ended.iter().any(|id| id.pid == process.parent))
        };
        family = all.iter().filter(is_left).map(|process| process.id).collect();
    }
    Ok(())
}
