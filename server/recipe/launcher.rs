//! The launcher for trees that do not register the TT models by themselves: where it belongs, and its text.

use std::path::PathBuf;

use super::files::{CommandFile, Purpose};
use super::place::Place;

/// Name of the file, as the lessons and the original extension have it.
pub const NAME: &str = "start-vllm-server.py";

/// The launcher that the program carries.
pub const TEXT: &str = include_str!("../../templates/start-vllm-server.py");

/// Where the launcher belongs.
pub fn path(place: &Place) -> PathBuf {
    place.scratchpad.join(NAME)
}

/// The launcher as a file.
pub fn file(place: &Place) -> CommandFile {
    CommandFile { path: path(place), purpose: Purpose::Launcher, text: TEXT.to_owned() }
}

/// The file with secrets.
pub fn secrets(place: &Place) -> CommandFile {
    CommandFile { path: place.secrets.clone(), purpose: Purpose::Secrets, text: String::new() }
}
