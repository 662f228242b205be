//! The reset ladder against real processes, trees of files that change while they are looked at, and the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod child;
mod command;
#[path = "../devices/fake_tree.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod fake_tree;
mod heart;
mod release;
mod verify;
