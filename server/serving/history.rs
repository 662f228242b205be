//! What was measured before: one file for each server and model, a line for each measurement.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::protocol::Bench;

/// Some hundred bytes for each measurement.
const MAX_FILE: u64 = 16 << 20;

/// The file of a server and model.
#[derive(Debug)]
pub struct History(PathBuf);

impl History {
    /// The history of what `bench` has measured, below the folder of what is remembered.
    pub fn of(dir: &Path, bench: &Bench) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let at = bench.url.split("://").last().unwrap_or_default();
        let name: String = format!("{}-{at}", bench.model).chars().map(plain).take(150).collect();
        Self(dir.join("bench").join(format!("{name}.jsonl")))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Measurements with answers of so many tokens, the newest first, so many at most. Lines that cannot be read are left out.
    pub fn read(&self, tokens: u64, most: usize) -> Vec<Bench> {
        let text = fs::metadata(&self.0).ok().filter(|meta| meta.len() <= MAX_FILE);
        let text = text.and_then(|_| fs::read_to_string(&self.0).ok()).unwrap_or_default();
        let read = text.lines().rev().filter_map(|line| serde_json::from_str::<Bench>(line).ok());
        read.filter(|old| old.tokens == tokens).take(most).collect()
    }

    /// Adds a measurement.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, bench: &Bench) -> io::Result<()> {
        fs::create_dir_all(self.0.parent().unwrap_or(Path::new(".")))?;
        let line = serde_json::to_string(&Bench { before: None, ..bench.clone() })?;
        let mut file = fs::OpenOptions::new().append(true).create(true).open(&self.0)?;
        writeln!(file, "{line}")
    }
}
