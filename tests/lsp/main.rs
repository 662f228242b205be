//! The real binary over stdio: the protocol, and the lifecycle that an editor relies on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod harness;
mod lifecycle;
mod requests;
