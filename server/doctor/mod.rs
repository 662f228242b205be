//! What is wrong with a host: checks over what was seen, and a report that can be shared. Pure.

mod checks;
mod report;

use crate::error::Failure;

pub use checks::examine;
pub use report::{redact, report, shareable};

/// What the doctor knows besides the facts of the host.
#[derive(Debug)]
pub struct Seen {
    /// Path of tt-smi, or where it was looked for.
    pub tt_smi: Result<String, String>,
    /// What `tt-smi --version` answered; none when it was not asked.
    pub tt_smi_version: Option<Result<String, String>>,
    /// The catalog in words, or why there is none.
    pub catalog: Result<String, Failure>,
    /// Entries for this box whose strict requirements on firmware or driver are not met, and how many entries there are.
    pub blocked: (Vec<String>, usize),
    /// Name, presence and folder of each checkout.
    pub checkouts: Vec<(&'static str, bool, String)>,
    /// Folders with tools that are not on PATH.
    pub not_on_path: Vec<String>,
    /// Settings that were ignored.
    pub warnings: Vec<String>,
}
