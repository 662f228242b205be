//! One program in a process group of its own: its output as lines, and its end with everything that it has started.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::MARK;
use super::output::{Line, Lines};
use crate::hub::Secret;
use crate::protocol::SetupCommand;

/// What is left of the output of a program that has ended is there at once, unless somebody else holds it open.
const DRAIN: Duration = Duration::from_millis(300);
/// How often the step is looked at while its program is silent.
const TICK: Duration = Duration::from_millis(250);
/// How long a group may take after each signal; below six seconds in all.
const PATIENCE: [(Signal, Duration); 3] = [
    (Signal::INT, Duration::from_secs(2)),
    (Signal::TERM, Duration::from_secs(2)),
    (Signal::KILL, Duration::from_millis(1500)),
];

/// What a running program has to tell.
pub(super) enum Heard {
    Line(Line),
    Nothing,
}

/// How a program has ended.
pub(super) enum End {
    Exit(ExitStatus),
    Cancelled,
}

/// A running program whose whole group ends when this is dropped.
pub(super) struct Group {
    child: Child,
    pid: Pid,
    stdout: ChildStdout,
    stderr: ChildStderr,
}

/// Who gets the token of the hub.
pub(super) enum Token<'a> {
    /// A program that does not need it: what is in our own environment is taken away.
    Withheld,
    /// A program that needs it: the given one, else what it finds by itself.
    Given(Option<&'a Secret>),
}

/// Starts a program.
pub(super) fn start(command: &SetupCommand, state: &Path, token: &Token<'_>) -> io::Result<Group> {
    let [program, args @ ..] = command.argv.as_slice() else { return Err(io::ErrorKind::InvalidInput.into()) };
    let mut starting = Command::new(program);
    starting.args(args).current_dir(&command.cwd).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    starting.process_group(0).kill_on_drop(true);
    for name in &command.unset {
        starting.env_remove(name);
    }
    match token {
        Token::Withheld => drop(starting.env_remove("HF_TOKEN").env_remove("HUGGING_FACE_HUB_TOKEN")),
        Token::Given(Some(secret)) => drop(starting.env("HF_TOKEN", secret.expose())),
        Token::Given(None) => {}
    }
    starting.envs(command.env.iter().map(|variable| (&variable.name, &variable.value)));
    starting.env(MARK, state);
    let mut child = starting.spawn()?;
    let pid = child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
    match (pid, child.stdout.take(), child.stderr.take()) {
        (Some(pid), Some(stdout), Some(stderr)) => Ok(Group { child, pid, stdout, stderr }),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

impl Group {
    /// Its number, which is that of its group.
    pub fn pid(&self) -> u32 {
        self.pid.as_raw_nonzero().get().cast_unsigned()
    }

    /// Waits for its end and passes on what it prints. Cancelled, it ends the whole group in order first.
    pub async fn end(&mut self, cancel: &CancellationToken, mut hear: impl FnMut(Heard)) -> io::Result<End> {
        let (mut out, mut err) = (Lines::default(), Lines::default());
        let (mut bytes, mut more) = (vec![0; 8192], vec![0; 8192]);
        let (mut out_open, mut err_open) = (true, true);
        let status = loop {
            tokio::select! {
                () = cancel.cancelled() => {
                    self.stop().await;
                    return Ok(End::Cancelled);
                }
                read = self.stdout.read(&mut bytes), if out_open => match read? {
                    0 => out_open = false,
                    count => out.feed(&bytes[..count]).into_iter().for_each(|line| hear(Heard::Line(line))),
                },
                read = self.stderr.read(&mut more), if err_open => match read? {
                    0 => err_open = false,
                    count => err.feed(&more[..count]).into_iter().for_each(|line| hear(Heard::Line(line))),
                },
                status = self.child.wait() => break status?,
                () = sleep(TICK) => hear(Heard::Nothing),
            }
        };
        let until = Instant::now() + DRAIN;
        while out_open || err_open {
            let left = until.saturating_duration_since(Instant::now());
            let read = async {
                tokio::select! {
                    read = self.stdout.read(&mut bytes), if out_open => (true, read),
                    read = self.stderr.read(&mut more), if err_open => (false, read),
                }
            };
            match timeout(left, read).await {
                Ok((true, Ok(count @ 1..))) => {
                    out.feed(&bytes[..count]).into_iter().for_each(|line| hear(Heard::Line(line)))
                }
                Ok((false, Ok(count @ 1..))) => {
                    err.feed(&more[..count]).into_iter().for_each(|line| hear(Heard::Line(line)))
                }
                Ok((true, _)) => out_open = false,
                Ok((false, _)) => err_open = false,
                Err(_) => break,
            }
        }
        out.end().into_iter().chain(err.end()).for_each(|line| hear(Heard::Line(line)));
        // What it has left in the background belongs to nobody any more.
        if is_alive(self.pid) {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
        Ok(End::Exit(status))
    }

    /// Ends the group: INT, so that git and the downloader tidy up, then TERM, then KILL.
    async fn stop(&mut self) {
        for (signal, patience) in PATIENCE {
            let _ = kill_process_group(self.pid, signal);
            let until = Instant::now() + patience;
            while Instant::now() < until {
                let reaped = !matches!(self.child.try_wait(), Ok(None));
                if reaped && !is_alive(self.pid) {
                    return;
                }
                sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if is_alive(self.pid) {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
    }
}

/// True while a process of the group runs; one that only waits to be reaped does not. The kernel gives the number of a
/// group to nobody else as long as one of its processes is there.
fn is_alive(group: Pid) -> bool {
    let group = group.as_raw_nonzero().get().to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok()).any(|stat| {
        // After the name in brackets: state, parent, group (proc(5)).
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let state = fields.next().unwrap_or("Z");
        !matches!(state, "Z" | "X") && fields.nth(1) == Some(group.as_str())
    })
}
