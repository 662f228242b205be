//! Who holds a device: the driver's own list (tt-kmd 2.5 and newer), else the open files of every process that we may
//! look into.

use std::collections::BTreeSet;
use std::fs;

use super::facts::{PciFunction, ProcessFacts, Reading};
use super::sysfs::{Root, read_lines, read_small};
use crate::secrets;

/// Process ids from `/proc/driver/tenstorrent/N/pids`: one line for each open file, 0 for a process outside this PID
/// namespace. None when the driver has no such file.
pub fn from_driver(root: &Root, node: u32) -> Option<Vec<u32>> {
    let path = root.path(&format!("/proc/driver/tenstorrent/{node}/pids"));
    if !path.exists() {
        return None;
    }
    let text = read_lines(&path);
    let pids: BTreeSet<u32> = text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect();
    Some(pids.into_iter().collect())
}

/// Fills in the holders of every function whose driver does not tell, by one look through `/proc/*/fd`. Without root
/// that shows the own user's processes only.
pub fn from_open_files(root: &Root, functions: &mut [PciFunction]) {
    if functions.iter().all(|function| function.node.is_none() || function.holders.is_some()) {
        return;
    }
    let mut open: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (pid, path) in processes(root) {
        let Ok(files) = fs::read_dir(path.join("fd")) else { continue };
        for target in files.flatten().filter_map(|file| fs::read_link(file.path()).ok()) {
            let node = target.to_str().and_then(|target| target.strip_prefix("/dev/tenstorrent/")?.parse().ok());
            open.extend(node.map(|node: u32| (node, pid)));
        }
    }
    for function in functions.iter_mut().filter(|function| function.holders.is_none()) {
        let Some(node) = function.node else { continue };
        function.holders = Some(open.iter().filter(|(held, _)| *held == node).map(|(_, pid)| *pid).collect());
    }
}

fn processes(root: &Root) -> impl Iterator<Item = (u32, std::path::PathBuf)> {
    fs::read_dir(root.path("/proc"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
}

/// What can be seen of the processes that hold a device. One that is gone, or that we may not look at, is left out.
pub fn describe(root: &Root, functions: &[PciFunction]) -> Vec<ProcessFacts> {
    let pids: BTreeSet<u32> = functions
        .iter()
        .flat_map(|function| function.holders.iter().flatten().copied())
        .filter(|pid| *pid > 0)
        .collect();
    if pids.is_empty() {
        return Vec::new();
    }
    let booted = boot_time(root);
    pids.into_iter().filter_map(|pid| process(root, pid, booted)).collect()
}

/// Reads one process. None when it is gone.
pub fn process(root: &Root, pid: u32, booted: u64) -> Option<ProcessFacts> {
    let home = root.path(&format!("/proc/{pid}"));
    let start_ticks = start_ticks(&read_lines(&home.join("stat")))?;
    let words: Vec<String> = read_lines(&home.join("cmdline")).split('\0').map(str::to_owned).collect();
    // Facts are shown, and sent to others as they are.
    let command = secrets::in_command(&words).join(" ").trim().to_owned();
    let status = read_lines(&home.join("status"));
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")?.split_whitespace().next());
    Some(ProcessFacts {
        pid,
        user: uid.map(|uid| user_name(root, uid)).unwrap_or_default(),
        command,
        start_ticks,
        started: booted + start_ticks / rustix::param::clock_ticks_per_second().max(1),
    })
}

/// Field 22 of `/proc/PID/stat`; the name in parentheses before it may hold blanks and parentheses itself.
pub fn start_ticks(stat: &str) -> Option<u64> {
    stat.rsplit(") ").next()?.split_whitespace().nth(19)?.parse().ok()
}

/// Seconds since 1970 at which the machine was started; 0 when nobody says.
pub fn boot_time(root: &Root) -> u64 {
    let stat = read_lines(&root.path("/proc/stat"));
    stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok()).unwrap_or(0)
}

fn user_name(root: &Root, uid: &str) -> String {
    let passwd = read_lines(&root.path("/etc/passwd"));
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id == uid).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| uid.to_owned())
}

/// True while one of the holders is a reset by tt-smi, whoever started it: reading sensors then can stall the host on
/// drivers before 2.9 (tt-kmd PR#211).
pub fn reset_under_way(root: &Root, functions: &[PciFunction]) -> bool {
    let mut pids: Vec<u32> =
        functions.iter().filter_map(|function| function.holders.clone()).flatten().filter(|pid| *pid > 0).collect();
    pids.sort_unstable();
    pids.dedup();
    pids.into_iter().any(|pid| match read_small(&root.path(&format!("/proc/{pid}/cmdline"))) {
        Some(Reading::Text(command)) => is_reset(&command),
        _ => false,
    })
}

fn is_reset(command: &str) -> bool {
    let mut words = command.split(['\0', ' ']);
    let runs_tt_smi = words.by_ref().take(3).any(|word| word.rsplit('/').next() == Some("tt-smi"));
    let rest: Vec<&str> = command.split(['\0', ' ']).collect();
    runs_tt_smi && rest.iter().any(|word| *word == "-r" || *word == "--reset" || word.starts_with("-glx_reset"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_process_whose_name_is_a_trap() {
        let stat = "42 (a) R (b) c) S 1 42 42 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 1 0 98765 1000 10";
        assert_eq!(start_ticks(stat), Some(98765));
        assert_eq!(start_ticks("garbage"), None);
    }

    #[test]
    fn only_a_reset_is_a_reset() {
        assert!(is_reset("/usr/bin/python3\0/opt/venv/bin/tt-smi\0-r\x000"));
        assert!(is_reset("tt-smi\0-glx_reset_auto"));
        assert!(!is_reset("tt-smi\0-s"));
        assert!(!is_reset("vim\0tt-smi.md\0-r"));
    }
}
