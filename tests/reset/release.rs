//! Ending real processes: the right ones, with the gentlest signal that works, and nobody else.

use std::time::{Duration, Instant};

use tt_jukebox::protocol::{ProcessId, Released};
use tt_jukebox::reset::release::{Patience, release};

use crate::child::Process;

const QUICK: Patience = Patience {
    interrupt: Duration::from_millis(300),
    terminate: Duration::from_millis(300),
    kill: Duration::from_secs(5),
};

async fn end(processes: &[ProcessId]) -> Released {
    release(processes, &QUICK).await
}

fn gone(released: &Released) -> Vec<(u32, Option<&str>)> {
    released.gone.iter().map(|gone| (gone.pid, gone.signal.as_deref())).collect()
}

#[tokio::test]
async fn the_gentlest_signal_that_works_is_the_last() {
    for (ignored, name, number) in [("", "INT", 2), ("INT", "TERM", 15), ("INT TERM", "KILL", 9)] {
        let mut process = Process::ignoring(ignored);
        let released = end(&[process.id()]).await;
        assert_eq!(gone(&released), [(process.pid(), Some(name))], "{:?}", released.left);
        assert_eq!((released.schema, released.left.len()), (1, 0));
        assert_eq!(process.ended_by(), Some(number), "and no other signal was sent");
    }
}

#[tokio::test]
async fn a_process_has_time_to_clean_up() {
    let dir = tempfile::tempdir().unwrap();
    let note = dir.path().join("closed");
    let script = format!(
        "trap 'sleep 0.2; echo closed > {}; exit 0' INT; echo ready; while :; do sleep 0.02; done",
        note.display()
    );
    let process = Process::shell(&script);
    let patience = Patience { interrupt: Duration::from_secs(10), ..QUICK };
    let start = Instant::now();
    let released = release(&[process.id()], &patience).await;
    assert_eq!(gone(&released), [(process.pid(), Some("INT"))]);
    assert_eq!(std::fs::read_to_string(note).unwrap(), "closed\n");
    assert!(start.elapsed() < Duration::from_secs(5), "nobody waits longer than it takes: {:?}", start.elapsed());
}

#[tokio::test]
async fn a_later_process_with_the_same_number_is_not_touched() {
    let mut process = Process::ignoring("");
    let id = process.id();
    for start_ticks in [id.start_ticks - 1, id.start_ticks + 1, 0] {
        let released = end(&[ProcessId { start_ticks, ..id }]).await;
        assert_eq!(gone(&released), [(id.pid, None)], "the one that was meant is gone");
        assert!(process.is_running());
    }
}

#[tokio::test]
async fn a_process_of_the_same_name_is_not_touched() {
    let (process, mut other) = (Process::ignoring(""), Process::ignoring(""));
    let released = end(&[process.id(), process.id()]).await;
    assert_eq!(gone(&released), [(process.pid(), Some("INT"))], "named twice, ended once");
    assert!(other.is_running());
}

#[tokio::test]
async fn one_that_has_ended_is_gone_whether_reaped_or_not() {
    let mut process = Process::ignoring("");
    let id = process.id();
    assert_eq!(gone(&end(&[id]).await), [(id.pid, Some("INT"))]);
    assert_eq!(gone(&end(&[id]).await), [(id.pid, None)], "a zombie holds nothing");
    process.ended_by();
    assert_eq!(gone(&end(&[id]).await), [(id.pid, None)]);
    let absurd = ProcessId { pid: u32::MAX, start_ticks: 1 };
    assert_eq!(gone(&end(&[absurd]).await), [(u32::MAX, None)]);
}

#[tokio::test]
async fn neither_we_nor_our_parents_nor_the_first_process_are_ended() {
    let start = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        tt_jukebox::device::holders::start_ticks(&stat).unwrap()
    };
    for pid in [std::process::id(), std::os::unix::process::parent_id(), 1] {
        let released = end(&[ProcessId { pid, start_ticks: start(pid) }]).await;
        assert_eq!((released.gone.len(), released.left.len()), (0, 1), "{pid}");
        assert!(released.left[0].why.contains("tt-jukebox itself"), "{:?}", released.left);
    }
    let outside = end(&[ProcessId { pid: 0, start_ticks: 0 }]).await;
    assert!(outside.left[0].why.contains("outside this container"), "{:?}", outside.left);
    assert!(!outside.left[0].next.is_empty());
}

#[tokio::test]
async fn what_belongs_to_another_user_is_left() {
    let Some(mut process) = Process::of_user(65_534) else { return };
    let released = end(&[process.id()]).await;
    assert_eq!(released.gone, []);
    assert_eq!(released.left[0].why, "it belongs to the user with id 65534");
    assert!(released.left[0].next.contains(&format!("sudo kill -INT {}", process.pid())));
    assert!(process.is_running());
}

#[tokio::test]
async fn many_are_ended_side_by_side() {
    let mut stubborn: Vec<Process> = (0..6).map(|_| Process::ignoring("INT TERM")).collect();
    let ids: Vec<ProcessId> = stubborn.iter().map(Process::id).collect();
    let start = Instant::now();
    let released = end(&ids).await;
    assert_eq!(released.gone.len(), 6, "{:?}", released.left);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(stubborn.iter_mut().all(|process| process.ended_by() == Some(9)));
}
