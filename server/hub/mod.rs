//! The Hugging Face hub: downloads a snapshot into the standard cache or a folder, so that a cut, a kill or a full disk
//! costs nothing that has come, and nothing wrong ever gets its name; and the token that gated repositories ask for.

mod account;
mod client;
mod disk;
mod download;
mod hashing;
mod job;
mod layout;
mod listing;
mod lock;
mod pace;
mod partial;
mod plan;
mod ranges;
mod refusal;
mod secret;
mod selection;
pub mod token;

pub use account::{readable, who};
pub use client::Hub;
pub use disk::{free, size};
pub use download::{Done, Event, download};
pub use plan::{Plan, Stock, Wanted, plan};
pub use secret::Secret;
pub use selection::Part;
