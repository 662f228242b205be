//! What the older tt-jukebox answered on release 0.9.0, recorded from its own functions, against what ours answers on the
//! same file. Where it was right, ours is the same; where it was wrong, the difference has a name here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use tt_jukebox::catalog::Catalog;
use tt_jukebox::catalog::spec::ModelSpec;
use tt_jukebox::device::board::Family;
use tt_jukebox::device::products;
use tt_jukebox::environment::Installed;
use tt_jukebox::matching::{Match, Query, matches, task};

use super::boxes::host;

const BOXES: [(&str, Family, usize); 10] = [
    ("N150", Family::N150, 1),
    ("N300", Family::N300, 1),
    ("T3K", Family::N300, 4),
    ("N150X4", Family::N150, 4),
    ("P100", Family::P100, 1),
    ("P150", Family::P150, 1),
    ("P150X4", Family::P150, 4),
    ("P150X8", Family::P150, 8),
    ("P300", Family::P300, 1),
    ("GALAXY", Family::GalaxyWormhole, 32),
];

struct Oracle {
    answers: Value,
    catalog: Catalog,
}

impl Oracle {
    fn load() -> Option<Self> {
        let specs = super::specs()?;
        let answers = fs::read_to_string(specs.join("../jukebox-oracle.json")).unwrap();
        let catalog = Catalog::load(&specs.join("tags/v0.9.0.json")).unwrap();
        Some(Self { answers: serde_json::from_str(&answers).unwrap(), catalog })
    }

    fn spec(&self, id: &str) -> &ModelSpec {
        &self.catalog.entries.iter().find(|entry| entry.spec.model_id == id).unwrap().spec
    }

    fn ours(&self, family: Family, count: usize, query: &Query) -> Vec<Match> {
        matches(query, &host(&[(family, count)]), &Installed::default(), &self.catalog)
    }
}

fn ids(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_entries_of_a_box() {
    let Some(oracle) = Oracle::load() else { return };
    let mut differences: BTreeMap<&str, BTreeMap<String, usize>> = BTreeMap::new();
    for (name, family, count) in BOXES {
        let theirs = ids(&oracle.answers["filter"][name]["validated"]);
        let found = oracle.ours(family, count, &Query::default());
        let ours: BTreeSet<String> = found.iter().map(|found| found.model_id.clone()).collect();
        let here = differences.entry(name).or_default();
        let mut note = |difference: String| *here.entry(difference).or_default() += 1;
        for id in theirs.difference(&ours) {
            // Its devices matched when one name held the other: a P150 was offered what needs eight of them.
            note(format!("they offer {}", oracle.spec(id).device_type));
        }
        for id in ours.difference(&theirs) {
            // It looked at the first board alone, and knew no parts of a box.
            note(format!("we carve {}", oracle.spec(id).device_type));
        }
        for id in theirs.intersection(&ours) {
            let device = &oracle.spec(id).device_type;
            assert!(device == name || products::find(name).unwrap().chips > 1, "{name}: {id}");
        }
    }
    expect_test::expect_file!["lists/oracle-boxes.txt"].assert_debug_eq(&differences);
}

#[test]
fn the_entries_for_a_task() {
    let Some(oracle) = Oracle::load() else { return };
    let mut differences: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (name, family, count) in
        BOXES.into_iter().filter(|(name, ..)| ["N150", "N300", "T3K", "P100", "P150"].contains(name))
    {
        for (word, theirs) in oracle.answers["tasks"][name].as_object().unwrap() {
            let task = task::find(word);
            let text = task.is_none().then(|| word.clone());
            let found = oracle.ours(family, count, &Query { text, task, ..Query::default() });
            let ours: BTreeSet<String> =
                found.into_iter().filter(|found| found.device_type == name).map(|found| found.model_id).collect();
            let theirs: BTreeSet<String> =
                ids(theirs).into_iter().filter(|id| oracle.spec(id).device_type == name).collect();
            let mut note = |kind: &str, id: &String| {
                let spec = oracle.spec(id);
                let what = if task::is_base(spec) { "a base model".to_owned() } else { spec.model.model_type.clone() };
                let line = format!("{kind} {} ({what})", spec.model.model_name);
                *differences.entry(word.clone()).or_default().entry(line).or_default() += 1;
            };
            theirs.difference(&ours).for_each(|id| note("only they", id));
            ours.difference(&theirs).for_each(|id| note("only we", id));
        }
    }
    expect_test::expect_file!["lists/oracle-tasks.txt"].assert_debug_eq(&differences);
}

#[test]
fn the_entries_of_other_devices() {
    let Some(oracle) = Oracle::load() else { return };
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (name, family, count) in BOXES {
        let theirs: BTreeSet<String> =
            oracle.answers["filter"][name]["experimental"].as_object().unwrap().keys().cloned().collect();
        let query = Query { experimental: true, ..Query::default() };
        let found = oracle.ours(family, count, &query);
        let listed: BTreeSet<&str> = found
            .iter()
            .filter(|found| found.experimental.is_none())
            .map(|found| found.hf_model_repo.as_str())
            .collect();
        let ours: BTreeSet<&str> =
            found.iter().filter(|found| found.experimental.is_some()).map(|found| found.model_id.as_str()).collect();
        for id in &ours {
            assert!(theirs.contains(*id) || name == "P300" || name == "GALAXY", "{name}: only we offer {id}");
        }
        let here = products::find(name).unwrap();
        for id in theirs.iter().filter(|id| !ours.contains(id.as_str())) {
            let spec = oracle.spec(id);
            let device = products::find(&spec.device_type);
            let why = match device {
                None => "no Tenstorrent device",
                Some(device) if device.arch != here.arch => "another architecture",
                Some(device) if device.hosts > 1 => "a cluster",
                _ if listed.contains(spec.model.hf_model_repo.as_str()) => "listed for this box or a part of it",
                _ if spec.engine != "vLLM" => "a container made for its device",
                _ if spec.implementation.impl_id.contains("galaxy") => "code written for its device",
                _ if ours.iter().any(|ours| oracle.spec(ours).model.hf_model_repo == spec.model.hf_model_repo) => {
                    "another device is nearer"
                }
                _ if spec.model.param_count.is_none() => "its size is not published",
                Some(device) if device.dram_gb > here.dram_gb => "too large for the memory of this box",
                Some(_) => panic!("{name}: {id} has no reason to be left out"),
            };
            *reasons.entry(why.into()).or_default() += 1;
        }
    }
    expect_test::expect_file!["lists/oracle-experimental.txt"].assert_debug_eq(&reasons);
}

#[test]
fn names() {
    let Some(oracle) = Oracle::load() else { return };
    for (query, theirs) in oracle.answers["model_query"].as_object().unwrap() {
        let found = oracle.ours(Family::N150, 1, &Query { text: Some(query.clone()), ..Query::default() });
        let ours: BTreeSet<&str> = found.iter().map(|found| found.model_id.as_str()).collect();
        let theirs: BTreeSet<&str> = theirs
            .as_array()
            .unwrap()
            .iter()
            .map(|answer| answer[0].as_str().unwrap())
            .filter(|id| oracle.spec(id).device_type == "N150")
            .collect();
        if query == "N150" {
            // The ids hold the device, so it took a device for a model name.
            assert!(ours.is_empty() && theirs.len() > 20);
        } else {
            assert_eq!(ours, theirs, "{query}");
        }
    }
}

#[test]
fn reduced_parameters() {
    let Some(oracle) = Oracle::load() else { return };
    // Two thirds of everything, whatever the memory: 109 of these contexts are no multiple of the block of 64 tokens.
    let theirs = oracle.answers["conservative"].as_object().unwrap();
    let odd = theirs.values().filter(|pair| pair[0].as_u64().unwrap() % 64 != 0).count();
    assert!(odd * 2 > theirs.len(), "{odd} of {}", theirs.len());
    let query = Query { experimental: true, ..Query::default() };
    for (_, family, count) in BOXES {
        for found in oracle.ours(family, count, &query) {
            let Some(carried) = found.experimental else { continue };
            assert!(carried.reduced.is_empty() || carried.max_context % 64 == 0, "{carried:?}");
            assert!(carried.max_concurrency >= 1);
        }
    }
}
