//! Model servers: which ones run and how they are, starting and ending one, a chat with one, and how fast it is.
//!
//! The way of a chat: `endpoint.rs` knows who may be asked and how, `context.rs` and `fit.rs` what fits, `body.rs` what is sent,
//! `stream.rs` makes events of bytes, `delta.rs` an answer of events, `incoming.rs` reads it to its end, `pieces.rs` passes it on; `trouble.rs` has the words
//! for whatever goes wrong. The way of a server: `record.rs` remembers what was started, `sockets.rs` and `family.rs` who
//! really listens, `boot.rs` reads the log, `marker.rs` how a command in a terminal ended, `metrics.rs` the figures, `started.rs` and
//! `discover.rs` look, `state.rs` decides, `shown.rs` says it. `choice.rs` picks the one for a chat, and `keys.rs` which key it gets.

pub mod body;
pub mod boot;
pub mod chart;
pub mod chat;
pub mod choice;
pub mod containers;
pub mod context;
pub mod delta;
pub mod discover;
pub mod endpoint;
pub mod family;
mod fit;
pub mod history;
mod incoming;
pub mod keys;
pub mod marker;
pub mod measure;
pub mod measured;
mod memory;
pub mod metrics;
pub mod pieces;
pub mod record;
mod secret;
pub mod shown;
pub mod sockets;
pub mod start;
pub mod started;
pub mod state;
pub mod stop;
pub mod stream;
pub mod targets;
pub mod trouble;

pub use memory::Memory;
pub use secret::{Secret, in_file};
