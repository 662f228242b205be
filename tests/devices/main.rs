//! The passive probe against trees of files that look like a host's, whole and broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod fake_tree;
mod passive;
mod shared;
