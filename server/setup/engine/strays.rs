//! Programs that an earlier run has left behind because it was killed: they are known by a variable in their environment,
//! so that a number that somebody else has got meanwhile cannot be mistaken for them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::MARK;
use crate::device::holders::start_ticks;
use crate::protocol::ProcessId;
use crate::reset::release::{Patience, release};

/// Ends every program that carries the mark of this state folder. Returns how many there were.
pub(super) async fn end(state: &Path) -> usize {
    let found = find(state);
    if !found.is_empty() {
        let patience = Patience {
            interrupt: Duration::from_secs(2),
            terminate: Duration::from_secs(2),
            kill: Duration::from_secs(1),
        };
        release(&found, &patience).await;
    }
    found.len()
}

fn find(state: &Path) -> Vec<ProcessId> {
    let mark = format!("{MARK}={}", state.display());
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id())
        .filter_map(|pid| {
            let environ = fs::read(format!("/proc/{pid}/environ")).ok()?;
            environ.split(|byte| *byte == 0).find(|row| *row == mark.as_bytes())?;
            id(pid)
        })
        .collect()
}

/// A process beyond doubt; none when it is gone.
pub(super) fn id(pid: u32) -> Option<ProcessId> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(ProcessId { pid, start_ticks: start_ticks(&stat)? })
}
