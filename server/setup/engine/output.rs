//! What a program prints, as lines: a bare carriage return ends one too, since git draws its progress with it.

use crate::hub::Secret;
use crate::secrets::{self, is_secret};

/// A line, and whether it stays: what the next one writes over is progress and not for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub text: String,
    pub stays: bool,
}

/// A longer line is cut: no tool prints one that somebody reads.
const MAX_LINE: usize = 16 << 10;

/// Cuts bytes into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// The lines that are whole with these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => lines.push(self.take(true)),
                b'\r' => lines.push(self.take(false)),
                byte if self.rest.len() < MAX_LINE => self.rest.push(*byte),
                _ => {}
            }
        }
        // `\r\n` is one end of a line.
        lines.retain(|line| line.stays || !line.text.is_empty());
        lines
    }

    /// What stands there without an end of line.
    pub fn end(&mut self) -> Option<Line> {
        (!self.rest.is_empty()).then(|| self.take(true))
    }

    fn take(&mut self, stays: bool) -> Line {
        let text = String::from_utf8_lossy(&self.rest).into_owned();
        self.rest.clear();
        Line { text, stays }
    }
}

/// Values that must stand in no log: the token of the hub, and secrets of this process's environment.
pub(super) fn secrets(token: Option<&Secret>) -> Vec<String> {
    let all =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    // A short value would hide words that are none.
    let of_environment = all.filter(|(name, value)| is_secret(name) && value.len() >= 8).map(|(_, value)| value);
    of_environment.chain(token.map(|token| token.expose().to_owned())).collect()
}

/// The text without these values, and without what shows by itself that it is secret.
pub(super) fn redacted(text: &str, values: &[String]) -> String {
    let text = values.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), secrets::HIDDEN));
    secrets::in_text(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_in_either_way() {
        let mut lines = Lines::default();
        let line = |text: &str, stays| Line { text: text.into(), stays };
        assert_eq!(lines.feed(b"a\nb\rc"), [line("a", true), line("b", false)]);
        assert_eq!(lines.feed(b"d\r\n"), [line("cd", false), line("", true)]);
        assert_eq!(lines.feed(b"x"), []);
        assert_eq!((lines.end(), lines.end()), (Some(line("x", true)), None));
    }

    #[test]
    fn secrets_are_hidden() {
        assert_eq!(redacted("token hf_abcdefgh.", &["hf_abcdefgh".into()]), "token [hidden].");
        let index = "Looking in https://ada:pa%20ss@pypi.example.org/simple, 'https://x.org' and git@y.org";
        let clean = "Looking in https://[hidden]@pypi.example.org/simple, 'https://x.org' and git@y.org";
        assert_eq!(redacted(index, &[]), clean);
    }
}
