//! What stdout is: how wide, and whether it shows colours.

use std::io::{self, IsTerminal};

/// Where a text will be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Terminal {
    /// Columns; none for a file or a pipe, where lines may be as long as they like.
    pub(super) width: Option<u16>,
    /// True when colours show.
    pub(super) colour: bool,
}

impl Terminal {
    /// Stdout of this process. `COLUMNS` wins over what the terminal says, and `NO_COLOR` over everything.
    pub(super) fn of_stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let measured = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| size.ws_col);
        let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::from(is_terminal, measured(), env)
    }

    fn from(is_terminal: bool, measured: Option<u16>, env: impl Fn(&str) -> Option<String>) -> Self {
        let told = env("COLUMNS").and_then(|columns| columns.parse().ok());
        let measured = measured.filter(|_| is_terminal);
        Self {
            width: told.or(measured).filter(|columns| *columns >= 20),
            colour: is_terminal && env("NO_COLOR").is_none() && env("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_has_no_width_and_no_colours() {
        let none = |_: &str| None;
        assert_eq!(Terminal::from(true, Some(80), none), Terminal { width: Some(80), colour: true });
        assert_eq!(Terminal::from(false, Some(80), none), Terminal::default());
        let env = |name: &str| match name {
            "COLUMNS" => Some("100".to_owned()),
            "NO_COLOR" => Some("1".to_owned()),
            _ => None,
        };
        assert_eq!(Terminal::from(true, Some(80), env), Terminal { width: Some(100), colour: false });
        let absurd = |name: &str| (name == "COLUMNS").then(|| "0".to_owned());
        assert_eq!(Terminal::from(false, None, absurd).width, None);
    }
}
