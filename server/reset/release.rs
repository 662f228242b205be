//! Ends processes that hold a board: INT, then TERM, then KILL, each with time to clean up.
//!
//! A process is a number and a start time, never a name. A pidfd is opened first and the start time is read after that:
//! when it still fits, the pidfd can mean no other process, and a signal through it cannot reach one that has taken the
//! number since.

use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tokio::time::{Instant, sleep};

use super::process::{self, Own};
use crate::protocol::{Gone, Left, ProcessId, Released};

/// How often to look whether the processes have ended.
const STEP: Duration = Duration::from_millis(25);

/// How long to wait after each signal.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After INT: Python and tt-metal close their devices then, which takes seconds.
    pub interrupt: Duration,
    /// After TERM.
    pub terminate: Duration,
    /// After KILL: the kernel only has to take the process apart.
    pub kill: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { interrupt: Duration::from_secs(10), terminate: Duration::from_secs(5), kill: Duration::from_secs(2) }
    }
}

/// A process that may be ended.
struct Target {
    id: ProcessId,
    pidfd: OwnedFd,
}

impl Target {
    /// True when all threads of the process have ended and it has let go of its files, even if nobody has reaped it.
    fn has_ended(&self) -> bool {
        let mut fds = [PollFd::new(&self.pidfd, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|ready| ready > 0)
    }

    /// Sends a signal to this very process. A process that is gone is no error.
    fn signal(&self, signal: Signal) -> Result<(), Errno> {
        // The pidfd cannot change its process. The look is for the eyes of whoever reads this: no signal without it.
        if process::look(self.id.pid).is_none_or(|seen| seen.start_ticks != self.id.start_ticks) {
            return Ok(());
        }
        match pidfd_send_signal(&self.pidfd, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// What became of one process before any signal.
enum Opened {
    Target(Target),
    Gone,
    Left(Left),
}

/// Ends these processes, all at once at each step, and tells what became of each. What belongs to another user, runs in
/// another container, or has started this program is left alone.
pub async fn release(processes: &[ProcessId], patience: &Patience) -> Released {
    let own = Own::read();
    let mut released = Released { schema: 1, gone: Vec::new(), left: Vec::new() };
    let mut targets: Vec<Target> = Vec::new();
    for id in processes {
        if targets.iter().any(|target| target.id == *id) {
            continue;
        }
        match open(*id, &own) {
            Opened::Target(target) => targets.push(target),
            Opened::Gone => released.gone.push(Gone { pid: id.pid, signal: None }),
            Opened::Left(left) => released.left.push(left),
        }
    }
    let steps = [
        ("INT", Signal::INT, patience.interrupt),
        ("TERM", Signal::TERM, patience.terminate),
        ("KILL", Signal::KILL, patience.kill),
    ];
    for (name, signal, wait) in steps {
        targets.retain(|target| match target.signal(signal) {
            Ok(()) => true,
            Err(error) => {
                released.left.push(refused(target.id.pid, error));
                false
            }
        });
        let until = Instant::now() + wait;
        loop {
            targets.retain(|target| {
                let ended = target.has_ended();
                if ended {
                    released.gone.push(Gone { pid: target.id.pid, signal: Some(name.into()) });
                }
                !ended
            });
            if targets.is_empty() || Instant::now() >= until {
                break;
            }
            sleep(STEP).await;
        }
    }
    released.left.extend(targets.iter().map(|target| stuck(target.id.pid)));
    released
}

fn open(id: ProcessId, own: &Own) -> Opened {
    let left = |why: String, next: &str| Opened::Left(Left { pid: id.pid, why, next: next.into() });
    if id.pid == 0 {
        let next = "Find it on the host, for example with `sudo fuser -v /dev/tenstorrent/*`, and stop it there.";
        return left("it runs outside this container and has no number here".into(), next);
    }
    let Some(pid) = i32::try_from(id.pid).ok().and_then(Pid::from_raw) else { return Opened::Gone };
    let pidfd = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => pidfd,
        Err(Errno::SRCH) => return Opened::Gone,
        Err(error) => {
            let next = "End it yourself, for example with Ctrl-C where it was started.";
            return left(format!("this kernel cannot hold on to a process without doubt: {error}"), next);
        }
    };
    let target = Target { id, pidfd };
    match process::look(id.pid) {
        Some(seen) if seen.start_ticks == id.start_ticks && !target.has_ended() => match own.objection(id.pid, &seen) {
            Some(left) => Opened::Left(left),
            None => Opened::Target(target),
        },
        // The number is free, or a later process has it: the one that was meant is gone.
        _ => Opened::Gone,
    }
}

fn refused(pid: u32, error: Errno) -> Left {
    let why = format!("the kernel does not let us signal it: {error}");
    Left { pid, why, next: format!("End it as its owner: `sudo kill -INT {pid}`.") }
}

fn stuck(pid: u32) -> Left {
    let why = "it does not end, not even after KILL: it waits inside the kernel".into();
    let next = format!("`ps -o pid,stat,wchan:30,args -p {pid}` shows where. If it stays, only a reboot ends it.");
    Left { pid, why, next }
}
