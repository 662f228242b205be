//! Runs another program so that it can do no harm: in a process group of its own, without a terminal to read from, with
//! a deadline, a cap on what it may print, and an end that takes its children along.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

/// What a program did.
#[derive(Debug)]
pub struct Finished {
    /// Exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, at most the cap.
    pub stdout: Vec<u8>,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// It could not be started.
    #[error("it could not be started: {0}")]
    Start(#[source] io::Error),
    /// It did not end in time and was killed.
    #[error("it gave no answer within {} s and was stopped", .0.as_secs())]
    Deadline(Duration),
    /// It printed more than any sane answer and was killed.
    #[error("it printed more than {} kB and was stopped", .0 / 1000)]
    TooMuch(usize),
    /// Its output could not be read.
    #[error("its output could not be read: {0}")]
    Read(#[source] io::Error),
}

/// A running program whose whole process group ends when this is dropped.
struct Group {
    child: Child,
    pid: Option<Pid>,
}

impl Drop for Group {
    fn drop(&mut self) {
        // Until `wait` has reaped the child its pid cannot belong to anybody else, so the group is ours to end.
        if self.child.id().is_some()
            && let Some(pid) = self.pid
        {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Runs `program` to its end and returns what it printed. Dropping the future ends the program and its children.
/// `env` changes the inherited environment: a value sets a variable, none removes it.
///
/// # Errors
/// When it cannot be started, is not done after `deadline`, or prints more than `max_bytes`.
pub async fn run<A: AsRef<OsStr>>(
    program: &Path,
    args: &[A],
    env: &[(&str, Option<&str>)],
    deadline: Duration,
    max_bytes: usize,
) -> Result<Finished, NoAnswer> {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.process_group(0).kill_on_drop(true);
    for (name, value) in env {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let child = command.spawn().map_err(NoAnswer::Start)?;
    let pid = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let mut group = Group { child, pid };
    let stdout = group.child.stdout.take();
    let answer = async {
        let mut bytes = Vec::new();
        if let Some(stdout) = stdout {
            let cap = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
            stdout.take(cap).read_to_end(&mut bytes).await.map_err(NoAnswer::Read)?;
        }
        if bytes.len() > max_bytes {
            return Err(NoAnswer::TooMuch(max_bytes));
        }
        let status = group.child.wait().await.map_err(NoAnswer::Read)?;
        Ok(Finished { code: status.code(), stdout: bytes })
    };
    tokio::time::timeout(deadline, answer).await.unwrap_or(Err(NoAnswer::Deadline(deadline)))
}
