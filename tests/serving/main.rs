//! Chats with servers that behave and misbehave, their discovery, start and end, over the real binary and in the library.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may stop anywhere"
)]

mod bench;
mod chat;
mod containers;
mod context;
mod home;
mod keys;
mod life;
mod model_server;
mod recorded;
mod relay;
mod shell;
mod terminal;
mod wire;

#[path = "../lsp/harness.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod harness;

#[path = "../devices/fake_tree.rs"]
#[allow(dead_code, reason = "the other tests use the rest of it")]
mod fake_tree;
