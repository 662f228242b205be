//! Each check on a simulated box with one thing wrong.

use super::*;
use crate::device::{interpret, simulate};

fn seen() -> Seen {
    Seen {
        tt_smi: Ok("/bin/tt-smi".into()),
        tt_smi_version: Some(Ok("6.8.0".into())),
        catalog: Ok("bundled".into()),
        blocked: (vec![], 30),
        checkouts: vec![],
        not_on_path: vec![],
        warnings: vec![],
    }
}

fn ids(facts: &Facts, seen: &Seen) -> Vec<String> {
    let host = interpret(facts);
    let findings = examine(facts, &host, seen);
    findings.into_iter().map(|finding| finding.id).filter(|id| id != "values.tt_smi_only").collect()
}

/// A healthy real box: pages are there, the IOMMU passes through.
fn healthy(name: &str) -> Facts {
    let mut facts = simulate::facts(name).unwrap();
    facts.simulated = None;
    facts.system.kernel = "6.8.0".into();
    facts.system.module_file = true;
    facts.system.huge_pages = Some(128);
    facts.system.huge_page_mount = Some("/dev/hugepages-1G".into());
    facts
}

#[test]
fn a_healthy_box_has_no_findings() {
    for name in ["n150", "t3k", "p300x2", "galaxy"] {
        assert_eq!(ids(&healthy(name), &seen()), Vec::<String>::new(), "{name}");
    }
}

/// Name of the defect, what is done to the facts, what is done to the surroundings, the finding.
type Row = (&'static str, fn(&mut Facts), fn(&mut Seen), &'static str);

const ROWS: [Row; 17] = [
    ("no card", |facts| facts.pci.clear(), |_| {}, "device.none"),
    ("driver not loaded", |facts| facts.driver_version = None, |_| {}, "driver.missing"),
    (
        "driver not built",
        |facts| {
            facts.driver_version = None;
            facts.system.module_file = false;
        },
        |_| {},
        "driver.not_built",
    ),
    ("driver too old", |facts| facts.driver_version = Some(Reading::Text("1.34.0".into())), |_| {}, "driver.old"),
    ("driver refused it", |facts| facts.pci[0].node = None, |_| {}, "driver.not_bound"),
    (
        "no permission",
        |facts| facts.pci[0].access = Some(crate::device::facts::NodeAccess::Denied),
        |_| {},
        "node.denied",
    ),
    (
        "not passed in",
        |facts| facts.pci[0].access = Some(crate::device::facts::NodeAccess::Absent),
        |_| {},
        "node.absent",
    ),
    (
        "hung",
        |facts| {
            facts.pci[0].hwmon.insert("temp1_input".into(), Reading::Text("65535999".into()));
        },
        |_| {},
        "chip.hung",
    ),
    (
        "firmware too new",
        |facts| {
            facts.pci[0].driver.insert("tt_fw_bundle_ver".into(), Reading::Text("19.15.0.0".into()));
        },
        |_| {},
        "firmware.newer",
    ),
    (
        "held",
        |facts| {
            facts.pci[0].holders = Some(vec![5]);
            facts.processes =
                vec![crate::device::facts::ProcessFacts { pid: 5, command: "tt-smi".into(), ..Default::default() }];
        },
        |_| {},
        "device.held_by_tt_smi",
    ),
    ("held elsewhere", |facts| facts.pci[0].holders = Some(vec![0]), |_| {}, "device.held_elsewhere"),
    ("no pages", |facts| facts.system.huge_page_mount = None, |_| {}, "hugepages.missing"),
    ("few pages", |facts| facts.system.huge_pages = Some(1), |_| {}, "hugepages.missing"),
    ("tt-smi missing", |_| {}, |seen| seen.tt_smi = Err("nowhere".into()), "tt_smi.missing"),
    ("tt-smi broken", |_| {}, |seen| seen.tt_smi_version = Some(Err("exit code 1".into())), "tt_smi.broken"),
    ("tt-smi too old", |_| {}, |seen| seen.tt_smi_version = Some(Ok("3.0.19".into())), "tt_smi.too_old"),
    ("strict requirement", |_| {}, |seen| seen.blocked.0.push("Llama".into()), "firmware.blocks_models"),
];

#[test]
fn every_defect_is_found_and_has_a_next_step() {
    for (name, change_facts, change_seen, expected) in ROWS {
        let (mut facts, mut seen) = (healthy("n150"), seen());
        change_facts(&mut facts);
        change_seen(&mut seen);
        let findings = examine(&facts, &interpret(&facts), &seen);
        let finding = findings.iter().find(|finding| finding.id == expected);
        let finding = finding.unwrap_or_else(|| panic!("{name}: {findings:?}"));
        assert!(!finding.next.is_empty() && !finding.evidence.is_empty(), "{name}");
    }
}

#[test]
fn with_a_translating_iommu_no_pages_are_needed() {
    let mut facts = healthy("n150");
    facts.system.huge_page_mount = None;
    facts.pci[0].attributes.insert("iommu_group/type".into(), Reading::Text("DMA-FQ".into()));
    assert_eq!(ids(&facts, &seen()), Vec::<String>::new());
}
