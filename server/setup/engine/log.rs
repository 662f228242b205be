//! The log of one step, for the person, and its last lines, for the likely cause of a failure.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// So many of the last lines are searched for a cause.
const TAIL: usize = 80;

/// The log of a step and its last lines.
pub(super) struct Log {
    file: File,
    tail: VecDeque<String>,
}

impl Log {
    /// Opens the log; what earlier runs wrote stays.
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Self { file, tail: VecDeque::new() })
    }

    /// Adds a line. What the next line writes over stays out of the file.
    pub fn write(&mut self, line: &str, stays: bool) {
        if stays {
            // A full disk shows itself in the step; the log of it is worth nothing then.
            let _ = writeln!(self.file, "{line}");
        }
        self.tail.push_back(line.chars().take(2000).collect());
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
    }

    /// The newest of the last lines, for somebody who is asked about them.
    pub fn newest(&self, count: usize) -> impl Iterator<Item = &str> {
        self.tail.iter().skip(self.tail.len().saturating_sub(count)).map(String::as_str)
    }

    /// The last lines.
    pub fn tail(&self) -> String {
        self.tail.iter().map(String::as_str).collect::<Vec<_>>().join("\n")
    }
}
