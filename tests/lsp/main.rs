//! The real binary over stdio: the protocol, and the lifecycle that an editor relies on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

#[path = "../devices/fake_tree.rs"]
#[allow(dead_code, reason = "shared with the tests of the probe")]
mod fake_tree;
#[path = "../hub/hub_server.rs"]
#[allow(dead_code, reason = "shared with the tests of the hub")]
mod hub_server;
#[path = "../catalog/spec_server.rs"]
#[allow(dead_code, reason = "shared with the tests of the catalog")]
mod spec_server;

mod catalog;
mod harness;
mod lessons;
mod lifecycle;
mod monitor;
mod progress;
mod requests;
mod token;
