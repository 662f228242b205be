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
    /// Process group in the foreground of its terminal; none without a terminal.
    pub foreground: Option<u32>,
}

/// Reads the text of `/proc/PID/stat`. None for what is over and only waits to be reaped.
pub(super) fn parse(pid: u32, stat: &str) -> Option<Process> {
    let start_ticks = start_ticks(stat)?;
    let mut fields = stat.rsplit(") ").next()?.split_whitespace();
    let state = fields.next()?;
    let (parent, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    // Session and terminal stand in between; without a terminal the group is -1.
    let foreground = fields.nth(2).and_then(|group| group.parse().ok());
    (!matches!(state, "Z" | "X")).then_some(Process { id: ProcessId { pid, start_ticks }, parent, group, foreground })
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

/// What was typed into a shell last: the head of the job in the foreground of its terminal, so that the short programs that
/// a prompt runs are not taken for it. Of a shell without a terminal, its youngest child.
pub fn job_of(shell: u32, all: &[Process]) -> Option<ProcessId> {
    let own = all.iter().find(|process| process.id.pid == shell)?;
    match own.foreground {
        Some(group) if group == own.group => None,
        Some(group) => all.iter().find(|process| process.id.pid == group).map(|process| process.id),
        None => all
            .iter()
            .filter(|process| process.parent == shell)
            .map(|process| process.id)
            .max_by_key(|id| id.start_ticks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, start_ticks: u64, parent: u32, group: u32) -> Process {
        Process { id: ProcessId { pid, start_ticks }, parent, group, foreground: None }
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
        assert_eq!(job_of(10, &all).unwrap().pid, 11);
    }

    #[test]
    fn the_job_of_a_shell_is_what_its_terminal_is_given_to() {
        let of = |foreground| {
            let shell = Process { foreground: Some(foreground), ..process(10, 100, 1, 10) };
            // 12 is what the prompt runs, in the group of the shell itself.
            job_of(10, &[shell, process(11, 110, 10, 11), process(12, 120, 10, 10)]).map(|id| id.pid)
        };
        assert_eq!(of(11), Some(11));
        assert_eq!(of(10), None, "the shell is at its prompt");
        assert_eq!(of(99), None, "the head of the job is over");
    }

    #[test]
    fn a_process_that_is_over_does_not_run() {
        assert!(parse(7, "7 (a) b) Z 1 7 7 0 -1 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10").is_none());
        let here = parse(7, "7 (a) b) S 1 9 7 0 -1 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10").unwrap();
        assert_eq!((here.group, here.foreground), (9, None));
        let typed = parse(7, "7 (sh) S 1 9 7 34816 12 0 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10").unwrap();
        assert_eq!(typed.foreground, Some(12));
        let own = look(std::process::id()).unwrap();
        assert!(runs(own.id));
        assert!(!runs(ProcessId { start_ticks: own.id.start_ticks + 1, ..own.id }));
    }
}
