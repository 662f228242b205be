//! The order of the answers: smaller is better, in the order of the fields.

use std::cmp::Reverse;

use super::Fit;
use crate::catalog::{Catalog, Entry};
use crate::device::Host;
use crate::device::topology::Placement;

/// Sort key of a match. Deriving the order makes the fields, from first to last, the rules.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank<'a> {
    name: Reverse<u32>,
    does_not_fit: bool,
    part_of_box: bool,
    second_choice: bool,
    status: u8,
    engine: u8,
    dropped: bool,
    fit: Fit,
    context: Reverse<Option<u64>>,
    model_name: &'a str,
    model_id: &'a str,
}

impl<'a> Rank<'a> {
    pub(super) fn new(score: u32, entry: &'a Entry, placement: &Placement, host: &Host, catalog: &Catalog) -> Self {
        let spec = &entry.spec;
        let (fit, _) = super::verdict(entry, host, catalog);
        Self {
            name: Reverse(score),
            does_not_fit: fit == Fit::No,
            part_of_box: !placement.exact,
            second_choice: !spec.release.default_impl,
            status: match spec.release.status.as_str() {
                "TOP_PERF" => 0,
                "COMPLETE" => 1,
                "FUNCTIONAL" => 2,
                "EXPERIMENTAL" => 3,
                _ => 4,
            },
            engine: match spec.engine.as_str() {
                "vLLM" => 0,
                "media" => 1,
                _ => 2,
            },
            dropped: !catalog.is_current(entry),
            fit,
            context: Reverse(spec.release.max_context),
            model_name: &spec.model.model_name,
            model_id: &spec.model_id,
        }
    }
}
