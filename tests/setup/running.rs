//! A setup that runs while a test watches it.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Long enough for a busy machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A setup that runs; it does not outlive its test.
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts it; its output goes to `log`.
    pub fn new(command: &mut Command, log: PathBuf) -> Self {
        Self { child: command.spawn().unwrap(), log }
    }

    pub fn signal(&self, name: &str) {
        assert!(
            Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success()
        );
    }

    /// Waits until `reached`; false when the setup has ended before.
    pub fn until(&mut self, reached: impl Fn() -> bool) -> bool {
        let until = Instant::now() + PATIENCE;
        while !reached() {
            if self.child.try_wait().unwrap().is_some() {
                return reached();
            }
            assert!(Instant::now() < until, "it did not come so far: {}", self.output());
            thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// Waits for its end; the exit code, none for a signal.
    pub fn end(&mut self) -> Option<i32> {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return if status.signal().is_some() { None } else { status.code() };
            }
            assert!(Instant::now() < until, "the setup did not end: {}", self.output());
            thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn output(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The last line of JSON.
    pub fn outcome(&self) -> Value {
        let text = self.output();
        let last = text.lines().rev().find(|line| line.starts_with('{')).unwrap_or("null");
        serde_json::from_str(last).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
