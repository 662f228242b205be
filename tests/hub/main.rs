//! Weights and tokens, with the real binary against a hub on loopback.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may stop anywhere")]

mod faults;
mod full_disk;
mod hub_server;
mod kills;
mod layout;
mod notes;
mod person;
mod pseudo_terminal;
mod refusals;
mod small_disk;
mod terminal;
mod tokens;
