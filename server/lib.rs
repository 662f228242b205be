//! tt-jukebox: from "what is in this box?" to a model answering in your editor, on Tenstorrent cards.
//!
//! Facts are gathered by I/O into plain structs, decisions are pure functions over them, effects are performed by small
//! engines. `server/README.md` is the map of the rooms.

pub mod catalog;
pub mod cli;
pub mod clock;
pub mod device;
pub mod doctor;
pub mod environment;
pub mod error;
pub mod http;
pub mod hub;
pub mod lessons;
pub mod lsp;
pub mod matching;
pub mod mcp;
pub mod process;
pub mod protocol;
pub mod recipe;
pub mod requests;
pub mod reset;
pub mod scratchpad;
pub mod secrets;
pub mod serving;
pub mod session;
pub mod settings;
pub mod setup;
pub mod state;
pub mod templates;
pub mod tools;
pub mod whole_file;
