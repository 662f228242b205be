//! From boards to products: the spec name of the whole box, and every smaller product that can be carved out of it.
//!
//! Products and subsets: device table of tt-inference-server 0.20.0 (`workflow_types.py`, `device_utils.py`) and the
//! mesh-equivalence of P150X4 and P300X2 from tt-cli's overrides of 2026-08. A P100 entry is not offered to a P150, nor
//! a P150 entry to half a P300: nobody has shown that they work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::board::Family;

/// A spec name that this box can run, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Placement {
    /// Device name as the spec files write it, for example `T3K`.
    pub device_type: String,
    /// True when it is the whole box and not a part of it.
    pub exact: bool,
    /// True when only vLLM entries of that device carry over (the mesh is alike, the board is not).
    pub vllm_only: bool,
    /// How it comes about.
    pub reason: String,
}

/// What the boards of one host make up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Topology {
    /// Spec name of the whole box; none for a count or a mix that has no name.
    pub product: Option<String>,
    /// Why the box has that name, or why it has none.
    pub reason: String,
    /// Everything that can run here, the whole box first.
    pub placements: Vec<Placement>,
}

/// Products by family and number of whole boards. Galaxy counts modules.
const PRODUCTS: [(Family, usize, &str); 14] = [
    (Family::N150, 1, "N150"),
    (Family::N150, 4, "N150X4"),
    (Family::N300, 1, "N300"),
    (Family::N300, 4, "T3K"),
    (Family::GalaxyWormhole, 32, "GALAXY"),
    (Family::GalaxyWormhole, 8, "GALAXY_T3K"),
    (Family::P100, 1, "P100"),
    (Family::P150, 1, "P150"),
    (Family::P150, 4, "P150X4"),
    (Family::P150, 8, "P150X8"),
    (Family::P300, 1, "P300"),
    (Family::P300, 2, "P300X2"),
    (Family::GalaxyBlackhole, 32, "BLACKHOLE_GALAXY"),
    // Not a product, but what a container with one Galaxy module sees.
    (Family::GalaxyWormhole, 1, "N150"),
];

/// What a box of `family` with at least `boards` whole boards can also run as.
const CARVED: [(Family, usize, &str, bool, &str); 12] = [
    (Family::N150, 1, "N150", false, "one of the n150 boards"),
    (Family::N300, 1, "N300", false, "one of the n300 boards"),
    (Family::N300, 1, "N150", false, "one chip of an n300"),
    (Family::GalaxyWormhole, 8, "GALAXY_T3K", false, "one tray of 8 chips, chosen by device ids"),
    (Family::GalaxyWormhole, 1, "N150", false, "one chip, chosen by device id"),
    (Family::P100, 1, "P100", false, "one of the p100 boards"),
    (Family::P150, 4, "P150X4", false, "four of the p150 boards"),
    (Family::P150, 1, "P150", false, "one of the p150 boards"),
    (Family::P150, 4, "P300X2", true, "four p150 chips form the same 1x4 mesh as two p300"),
    (Family::P300, 2, "P300X2", false, "two of the p300 boards"),
    (Family::P300, 1, "P300", false, "one of the p300 boards"),
    (Family::P300, 2, "P150X4", true, "the four chips of two p300 form the same 1x4 mesh as four p150"),
];

/// Names a box from its whole boards (Galaxy: its modules).
pub fn resolve(boards: &BTreeMap<Family, usize>) -> Topology {
    let present: Vec<(Family, usize)> = boards.iter().map(|(f, n)| (*f, *n)).filter(|(_, n)| *n > 0).collect();
    let mut topology = match present.as_slice() {
        [] => Topology { reason: "no whole board is visible".into(), ..Topology::default() },
        [(family, count)] => name_one_family(*family, *count),
        mixed => Topology {
            reason: format!(
                "{} in one host have no common product name",
                mixed.iter().map(|(f, n)| format!("{n} x {}", f.label())).collect::<Vec<_>>().join(" and ")
            ),
            ..Topology::default()
        },
    };
    for (family, count) in present {
        for (of, at_least, device_type, vllm_only, reason) in CARVED {
            let known = topology.placements.iter().any(|placement| placement.device_type == device_type);
            if of == family && count >= at_least && !known {
                topology.placements.push(Placement {
                    device_type: device_type.into(),
                    exact: false,
                    vllm_only,
                    reason: reason.into(),
                });
            }
        }
    }
    topology
}

fn name_one_family(family: Family, count: usize) -> Topology {
    let boards = format!("{count} x {}", family.label());
    match PRODUCTS.iter().find(|(of, n, _)| *of == family && *n == count) {
        Some((_, _, name)) => Topology {
            product: Some((*name).to_owned()),
            reason: format!("{boards}, which makes {name}"),
            placements: vec![Placement {
                device_type: (*name).to_owned(),
                exact: true,
                vllm_only: false,
                reason: boards,
            }],
        },
        None => Topology {
            reason: format!("{boards} has no product name; its boards run smaller products"),
            ..Topology::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn box_of(boards: &[(Family, usize)]) -> (Option<String>, Vec<String>) {
        let topology = resolve(&boards.iter().copied().collect());
        (topology.product, topology.placements.into_iter().map(|placement| placement.device_type).collect())
    }

    #[test]
    fn every_product_and_what_can_be_carved_from_it() {
        use Family::{GalaxyBlackhole, GalaxyWormhole, N150, N300, P100, P150, P300};
        let rows: [(Family, usize, Option<&str>, &[&str]); 20] = [
            (N150, 1, Some("N150"), &["N150"]),
            (N150, 2, None, &["N150"]),
            (N150, 4, Some("N150X4"), &["N150X4", "N150"]),
            (N300, 1, Some("N300"), &["N300", "N150"]),
            (N300, 2, None, &["N300", "N150"]),
            (N300, 3, None, &["N300", "N150"]),
            (N300, 4, Some("T3K"), &["T3K", "N300", "N150"]),
            (GalaxyWormhole, 32, Some("GALAXY"), &["GALAXY", "GALAXY_T3K", "N150"]),
            (GalaxyWormhole, 8, Some("GALAXY_T3K"), &["GALAXY_T3K", "N150"]),
            (GalaxyWormhole, 31, None, &["GALAXY_T3K", "N150"]),
            (GalaxyWormhole, 1, Some("N150"), &["N150"]),
            (P100, 1, Some("P100"), &["P100"]),
            (P150, 1, Some("P150"), &["P150"]),
            (P150, 2, None, &["P150"]),
            (P150, 4, Some("P150X4"), &["P150X4", "P150", "P300X2"]),
            (P150, 8, Some("P150X8"), &["P150X8", "P150X4", "P150", "P300X2"]),
            (P300, 1, Some("P300"), &["P300"]),
            (P300, 2, Some("P300X2"), &["P300X2", "P300", "P150X4"]),
            (P300, 3, None, &["P300X2", "P300", "P150X4"]),
            (GalaxyBlackhole, 32, Some("BLACKHOLE_GALAXY"), &["BLACKHOLE_GALAXY"]),
        ];
        for (family, count, product, runnable) in rows {
            let (named, carved) = box_of(&[(family, count)]);
            assert_eq!(named.as_deref(), product, "{count} x {}", family.label());
            assert_eq!(carved, runnable, "{count} x {}", family.label());
        }
    }

    #[test]
    fn a_mixed_box_has_no_name_but_runs_what_its_boards_run() {
        assert_eq!(box_of(&[(Family::N150, 1), (Family::P100, 1)]), (None, vec!["N150".into(), "P100".into()]));
        assert_eq!(box_of(&[]), (None, vec![]));
    }

    #[test]
    fn only_whole_products_are_exact() {
        let topology = resolve(&BTreeMap::from([(Family::N300, 4)]));
        let exact: Vec<bool> = topology.placements.iter().map(|placement| placement.exact).collect();
        assert_eq!(exact, [true, false, false]);
    }
}
