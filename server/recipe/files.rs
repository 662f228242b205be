//! The files that a command refers to. They are written only when somebody asks for it; see `scratchpad/`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Starts vLLM where the tree does not register the TT models by itself.
    Launcher,
    /// The entry as the old images read it.
    ModelSpec,
    /// Tokens and keys, for its owner's eyes only.
    Secrets,
}

/// A file that a command refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFile {
    /// Where it belongs.
    pub path: PathBuf,
    /// What it is for.
    pub purpose: Purpose,
    /// Its text without the mark that a written file carries. Empty for secrets, which are made when they are written.
    pub text: String,
}

/// How a file lies there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FileCondition {
    /// There is none.
    Missing,
    /// It is what the command needs.
    Current,
    /// It is ours, untouched, and not what the command needs: it can be refreshed.
    Outdated,
    /// It is ours and somebody has edited it: it is left alone.
    Edited,
    /// It carries no mark of ours, or that of a newer program: it is left alone.
    Foreign,
    /// Others can read it, although it holds secrets.
    Open,
}

/// A file that a command refers to, and how it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FileState {
    /// Where it belongs.
    pub path: String,
    /// What it is for.
    pub purpose: Purpose,
    /// How it lies there.
    pub condition: FileCondition,
}

impl FileState {
    /// What to do about it before the command can run; none when it is ready.
    pub fn advice(&self) -> Option<String> {
        let path = &self.path;
        Some(match self.condition {
            FileCondition::Current => return None,
            FileCondition::Missing => {
                format!("{path} is not there yet: the same command with --install-files writes it")
            }
            FileCondition::Outdated => {
                format!("{path} is of another version: the same command with --install-files refreshes it")
            }
            FileCondition::Edited => {
                format!(
                    "{path} has been edited, and is left alone: move it away and use --install-files for a fresh one"
                )
            }
            FileCondition::Foreign => {
                format!(
                    "{path} is not from this program: move it away and use --install-files, or the command may fail"
                )
            }
            FileCondition::Open => format!("others can read {path}: --install-files closes it"),
        })
    }
}
