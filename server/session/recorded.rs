//! Files that stand in for this host: recorded facts, and saved answers of tt-smi.

use std::fs;
use std::path::Path;

use crate::device::facts::{FACTS_SCHEMA, SmiAnswer};
use crate::device::{Facts, smi};
use crate::error::{Failure, FailureKind, Result};

/// A fact file is some kilobytes; a Galaxy with its tt-smi text stays below half a megabyte.
const MAX_INPUT_BYTES: u64 = 16 << 20;

const SNAPSHOT: &str = "the snapshot";
const SAVE: &str = "Save one with `tt-smi -s > snapshot.json`.";
const FACTS: &str = "the recorded facts";
const RECORD: &str = "Record them on the machine in question with `tt-jukebox probe --raw > facts.json`.";

/// The facts that `probe --raw` has recorded.
///
/// # Errors
/// When they cannot be read, or are of another version.
pub(super) fn facts(path: &Path) -> Result<Facts> {
    let text = read_input(path, FACTS, RECORD)?;
    let facts: Facts =
        serde_json::from_str(&text).map_err(|error| unreadable(path, FACTS, error.to_string(), RECORD))?;
    if facts.schema != FACTS_SCHEMA {
        let why = format!("schema {} instead of {}", facts.schema, FACTS_SCHEMA);
        return Err(unreadable(path, FACTS, why, RECORD));
    }
    Ok(facts)
}

/// Facts with nothing but a saved answer of tt-smi.
///
/// # Errors
/// When it cannot be read.
pub(super) fn snapshot(path: &Path) -> Result<Facts> {
    let stdout = read_input(path, SNAPSHOT, SAVE)?;
    smi::parse(&stdout).map_err(|why| unreadable(path, SNAPSHOT, why, SAVE))?;
    let smi = Some(SmiAnswer { program: path.display().to_string(), stdout, error: None });
    Ok(Facts { smi, ..Facts::default() })
}

fn unreadable(path: &Path, what: &str, why: impl Into<String>, next: &str) -> Failure {
    Failure::new(FailureKind::Input, format!("{what} {} could not be read", path.display()), why, next)
}

/// Reads a file that a person has named.
fn read_input(path: &Path, what: &str, next: &str) -> Result<String> {
    let meta = fs::metadata(path).map_err(|error| unreadable(path, what, error.to_string(), next))?;
    if !meta.is_file() || meta.len() > MAX_INPUT_BYTES {
        return Err(unreadable(path, what, "it is not a file of a sane size", next));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, what, error.to_string(), next))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
