//! The answers of the program, one file for each request. The language server and the command line call the same
//! functions; they only differ in how they print.

mod bench;
mod catalog;
mod chat;
mod command;
mod doctor;
pub mod environments;
mod every_command;
mod lesson;
mod matching;
pub mod monitor;
mod place;
mod probe;
mod progress;
mod reset;
mod serve;
mod server;
pub mod setup;
mod setup_goal;
pub mod show;
pub mod status;
mod templates;
mod token;
mod tool;
mod weights;

pub use bench::{bench, bench_and_tell};
pub use catalog::{CatalogInfo, catalog};
pub use chat::{chat, chat_and_tell, endpoint};
pub use command::{command, install_files};
pub use doctor::doctor;
pub use environments::environments;
pub use every_command::{EntryCommand, every_command};
pub use lesson::{lesson, lesson_of, lessons};
pub use matching::{matching, nothing_to_run_on};
pub use monitor::monitor;
pub use probe::probe;
pub use progress::{keep_proof, progress, proved_by_answer};
pub use reset::{release, reset_plan, verify, verify_and_tell};
pub use serve::{ToServe, prepared, server_prepare, to_serve};
pub use server::{is_meant, server, server_ended, server_key, server_of, server_started, to_stop};
pub use setup::{setup_plan, setup_run};
pub use show::show;
pub use templates::templates;
pub use token::{set_token, token};
pub use tool::tool;
pub use weights::wanted;
