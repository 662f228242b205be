//! A line that is typed without being seen.

use std::io::{self, Read as _, Write as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::error::{Failure, FailureKind, Result};

/// The terminal as it was; it is so again when this is dropped.
struct Hidden {
    before: Termios,
}

impl Hidden {
    fn start() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        // Without signals too: one that ended us here would leave a terminal that shows nothing.
        quiet.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self { before })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.before);
    }
}

/// Asks on the terminal and reads a line that is not shown.
///
/// # Errors
/// When the person presses Ctrl-C or Ctrl-D, and when stdin is no terminal.
pub(super) fn ask(question: &str) -> Result<String> {
    let unreadable = |error: io::Error| {
        Failure::new(FailureKind::Usage, "nothing could be asked", error.to_string(), "Pipe the answer into stdin.")
    };
    let _ = write!(io::stderr(), "{question}");
    let hidden = Hidden::start().map_err(unreadable)?;
    let mut line = Vec::new();
    let mut ended = false;
    for byte in io::stdin().lock().bytes() {
        match byte.map_err(unreadable)? {
            b'\n' | b'\r' => {
                ended = true;
                break;
            }
            // Ctrl-C and Ctrl-D
            3 | 4 => break,
            // Backspace, and Ctrl-U
            8 | 127 => drop(line.pop()),
            21 => line.clear(),
            byte => line.push(byte),
        }
    }
    drop(hidden);
    let _ = writeln!(io::stderr());
    if !ended {
        return Err(Failure::new(FailureKind::Cancelled, "stopped", "no line was entered", ""));
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}
