//! What can go wrong between us and a server, and how it is told: each with what happened, why, and what to do next. Pure.

use super::delta::Words;
use crate::error::{Failure, FailureKind};
use crate::recipe::is_unseen;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing listens there.
    Refused,
    /// The connection broke before an answer began.
    Broken(String),
    /// The host cannot be found or reached.
    Unreachable(String),
    /// Nothing came within so many seconds.
    Silent(u64),
    /// The server answered with this status.
    Status {
        /// The status.
        code: u16,
        /// What it says about it.
        words: Words,
        /// Seconds after which it wants to be asked again, in its own words.
        retry_after: Option<String>,
    },
    /// What answers does not speak this protocol.
    Foreign(String),
}

/// Whom we were talking to.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Base address, without a password.
    pub url: &'a str,
    /// Model that was asked for, if any.
    pub model: Option<&'a str>,
    /// True when a key was sent along.
    pub with_key: bool,
    /// True when a key was held back, because the way there is plain HTTP.
    pub held_back: bool,
}

impl Trouble {
    /// True when another attempt may help, as long as no token has come.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Refused | Self::Broken(_) | Self::Status { code: 503, .. })
    }

    /// The failure for the person.
    pub fn failure(&self, asked: &Asked<'_>) -> Failure {
        let url = asked.url;
        match self {
            Self::Refused => Failure::new(
                FailureKind::Network,
                format!("no server listens at {url}"),
                "the connection was refused",
                "Start one with `tt-jukebox serve MODEL`, or name another with --url or the setting server_url. \
                 `tt-jukebox ps` shows what runs.",
            ),
            Self::Broken(why) => Failure::new(
                FailureKind::Network,
                format!("the server at {url} broke the connection"),
                printable(why),
                "It may just have ended: `tt-jukebox ps` shows how it is, `tt-jukebox logs` what it said.",
            ),
            Self::Unreachable(why) => Failure::new(
                FailureKind::Network,
                format!("{url} cannot be reached"),
                printable(why),
                "Check the address, the network, and a proxy in HTTPS_PROXY.",
            ),
            Self::Silent(seconds) => Failure::new(
                FailureKind::Network,
                format!("the server at {url} says nothing"),
                format!("it took the question, and nothing came back within {seconds} s"),
                "It may compile for the first request, or hang: look at `tt-jukebox logs`. The options first_token_s and \
                 --wait allow it more time.",
            ),
            Self::Foreign(what) => Failure::new(
                FailureKind::Network,
                format!("what answers at {url} is no model server"),
                printable(what),
                "Another program may have the port. Name the server with --url or the setting server_url, or change \
                 the setting port.",
            ),
            Self::Status { code, words, retry_after } => status(*code, words, retry_after.as_deref(), asked),
        }
    }
}

fn status(code: u16, words: &Words, retry_after: Option<&str>, asked: &Asked<'_>) -> Failure {
    let url = asked.url;
    let said = if words.message.is_empty() { format!("it says {code}") } else { printable(&words.message) };
    let said = said.trim_end_matches('.').to_owned();
    let new = |kind, what: String, next: &str| Failure::new(kind, what, format!("{said} ({code})"), next);
    match code {
        401 | 403 if asked.held_back => new(
            FailureKind::Input,
            format!("the server at {url} wants a key, and over plain HTTP none is sent"),
            "Use an https:// address, or a tunnel: `ssh -L 8000:127.0.0.1:8000 HOST`, then http://127.0.0.1:8000.",
        ),
        401 | 403 if asked.with_key => new(
            FailureKind::Input,
            format!("the server at {url} does not take our key"),
            "Set the right one: the variable TT_JUKEBOX_API_KEY, or the editor's command for the key.",
        ),
        401 | 403 => new(
            FailureKind::Input,
            format!("the server at {url} wants a key"),
            "Set it in the variable TT_JUKEBOX_API_KEY, or with the editor's command for the key. It is sent to the server of the \
             setting server_url or of --url, and to your own on this machine.",
        ),
        404 if asked.model.is_some() => new(
            FailureKind::NoMatch,
            format!("the server at {url} does not serve {}", printable(asked.model.unwrap_or_default())),
            "Leave the model out to take the one that it serves; `tt-jukebox ps` names it.",
        ),
        404 | 405 => new(
            FailureKind::Network,
            format!("what answers at {url} is no model server"),
            "Another program may have the port. Name the server with --url or the setting server_url, or change the \
             setting port.",
        ),
        400 | 413 | 422 if is_about_length(&words.message) => new(
            FailureKind::Usage,
            "the conversation is longer than the model's context".to_owned(),
            "Ask a shorter question, attach less, or start a new chat.",
        ),
        400 | 413 | 422 => new(
            FailureKind::Usage,
            format!("the server at {url} cannot use this request"),
            "Leave out options that this model does not know, for example tools.",
        ),
        429 => {
            let wait = retry_after.map_or("in a moment".to_owned(), |after| format!("after {} s", printable(after)));
            new(
                FailureKind::Network,
                format!("the server at {url} has too much to do"),
                &format!("Try again {wait}, or wait until other requests are done."),
            )
        }
        503 => new(
            FailureKind::Network,
            format!("the server at {url} is not ready"),
            "It may still be loading: `tt-jukebox ps` shows how far it is. Try again then.",
        ),
        500..=599 => new(
            FailureKind::Network,
            format!("the server at {url} has failed"),
            "Look at `tt-jukebox logs`. If its engine has died, stop it and start it again.",
        ),
        _ => new(FailureKind::Network, format!("the server at {url} answered {code}"), "Check the address."),
    }
}

/// True for the words of servers about a prompt that is too long: vLLM of all versions, llama.cpp, OpenAI.
fn is_about_length(message: &str) -> bool {
    let text = message.to_ascii_lowercase();
    ["context length", "maximum input length", "max_model_len", "longer than the maximum", "context size", "too long"]
        .iter()
        .any(|mark| text.contains(mark))
}

/// Text of a server on one line: no control characters, and no end to it beyond 600 characters.
pub fn printable(text: &str) -> String {
    text.chars().take(600).map(|c| if is_unseen(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn status_of(code: u16, message: &str, asked: &Asked<'_>) -> Failure {
        let words = Words { message: message.into(), code: None };
        Trouble::Status { code, words, retry_after: Some("7".into()) }.failure(asked)
    }

    #[test]
    fn every_trouble_has_words_of_its_own() {
        let asked = Asked { url: "http://h", model: Some("m"), with_key: false, held_back: false };
        let without = Asked { model: None, ..asked };
        let mut told = vec![
            Trouble::Refused.failure(&asked),
            Trouble::Broken("reset".into()).failure(&asked),
            Trouble::Unreachable("no route".into()).failure(&asked),
            Trouble::Silent(3).failure(&asked),
            Trouble::Foreign("<html>".into()).failure(&asked),
            status_of(401, "", &asked),
            status_of(401, "", &Asked { with_key: true, ..asked }),
            status_of(401, "", &Asked { held_back: true, ..asked }),
            status_of(400, "However, the model's context length is only 1024 tokens", &asked),
        ];
        told.extend([400, 404, 429, 500, 503, 302].map(|code| status_of(code, "said", &asked)));
        let different: BTreeSet<&str> = told.iter().map(|failure| &*failure.what).collect();
        assert_eq!(different.len(), told.len());
        assert!(told.iter().all(|failure| !failure.why.is_empty() && failure.next.ends_with('.')), "{told:?}");
        assert!(status_of(404, "", &without).what.contains("no model server"));
        assert!(status_of(429, "", &asked).next.contains("after 7 s"));
        assert!(!status_of(500, "a\u{1b}[2Jb", &asked).why.contains('\u{1b}'));
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert!(Trouble::Refused.may_pass() && Trouble::Broken(String::new()).may_pass());
        let status = |code| Trouble::Status { code, words: Words::default(), retry_after: None };
        assert!(status(503).may_pass());
        assert!(![400, 401, 404, 429, 500].iter().any(|code| status(*code).may_pass()));
        assert!(!Trouble::Silent(1).may_pass() && !Trouble::Foreign(String::new()).may_pass());
    }
}
