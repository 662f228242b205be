//! A real process to end, which never outlives its test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};

use tt_jukebox::device::holders::start_ticks;
use tt_jukebox::protocol::ProcessId;

pub struct Process(Child);

impl Process {
    /// A process that ignores these signals (`INT TERM`; empty for none) and does nothing else.
    pub fn ignoring(signals: &str) -> Self {
        let trap = if signals.is_empty() { String::new() } else { format!("trap '' {signals}; ") };
        Self::shell(&format!("{trap}echo ready; exec sleep 1000"))
    }

    /// A shell that runs `script`, which prints a line once it is ready.
    pub fn shell(script: &str) -> Self {
        Self::start(shell().args(["-c", script]))
    }

    /// One of another user. None when this test may not start such.
    pub fn of_user(uid: u32) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not run: only root can start a process of another user");
            return None;
        }
        Some(Self::start(shell().args(["-c", "echo ready; exec sleep 1000"]).uid(uid)))
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self(child)
    }

    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Its number and start as the kernel tells them.
    pub fn id(&self) -> ProcessId {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap();
        ProcessId { pid: self.pid(), start_ticks: start_ticks(&stat).unwrap() }
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// The signal that ended it. Waits for the end.
    pub fn ended_by(&mut self) -> Option<i32> {
        self.0.wait().unwrap().signal()
    }
}

/// A shell that obeys signals even where the tests run in the background, which makes them ignore INT for good.
fn shell() -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM", "sh"]);
    command
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
