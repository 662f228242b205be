//! The processes of a server: the one that was started, its children, and whatever runs in its process group.

use std::collections::BTreeSet;
use std::fs;

use crate::device::holders::start_ticks;
use crate::protocol::ProcessId;

/// A process that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number and start.
    pub id: ProcessId,
    /// Who started it, or has taken it over.
    pub parent: u32,
    /// Its process group.
    pub group: u32,
}

/// Reads the text of `/proc/PID/stat`. None for what is over and only waits to be reaped.
pub(super) fn parse(pid: u32, stat: &str) -> Option<Process> {
    let start_ticks = start_ticks(stat)?;
    let mut fields = stat.rsplit(") ").next()?.split_whitespace();
    let state = fields.next()?;
    let (parent, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (!matches!(state, "Z" | "X")).then_some(Process { id: ProcessId { pid, start_ticks }, parent, group })
}

/// One process; none when it does not run.
pub fn look(pid: u32) -> Option<Process> {
    parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Everything that runs.
pub fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| look(entry.file_name().to_str()?.parse().ok()?)).collect()
}

/// True while this very process runs.
pub fn runs(id: ProcessId) -> bool {
    look(id.pid).is_some_and(|process| process.id == id)
}

/// The family of a process: itself, its children and theirs, and its group where it leads one. Whatever was started
/// before it is no child of it, whatever the numbers say. The head of the family comes first.
pub fn family(head: ProcessId, all: &[Process]) -> Vec<ProcessId> {
    let mut members = BTreeSet::from([head.pid]);
    let leads = all.iter().any(|process| process.id == head && process.group == head.pid);
    loop {
        let before = members.len();
        for process in all.iter().filter(|process| process.id.start_ticks >= head.start_ticks) {
            if members.contains(&process.parent) || (leads && process.group == head.pid) {
                members.insert(process.id.pid);
            }
        }
        if members.len() == before {
            break;
        }
    }
    let is_member =
        |process: &&Process| members.contains(&process.id.pid) && (process.id.pid != head.pid || process.id == head);
    let mut family: Vec<ProcessId> = all.iter().filter(is_member).map(|process| process.id).collect();
    family.sort_by_key(|id| (id.pid != head.pid, id.start_ticks));
    family
}

/// The youngest child of a shell: what was typed into it last.
pub fn youngest_child(shell: u32, all: &[Process]) -> Option<ProcessId> {
    all.iter().filter(|process| process.parent == shell).map(|process| process.id).max_by_key(|id| id.start_ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, start_ticks: u64, parent: u32, group: u32) -> Process {
        Process { id: ProcessId { pid, start_ticks }, parent, group }
    }

    #[test]
    fn children_grandchildren_and_the_group() {
        let all = [
            process(10, 100, 1, 10),
            process(11, 110, 10, 10),
            process(12, 120, 11, 12),
            // Its parent has ended, and it is still of the group.
            process(13, 130, 1, 10),
            process(14, 140, 1, 14),
            // Older than the head: it is no child, its number of a parent is a coincidence.
            process(15, 50, 10, 15),
        ];
        let pids = |head| family(head, &all).iter().map(|id| id.pid).collect::<Vec<_>>();
        assert_eq!(pids(all[0].id), [10, 11, 12, 13]);
        assert_eq!(pids(all[1].id), [11, 12]);
        assert!(pids(ProcessId { pid: 10, start_ticks: 99 }).iter().all(|pid| *pid != 10));
        assert_eq!(youngest_child(10, &all).unwrap().pid, 11);
    }

    #[test]
    fn a_process_that_is_over_does_not_run() {
        assert!(parse(7, "7 (a) b) Z 1 7 7 0 -1 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10").is_none());
        assert_eq!(parse(7, "7 (a) b) S 1 9 7 0 -1 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10").unwrap().group, 9);
        let own = look(std::process::id()).unwrap();
        assert!(runs(own.id));
        assert!(!runs(ProcessId { start_ticks: own.id.start_ticks + 1, ..own.id }));
    }
}
