//! The order of the answers: smaller is better, in the order of the fields.

use std::cmp::Reverse;

use super::{Fit, Match};
use crate::catalog::{Catalog, Entry};
use crate::device::topology::Placement;

/// Sort key of a match. Deriving the order makes the fields, from first to last, the rules.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    name: Reverse<u32>,
    does_not_fit: bool,
    part_of_box: bool,
    second_choice: bool,
    status: u8,
    engine: u8,
    dropped: bool,
    fit: Fit,
    context: Reverse<Option<u64>>,
    model_name: String,
    model_id: String,
}

impl Rank {
    pub(super) fn new(score: u32, placement: &Placement, found: &Match, entry: &Entry, catalog: &Catalog) -> Self {
        Self {
            name: Reverse(score),
            does_not_fit: found.fit == Fit::No,
            part_of_box: !placement.exact,
            second_choice: !entry.spec.release.default_impl,
            status: ["TOP_PERF", "COMPLETE", "FUNCTIONAL", "EXPERIMENTAL"]
                .iter()
                .position(|status| *status == found.status)
                .map_or(4, |position| u8::try_from(position).unwrap_or(4)),
            engine: match found.engine.as_str() {
                "vLLM" => 0,
                "media" => 1,
                _ => 2,
            },
            dropped: !catalog.is_current(entry),
            fit: found.fit,
            context: Reverse(found.max_context),
            model_name: found.model_name.clone(),
            model_id: found.model_id.clone(),
        }
    }
}
