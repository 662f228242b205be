//! Starting programs: to their end with a plain error, or in the background in a group that is ended by its id.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

const LINES_SHOWN: usize = 40;
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a program to its end; what it prints goes to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| not_started(command))?;
    if status.success() { Ok(()) } else { bail!("{} {}", shown(command), ending(status)) }
}

/// Runs a program to its end; what it prints is kept back and shown only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| not_started(command))?;
    if output.status.success() {
        return Ok(());
    }
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<&str> = text.lines().collect();
    let tail = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    bail!("{} {}; it printed:\n{}", shown(command), ending(output.status), tail.join("\n"))
}

/// Runs a program to its end and gives back what it printed; what it says on stderr is shown only when it fails.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| not_started(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} {}; it said:\n{said}", shown(command), ending(output.status));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed no text", shown(command)))
}

/// A program in the background, in a process group of its own. Dropping it ends the whole group.
pub struct Group {
    /// The program itself.
    pub child: Child,
}

impl Group {
    /// Starts it. The group does not hear the terminal's Ctrl-C: whoever holds this ends it.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        let child = command.process_group(0).spawn().with_context(|| not_started(command))?;
        Ok(Self { child })
    }

    /// How it ended, when it has.
    pub fn ended(&mut self) -> Result<Option<String>> {
        Ok(self.child.try_wait()?.map(ending))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // The group may be gone already, which is what is wanted.
            let _gone = kill_process_group(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(20));
        }
        // Also for whatever outlived the program itself.
        self.signal(Signal::KILL);
        let _reaped = self.child.wait();
    }
}

fn not_started(command: &Command) -> String {
    format!("could not start {}", command.get_program().display())
}

fn shown(command: &Command) -> String {
    let mut text = format!("`{}", command.get_program().display());
    for arg in command.get_args() {
        let _infallible = write!(text, " {}", arg.display());
    }
    text.push('`');
    text
}

fn ending(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with code {code}"),
        None => format!("was ended ({status})"),
    }
}
