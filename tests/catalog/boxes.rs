//! What every box is offered: one list for each, read and judged by a person, and rules that no list may break.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tt_jukebox::catalog::Catalog;
use tt_jukebox::device::board::Family;
use tt_jukebox::device::host::Resources;
use tt_jukebox::device::{Facts, Host, interpret, products, topology};
use tt_jukebox::environment::Installed;
use tt_jukebox::matching::{Match, Query, Readiness, matches};

/// Name of the list, and the boards of the box.
const BOXES: [(&str, &[(Family, usize)]); 13] = [
    ("n150", &[(Family::N150, 1)]),
    ("n300", &[(Family::N300, 1)]),
    ("t3k", &[(Family::N300, 4)]),
    ("n150x4", &[(Family::N150, 4)]),
    ("galaxy", &[(Family::GalaxyWormhole, 32)]),
    ("p100", &[(Family::P100, 1)]),
    ("p150", &[(Family::P150, 1)]),
    ("p150x4", &[(Family::P150, 4)]),
    ("p150x8", &[(Family::P150, 8)]),
    ("p300", &[(Family::P300, 1)]),
    ("p300x2", &[(Family::P300, 2)]),
    ("2-p150", &[(Family::P150, 2)]),
    ("none", &[]),
];

/// A machine with these boards and plenty of everything else.
pub fn host(boards: &[(Family, usize)]) -> Host {
    let topology = topology::resolve(&boards.iter().copied().collect());
    Host {
        product: topology.product,
        product_reason: topology.reason,
        runnable: topology.placements.iter().map(|placement| placement.device_type.clone()).collect(),
        placements: topology.placements,
        resources: Resources {
            ram_total_gib: Some(2048.0),
            ram_available_gib: Some(2000.0),
            disk_free_gib: Some(8000.0),
            weights_dir: "/w".into(),
        },
        ..interpret(&Facts::default())
    }
}

fn offered(boards: &[(Family, usize)]) -> Vec<Match> {
    let query = Query { experimental: true, ..Query::default() };
    matches(&query, &host(boards), &Installed::default(), &Catalog::bundled().unwrap())
}

#[test]
fn every_box_has_its_list() {
    for (name, boards) in BOXES {
        let mut text = String::new();
        for found in offered(boards) {
            let until = if found.current { "" } else { found.releases.last().unwrap().as_str() };
            let carried = found.experimental.as_ref();
            let limits = carried.map_or(String::new(), |carried| {
                format!(" as {}, context {}, {} at once", carried.target, carried.max_context, carried.max_concurrency)
            });
            let state = match found.readiness {
                Readiness::NeedsSetup => String::new(),
                other => format!("{other:?}{limits}"),
            };
            let line = format!(
                "{:<38} {:<10} {:<5} {:<19} {:<12} {until:<6} {state}",
                found.model_name, found.device_type, found.engine, found.implementation, found.status
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if text.is_empty() {
            text.push_str("nothing\n");
        }
        let path = format!("{}/tests/catalog/lists/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        expect_test::expect_file![path].assert_eq(&text);
    }
}

#[test]
fn no_box_is_offered_what_cannot_run_there() {
    for (name, boards) in BOXES {
        let chips: usize = boards.iter().map(|(family, count)| family.chips_per_board() * count).sum();
        let arch = boards.first().map(|(family, _)| family.arch());
        for found in offered(boards) {
            let device = products::find(&found.device_type).unwrap_or_else(|| panic!("{name}: {found:?}"));
            assert_eq!(Some(device.arch), arch, "{name}: {}", found.model_id);
            assert_eq!(device.hosts, 1, "{name}: {}", found.model_id);
            match &found.experimental {
                None => assert!(device.chips as usize <= chips, "{name}: {}", found.model_id),
                Some(carried) => {
                    let target = products::find(&carried.target).unwrap();
                    assert!(target.chips as usize <= chips && found.engine == "vLLM", "{name}: {}", found.model_id);
                    assert!(carried.max_concurrency >= 1 && !found.validated, "{name}: {}", found.model_id);
                    assert!(
                        carried.reduced.is_empty() || carried.max_context.is_multiple_of(32),
                        "{name}: {carried:?}"
                    );
                }
            }
            let broken = found.reasons.iter().any(|reason| reason.starts_with("known not to work"));
            assert_eq!(broken, found.readiness == Readiness::DoesNotFit, "{name}: {}", found.model_id);
            assert!(!found.reasons.is_empty(), "{name}: {}", found.model_id);
        }
    }
}

#[test]
fn every_device_is_on_some_list() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (_, boards) in BOXES {
        for found in offered(boards).into_iter().filter(|found| found.experimental.is_none()) {
            *seen.entry(found.device_type).or_default() += 1;
        }
    }
    let missing: Vec<&str> =
        products::PRODUCTS.iter().map(|product| product.name).filter(|name| !seen.contains_key(*name)).collect();
    assert_eq!(missing, ["DUAL_GALAXY", "QUAD_GALAXY", "BLACKHOLE_GALAXY"], "clusters, and the box that is not here");
}
