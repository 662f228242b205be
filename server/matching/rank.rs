//! The order of the answers: smaller is better, in the order of the fields.

use std::cmp::Reverse;

use super::{Answer, Fit};
use crate::catalog::Catalog;
use crate::device::Host;
use crate::environment::Installed;
use crate::environment::weights::WeightState;

/// Sort key of a match. Deriving the order makes the fields, from first to last, the rules.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank<'a> {
    name: Reverse<u32>,
    elsewhere: bool,
    does_not_fit: bool,
    carried: bool,
    part_of_box: bool,
    second_choice: bool,
    status: u8,
    engine: u8,
    dropped: bool,
    fit: Fit,
    weights: Reverse<WeightState>,
    not_built: bool,
    context: Reverse<Option<u64>>,
    model_name: &'a str,
    model_id: &'a str,
}

impl<'a> Rank<'a> {
    pub(super) fn new(answer: &Answer<'a>, host: &Host, installed: &Installed, catalog: &Catalog) -> Self {
        let entry = answer.entry;
        let (spec, release) = (&entry.spec, &entry.spec.release);
        let (fit, _) = super::verdict(entry, host, installed, catalog);
        Self {
            name: Reverse(answer.score),
            elsewhere: answer.elsewhere,
            does_not_fit: fit == Fit::No,
            carried: answer.carried.is_some(),
            part_of_box: !answer.placement.exact,
            second_choice: !release.default_impl,
            status: match release.status.as_str() {
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
            weights: Reverse(installed.state_of(spec.model.weights_repo())),
            not_built: !installed.has_built(&release.tt_metal_commit, release.vllm_commit.as_deref()),
            context: Reverse(release.max_context),
            model_name: &spec.model.model_name,
            model_id: &spec.model_id,
        }
    }
}
