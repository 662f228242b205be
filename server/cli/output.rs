//! Where answers go: data to stdout, messages to stderr, a failure to both when JSON is wanted.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use super::columns::{self, Column, Line, cells, column};
use super::complain;
use super::terminal::Terminal;
use crate::error::{Failure, FailureKind, Result};
use crate::recipe::is_unseen;

/// The two streams of the command line.
pub struct Output {
    json: bool,
    /// One JSON document a run: a failure is one only when no answer has been printed before it.
    answered: AtomicBool,
}

impl Output {
    /// An output that prints JSON or text.
    pub fn new(json: bool) -> Self {
        Self { json, answered: AtomicBool::new(false) }
    }

    /// Prints `value` as JSON where that is wanted, else the text that `text` makes of it.
    ///
    /// # Errors
    /// When stdout cannot be written to. A reader that has gone away, such as `head`, is no error.
    pub fn print<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<()> {
        self.answered.store(true, Ordering::Relaxed);
        let printed =
            if self.json { serde_json::to_string_pretty(value).map_err(no_json)? } else { lines(&text(value)) };
        write(&printed).map(drop)
    }

    /// The same for a text with our own colours in it: whoever makes it has made everything from outside printable.
    ///
    /// # Errors
    /// As [`Output::print`].
    pub fn print_coloured<T: Serialize>(&self, value: &T, text: impl FnOnce(&T, Terminal) -> String) -> Result<()> {
        if self.json {
            return self.print(value, |_| String::new());
        }
        self.answered.store(true, Ordering::Relaxed);
        write(&text(value, Terminal::of_stdout())).map(drop)
    }

    /// Prints one of many answers: JSON on one line, or text in place of the last one when stdout is a terminal. False
    /// when nobody reads any more.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn stream<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<bool> {
        self.answered.store(true, Ordering::Relaxed);
        if self.json {
            return write(&serde_json::to_string(value).map_err(no_json)?);
        }
        // Cursor home, then clear to the end: no flicker, and the scrollback stays.
        let start = if io::stdout().is_terminal() { "\u{1b}[H\u{1b}[J" } else { "" };
        write(&format!("{start}{}", lines(&text(value))))
    }

    /// Prints one of many answers on a line of its own, JSON or text. False when nobody reads any more.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub fn line<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> String) -> Result<bool> {
        self.answered.store(true, Ordering::Relaxed);
        write(&if self.json { serde_json::to_string(value).map_err(no_json)? } else { text(value) })
    }

    /// True when answers are JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// A line for the person; never part of the data.
    pub fn message(&self, text: &str) {
        complain(text);
    }

    /// Tells a failure.
    pub fn failure(&self, failure: &Failure) {
        complain(&format!("tt-jukebox: {failure}"));
        if self.json && !self.answered.load(Ordering::Relaxed) {
            // The failure itself cannot fail to print in a way that anybody could still be told.
            let _ = self.print(&serde_json::json!({ "schema": 1, "error": failure }), |_| String::new());
        }
    }
}

fn no_json(error: serde_json::Error) -> Failure {
    let what = "the answer could not be written as JSON";
    Failure::new(FailureKind::Internal, what, error.to_string(), "Please report this.")
}

/// Writes to stdout with a newline at the end. False when the reader has gone away.
fn write(text: &str) -> Result<bool> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.trim_end().as_bytes()).and_then(|()| stdout.write_all(b"\n")) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::new(
            FailureKind::Internal,
            "the answer could not be printed",
            error.to_string(),
            "Check where stdout goes: a full disk is the usual cause.",
        )),
    }
}

/// Columns side by side, two blanks apart, each as wide as its widest cell.
pub fn table(header: &[&'static str], rows: &[Vec<String>]) -> String {
    let columns: Vec<Column> = header.iter().map(|title| column(title)).collect();
    let lines: Vec<Line> = rows.iter().cloned().map(cells).collect();
    columns::table(&columns, &lines, Terminal { colour: false, ..Terminal::of_stdout() })
}

/// Text from outside on one line, without anything that acts or hides: a model name must not move the cursor.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

/// The same for text of many lines.
fn lines(text: &str) -> String {
    text.chars().map(|c| if c != '\n' && is_unseen(c) { ' ' } else { c }).collect()
}
