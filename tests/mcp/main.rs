//! The MCP server over the real binary: its tools, calls that take long, clients that misbehave and clients that leave.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod calls;
mod client;
mod hostile;
mod setups;

#[path = "../lsp/harness.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod harness;

#[path = "../devices/fake_tree.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod fake_tree;

#[path = "../serving/home.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod home;

#[path = "../setup/programs.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod programs;
#[path = "../setup/repositories.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod repositories;
#[path = "../setup/running.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod running;
#[path = "../setup/stand_in.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod stand_in;
