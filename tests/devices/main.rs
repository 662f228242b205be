//! The probe against trees of files and programs that look like a host's, whole and broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod coming_and_going;
mod defects;
mod fake_smi;
mod fake_tree;
mod fuzz;
mod passive;
mod products;
mod shared;
mod tt_smi;
