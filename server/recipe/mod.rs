//! The serving command of an entry: which program, arguments, environment and folder, each with its source. Pure.

mod host;
mod shell;

use serde::{Deserialize, Serialize};

pub use host::{Checkout, recipe};
pub use shell::{Shell, Unquotable, is_unseen, render, words};

/// A command as data; the text of it is made by [`render`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Recipe {
    /// Folder to run it in.
    pub cwd: String,
    /// Environment, in order.
    pub env: Vec<Variable>,
    /// Program to run.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
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
    /// File, release and key, or the rule.
    pub source: String,
}
