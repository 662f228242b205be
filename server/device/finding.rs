//! Something worth telling about this host: what was seen, what it means, what to do.

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Works, but not as it should.
    Warning,
    /// Something does not work.
    Error,
}

/// One finding about the host. Never a guess without its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Finding {
    /// Stable name, for example `driver.missing`.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is the matter, in one line.
    pub title: String,
    /// What was seen that says so.
    pub evidence: String,
    /// What to do about it; empty where there is nothing to do.
    pub next: String,
    /// A page that says more.
    pub link: Option<String>,
}

impl Finding {
    /// A finding without a link.
    pub fn new(
        id: &str,
        severity: Severity,
        title: impl Into<String>,
        evidence: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            severity,
            title: title.into(),
            evidence: evidence.into(),
            next: next.into(),
            link: None,
        }
    }

    /// The same finding with a page to read.
    #[must_use]
    pub fn with_link(mut self, link: &str) -> Self {
        self.link = Some(link.to_owned());
        self
    }
}
