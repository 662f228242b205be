//! The serving command of an entry: which program, arguments, environment and folder, each with its source. Pure.
//!
//! The way of a value: `said.rs` finds the release that speaks for it, `era.rs` what the pinned tree accepts, `choices.rs`
//! what the person wants otherwise, `arguments.rs` and `variables.rs` bring them together, `host.rs` and `container.rs` make
//! the command of it, `shell.rs` its text, `traced.rs` the text of one that leaves its exit code behind.

mod arguments;
mod choices;
mod container;
pub mod era;
mod extra;
mod files;
mod host;
pub mod launcher;
mod parsers;
mod place;
mod reach;
mod said;
mod shell;
mod traced;
mod trial;
mod variables;
mod writer;

use serde::{Deserialize, Serialize};

pub use choices::{Choices, Preset, Target, chips};
pub use container::container;
pub use files::{CommandFile, FileCondition, FileState, Purpose};
pub use host::{decide, host};
pub use place::{KeyFile, Place};
pub use reach::{refused, usual_target};
pub use shell::{Shell, Unquotable, is_unseen, is_variable_name, render, words};
pub use traced::{Traces, render_traced};
pub use trial::{Trial, served_name, trials};

/// A command as data; the text of it is made by [`render`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Recipe {
    /// Era of the vLLM tree that the command is made for; null for other engines.
    pub era: Option<String>,
    /// Folder to run it in.
    pub cwd: String,
    /// Environment, in order.
    pub env: Vec<Variable>,
    /// Program to run.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Path of our launcher when the command runs through it.
    pub launcher: Option<String>,
    /// The argument that holds the TT configuration; null when there is none.
    pub tt_config_flag: Option<String>,
    /// What the reader should know before running it.
    pub notes: Vec<String>,
    /// Where each value comes from.
    pub provenance: Vec<Provenance>,
}

/// One environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Where one value of a command comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Provenance {
    /// Argument or variable.
    pub name: String,
    /// Its value.
    pub value: String,
    /// File, release and key, or the setting.
    pub source: String,
    /// The rule that made it what it is; empty when it is as the source has it.
    pub rule: String,
}
