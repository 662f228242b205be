//! What the people who maintain the published spec files would want to know about the newest one. Pure: a catalog and what
//! the releases before it said in, remarks out.

mod devices;
mod drift;
mod entries;
mod names;
mod past;
mod rule;

use serde::Serialize;
use serde_json::Value;

use super::spec::ModelSpec;
use super::{Catalog, Entry};
use crate::device::Severity;

pub use past::Past;
pub use rule::Rule;

/// One thing to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Remark {
    /// Release of the file that it is about.
    pub release: String,
    /// The entry; none when it is about something that is no entry.
    pub model_id: Option<String>,
    /// Its device.
    pub device_type: Option<String>,
    /// The rule that it breaks.
    pub rule: Rule,
    /// How much it matters.
    pub severity: Severity,
    /// Where in the entry, for example `vllm_args.max_num_seqs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What is the matter, in one sentence without a full stop.
    pub what: String,
    /// What an earlier release said, or what was to be expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What the file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Value>,
    /// What it was read from.
    pub source: String,
}

/// Longest name or value that is repeated inside a sentence; whole values stand in `was` and `now`.
const MAX_QUOTED: usize = 80;

/// Remarks on the newest release of a catalog, in the order of its entries.
pub fn audit(catalog: &Catalog, past: &Past) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for skipped in catalog.skipped.iter().filter(|skipped| skipped.release == catalog.newest()) {
        let what = format!("{} was skipped: {}", quoted(&skipped.place), skipped.reason);
        remarks.push(Remark::new(catalog, None, Rule::Skipped, what));
    }
    for entry in catalog.entries.iter().filter(|entry| catalog.is_current(entry)) {
        let mut about = About { catalog, spec: &entry.spec, remarks: &mut remarks };
        names::check(past, &mut about);
        devices::check(&mut about);
        entries::check(&mut about);
        drift::check(entry, past, &mut about);
    }
    entries::check_defaults(catalog, &mut remarks);
    remarks
}

/// An entry while it is looked at.
struct About<'a> {
    catalog: &'a Catalog,
    spec: &'a ModelSpec,
    remarks: &'a mut Vec<Remark>,
}

impl About<'_> {
    /// Adds a remark on the value at `key`: what was there or was to be expected, and what is there now.
    fn remark(&mut self, rule: Rule, key: &str, what: String, [was, now]: [Option<Value>; 2]) {
        let remark = Remark::new(self.catalog, Some(self.spec), rule, what);
        self.remarks.push(Remark { key: Some(key.to_owned()), was, now, ..remark });
    }
}

impl Remark {
    fn new(catalog: &Catalog, spec: Option<&ModelSpec>, rule: Rule, what: String) -> Self {
        Self {
            release: catalog.newest().to_owned(),
            model_id: spec.map(|spec| spec.model_id.clone()),
            device_type: spec.map(|spec| spec.device_type.clone()),
            rule,
            severity: rule.severity(),
            key: None,
            what,
            was: None,
            now: None,
            source: catalog.source.clone(),
        }
    }
}

/// The release that an entry is pinned to.
fn pinned_to(entry: &Entry) -> &str {
    &entry.spec.release.version
}

/// Text from the file for a sentence: in one piece, and not a page long.
fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Arguments are told apart without regard to `-` and `_`: vLLM's parser takes both.
fn same_flag(name: &str) -> String {
    name.replace('-', "_")
}

/// The text that a value becomes on a command line or in an environment: `"32"` and `32` are the same there.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
