//! Commands for real entries: what the pinned tree takes, what every shell makes of the text, what hostile spec text can do,
//! and what the launcher does before vLLM runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod catalogs;
mod command_line;
mod entries;
mod golden;
mod hostile;
mod launcher;
mod shells;
