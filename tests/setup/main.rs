//! Setups of the real binary against stand-ins that behave like the real ones: bare repositories with submodules, a build
//! that takes time and fails on demand, installers, a downloader that resumes, a container program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod end_to_end;
mod environments;
mod faults;
mod full_disk;
mod half;
#[path = "../lsp/harness.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod harness;
#[path = "../hub/hub_server.rs"]
#[allow(dead_code, reason = "the tests of the hub use the rest of it")]
mod hub_server;
mod kills;
#[path = "../hub/notes.rs"]
mod notes;
mod paths;
mod plan;
mod programs;
mod protocol;
#[path = "../hub/pseudo_terminal.rs"]
mod pseudo_terminal;
mod real_parts;
mod repositories;
mod running;
mod script;
#[path = "../hub/small_disk.rs"]
#[allow(dead_code, reason = "the test of the hub uses the rest of it")]
mod small_disk;
mod stand_in;
mod terminal;
mod windows;
