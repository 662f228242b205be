//! What a refusal of the hub means, and what the person can do about it.
//!
//! Source of codes and words: `X-Error-Code` and `X-Error-Message` as `huggingface_hub` 1.x reads them
//! (`utils/_http.py`, `hf_raise_for_status`), and the texts of huggingface.co. The hub answers 401 for what a stranger may
//! not see, whether it exists or not.

use crate::error::{Failure, FailureKind};

/// Where tokens are made and given rights.
const TOKENS: &str = "https://huggingface.co/settings/tokens";

/// A refused question.
#[derive(Debug, Clone, Default)]
pub struct Refused {
    /// Status of the answer.
    pub status: u16,
    /// `X-Error-Code`: `GatedRepo`, `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`.
    pub code: String,
    /// `X-Error-Message`.
    pub message: String,
    /// Where the token that was sent comes from; none when none was sent.
    pub token: Option<String>,
}

/// What a refusal means for a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The owner wants to know who reads it, and no token was sent.
    NeedsToken,
    /// The hub does not know the token.
    BadToken,
    /// The terms have not been agreed to.
    NotAccepted,
    /// The owner has not answered yet.
    Pending,
    /// The owner has said no.
    Rejected,
    /// A fine-grained token has not the right to read gated repositories.
    TokenRights,
    /// There is no such repository, or this token may not know of it.
    NoRepo,
    /// There is no such branch, tag or commit.
    NoRevision,
    /// The file has gone.
    NoFile,
    /// Something else.
    Other,
}

impl Refused {
    /// Tells the cases apart.
    pub fn meaning(&self) -> Meaning {
        let said = self.message.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match (self.status, self.code.as_str()) {
            (_, "RevisionNotFound") => Meaning::NoRevision,
            (_, "EntryNotFound") => Meaning::NoFile,
            (401, _)
                if says(&["invalid credentials", "invalid user access token", "token is expired"])
                    && self.token.is_some() =>
            {
                Meaning::BadToken
            }
            (401, "GatedRepo") => {
                if self.token.is_some() {
                    Meaning::BadToken
                } else {
                    Meaning::NeedsToken
                }
            }
            (401, _) | (404, "RepoNotFound") => Meaning::NoRepo,
            (403, _) if says(&["fine-grained", "token settings", "permission"]) => Meaning::TokenRights,
            (403, "GatedRepo") if says(&["awaiting", "pending"]) => Meaning::Pending,
            (403, "GatedRepo") if says(&["rejected"]) => Meaning::Rejected,
            (403, "GatedRepo") => Meaning::NotAccepted,
            (404, _) => Meaning::NoFile,
            _ => Meaning::Other,
        }
    }

    /// The failure, with the page to visit.
    pub fn failure(&self, repo: &str, page: &str) -> Failure {
        let what = format!("{repo} cannot be read");
        let token = self.token.as_deref().unwrap_or("nowhere");
        let login = "`tt-jukebox login` keeps one for all programs here";
        let (why, next) = match self.meaning() {
            Meaning::NeedsToken => (
                "its owner gives it only to people who have agreed to its terms, and no token was found".to_owned(),
                format!("Agree on {page}, make a token on {TOKENS}; {login}."),
            ),
            Meaning::BadToken => (
                format!("the hub does not know the token from {token}; it may have been revoked"),
                format!("Make a new one on {TOKENS}; {login}."),
            ),
            Meaning::NotAccepted => (
                "you have not agreed to its terms yet; the token itself is good".to_owned(),
                format!("Open {page}, signed in as the owner of the token, and agree. Then try again."),
            ),
            Meaning::Pending => (
                "you have asked for access, and its owner has not answered yet".to_owned(),
                format!("{page} shows when that happens. Then try again."),
            ),
            Meaning::Rejected => (
                "its owner has declined your request".to_owned(),
                format!("{page} shows it. Choose another model, or ask its owner."),
            ),
            Meaning::TokenRights => (
                format!("the token from {token} has not the right to read gated repositories"),
                format!("Give it \"Read access to contents of all public gated repos you can access\" on {TOKENS}."),
            ),
            Meaning::NoRepo => match self.token {
                Some(_) => (
                    format!("the hub knows no such repository, or the token from {token} may not see it"),
                    format!("Check the name on {page}; a private one needs the token of a member."),
                ),
                None => (
                    "the hub knows no such repository, or it is private, and no token was found".to_owned(),
                    format!("Check the name on {page}. If it is private, {login}."),
                ),
            },
            Meaning::NoRevision => {
                ("it has no such branch, tag or commit".to_owned(), format!("{page}/tree/main lists them."))
            }
            Meaning::NoFile => (
                "a file that the hub lists is not there".to_owned(),
                "Try again: it may have been changed just now.".to_owned(),
            ),
            Meaning::Other => (
                format!("the hub refuses it ({} {})", self.status, said(&self.code, &self.message)),
                format!("{page} may say more."),
            ),
        };
        Failure::new(FailureKind::Network, what, why, next)
    }
}

/// Words of a server on one line and of bearable length.
fn said(code: &str, message: &str) -> String {
    let text = format!("{code} {message}");
    text.trim().chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cases_are_told_apart() {
        let in_list = "Access to model o/M is restricted and you are not in the authorized list. Visit https://x to ask for access.";
        let fine = "Please enable access to public gated repositories in your fine-grained token settings to view this repository.";
        let waits = "Your request to access model o/M is awaiting a review from the repo authors.";
        let rows = [
            (
                401,
                "GatedRepo",
                "Access to model o/M is restricted. You must be authenticated",
                false,
                Meaning::NeedsToken,
            ),
            (401, "", "Invalid credentials in Authorization header", true, Meaning::BadToken),
            (401, "GatedRepo", "Access to model o/M is restricted.", true, Meaning::BadToken),
            (401, "", "Invalid username or password.", false, Meaning::NoRepo),
            (401, "RepoNotFound", "Repository not found", true, Meaning::NoRepo),
            (403, "GatedRepo", in_list, true, Meaning::NotAccepted),
            (403, "GatedRepo", waits, true, Meaning::Pending),
            (
                403,
                "GatedRepo",
                "Your request to access model o/M has been rejected by the repo's authors.",
                true,
                Meaning::Rejected,
            ),
            (403, "GatedRepo", fine, true, Meaning::TokenRights),
            (403, "", "Forbidden: you don't have the permission", true, Meaning::TokenRights),
            (404, "RepoNotFound", "", true, Meaning::NoRepo),
            (404, "RevisionNotFound", "Invalid rev id: x", false, Meaning::NoRevision),
            (404, "EntryNotFound", "", false, Meaning::NoFile),
            (451, "", "", false, Meaning::Other),
        ];
        let mut told = std::collections::BTreeSet::new();
        for (status, code, message, token, meaning) in rows {
            let token = token.then(|| "HF_TOKEN".to_owned());
            let refused = Refused { status, code: code.into(), message: message.into(), token };
            assert_eq!(refused.meaning(), meaning, "{refused:?}");
            let failure = refused.failure("o/M", "https://huggingface.co/o/M");
            assert!(!failure.next.is_empty());
            told.insert((failure.why, failure.next));
        }
        assert_eq!(told.len(), 11, "each case has words of its own; without a token a missing repository too");
    }
}
