//! A text that must not be seen: it has no `Display`, and its `Debug` is three stars.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// The longest token that is taken; those of the hub have 37 characters, those of mirrors some hundreds.
const MAX_BYTES: usize = 4096;

/// A token or a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text without blanks around it; none when nothing is left, or when it cannot stand in a header of HTTP.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= MAX_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The text itself. Only for a header, the environment of a child, and the token file.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| serde::de::Error::custom("that is no token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_never_printed() {
        let secret = Secret::new(" hf_abc\n").unwrap();
        assert_eq!((format!("{secret:?}").as_str(), secret.expose()), ("***", "hf_abc"));
        for bad in ["", "  ", "a b", "hf_\u{e9}", "a\nb"] {
            assert_eq!(Secret::new(bad), None, "{bad:?}");
            let refused = serde_json::from_value::<Secret>(serde_json::json!(bad)).unwrap_err().to_string();
            assert_eq!(refused, "that is no token", "and the refusal does not repeat it");
        }
    }
}
