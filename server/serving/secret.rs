//! A key that no log, no failure and no answer can show.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// A key. It shows itself nowhere: neither in debug texts nor in JSON.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a key; none when it is empty.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// False for what no header can carry.
    pub fn can_be_sent(&self) -> bool {
        !self.0.is_empty() && self.0.len() < 4096 && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }

    /// The key itself, for the one place that sends it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

/// The key of a file with `NAME=value` lines, such as `~/tt-scratchpad/server.env`.
pub fn in_file(text: &str) -> Option<Secret> {
    text.lines().find_map(|line| Secret::new(line.trim().strip_prefix("VLLM_API_KEY=")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nowhere() {
        let secret = Secret::new(" hunter2\n").unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert!(!format!("{secret:?}").contains("hunter2"));
        assert!(!serde_json::to_string(&secret).unwrap().contains("hunter2"));
        assert!(secret.can_be_sent() && !Secret::new("a\nb").unwrap().can_be_sent());
        assert_eq!(Secret::new(" "), None);
        assert_eq!(in_file("HF_TOKEN\nVLLM_API_KEY=abc\n").unwrap().expose(), "abc");
        assert_eq!(in_file("VLLM_API_KEY=\n"), None);
    }
}
