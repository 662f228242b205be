//! Weights and tokens, with the real binary against a hub on loopback.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may stop anywhere")]

mod faults;
mod hub_server;
mod kills;
mod layout;
mod notes;
mod person;
mod refusals;
mod tokens;
