//! Every product, odd counts and mixes: sysfs and tt-smi must give the same name and the same parts.

use tt_jukebox::device::facts::{Facts, PciFunction, Reading, SmiAnswer};
use tt_jukebox::device::{Host, interpret, simulate};

use crate::fake_smi::snapshot_of;
use crate::fake_tree::FakeTree;

/// A box of so many boards of each kind, with addresses and serials of its own.
fn box_of(boards: &[(&str, usize)]) -> Facts {
    let mut facts = simulate::facts("n150").unwrap();
    facts.simulated = None;
    facts.pci.clear();
    for (kind, count) in boards {
        for _ in 0..*count {
            let serial = 0x0100_0000 + facts.pci.len();
            facts.pci.extend(board(kind, serial, facts.pci.len()));
        }
    }
    facts
}

fn board(kind: &str, serial: usize, first: usize) -> Vec<PciFunction> {
    let (from, chips) = match kind {
        "p300" => ("p300x2", 2),
        "galaxy-wormhole" | "galaxy-blackhole" => ("galaxy", 1),
        other => (other, 1),
    };
    let mut functions: Vec<PciFunction> = simulate::facts(from).unwrap().pci.into_iter().take(chips).collect();
    for (chip, function) in functions.iter_mut().enumerate() {
        let at = first + chip;
        function.bus_id = format!("0000:{:02x}:00.0", at + 1);
        function.node = u32::try_from(at).ok();
        let galaxy = kind.starts_with("galaxy");
        let code = function.attributes["subsystem_device"].text().unwrap().trim_start_matches("0x").to_owned();
        let code = if kind == "galaxy-blackhole" { "47".to_owned() } else { code };
        let code = u64::from_str_radix(&code, 16).unwrap();
        let own = if galaxy { 0 } else { u64::try_from(serial).unwrap() };
        let text = |text: String| Reading::Text(text);
        function.driver.insert("tt_serial".into(), text(format!("{:016X}", (code << 36) | own)));
        if kind == "galaxy-blackhole" {
            function.driver.insert("tt_card_type".into(), text(kind.into()));
            function.attributes.insert("device".into(), text("0xb140".into()));
            function.attributes.insert("subsystem_device".into(), text("0x0047".into()));
        }
    }
    functions
}

fn from_snapshot(facts: &Facts, board_ids: bool) -> Host {
    let answer = SmiAnswer { program: "tt-smi".into(), stdout: snapshot_of(facts, board_ids), error: None };
    interpret(&Facts { smi: Some(answer), ..Facts::default() })
}

#[test]
fn both_sources_name_every_box_alike() {
    type Row = (&'static [(&'static str, usize)], Option<&'static str>, &'static [&'static str]);
    let rows: [Row; 24] = [
        (&[("n150", 1)], Some("N150"), &["N150"]),
        (&[("n150", 2)], None, &["N150"]),
        (&[("n150", 4)], Some("N150X4"), &["N150X4", "N150"]),
        (&[("n300", 1)], Some("N300"), &["N300", "N150"]),
        (&[("n300", 2)], None, &["N300", "N150"]),
        (&[("n300", 3)], None, &["N300", "N150"]),
        (&[("n300", 4)], Some("T3K"), &["T3K", "N300", "N150"]),
        (&[("galaxy-wormhole", 32)], Some("GALAXY"), &["GALAXY", "GALAXY_T3K", "N150"]),
        (&[("galaxy-wormhole", 8)], Some("GALAXY_T3K"), &["GALAXY_T3K", "N150"]),
        (&[("galaxy-wormhole", 31)], None, &["GALAXY_T3K", "N150"]),
        (&[("galaxy-blackhole", 32)], Some("BLACKHOLE_GALAXY"), &["BLACKHOLE_GALAXY"]),
        (&[("p100", 1)], Some("P100"), &["P100"]),
        (&[("p100", 2)], None, &["P100"]),
        (&[("p150", 1)], Some("P150"), &["P150"]),
        (&[("p150", 2)], None, &["P150"]),
        (&[("p150", 4)], Some("P150X4"), &["P150X4", "P150", "P300X2"]),
        (&[("p150", 8)], Some("P150X8"), &["P150X8", "P150X4", "P150", "P300X2"]),
        (&[("p300", 1)], Some("P300"), &["P300"]),
        (&[("p300", 2)], Some("P300X2"), &["P300X2", "P300", "P150X4"]),
        (&[("p300", 3)], None, &["P300X2", "P300", "P150X4"]),
        (&[("p300", 4)], None, &["P300X2", "P300", "P150X4"]),
        (&[("n150", 1), ("p100", 1)], None, &["N150", "P100"]),
        (&[("n150", 1), ("n300", 1)], None, &["N150", "N300"]),
        (&[], None, &[]),
    ];
    for (boards, product, runnable) in rows {
        let facts = box_of(boards);
        let sources = [
            ("sysfs", interpret(&FakeTree::from_facts(&facts).gather())),
            ("tt-smi", from_snapshot(&facts, true)),
            ("tt-smi without board ids", from_snapshot(&facts, false)),
        ];
        for (source, host) in sources {
            assert_eq!(host.product.as_deref(), product, "{source}: {boards:?}: {}", host.product_reason);
            assert_eq!(host.runnable, runnable, "{source}: {boards:?}");
            assert!(!host.product_reason.is_empty());
        }
    }
}

#[test]
fn chips_are_counted_alike_too() {
    for (name, chips, boards) in [("n300", 2, 1), ("t3k", 8, 4), ("p300x2", 4, 2), ("galaxy", 32, 1)] {
        let facts = simulate::facts(name).unwrap();
        for host in [interpret(&facts), from_snapshot(&facts, true)] {
            assert_eq!((host.chips.len(), host.boards.len()), (chips, boards), "{name}");
            let on_boards: usize = host.boards.iter().map(|board| board.chips.len()).sum();
            assert_eq!(on_boards, chips, "{name}: every chip is on a board");
        }
    }
}

#[test]
fn boards_that_nobody_knows_are_said_and_not_guessed() {
    let mut facts = box_of(&[("n150", 1)]);
    let function = &mut facts.pci[0];
    function.driver.insert("tt_card_type".into(), Reading::Text("unknown".into()));
    function.driver.insert("tt_serial".into(), Reading::Text("0000FFF000000001".into()));
    function.attributes.insert("subsystem_device".into(), Reading::Text("0x0fff".into()));
    let host = interpret(&facts);
    assert_eq!((host.product, host.runnable.len(), host.chips.len()), (None, 0, 1));
    assert!(host.findings.iter().any(|finding| finding.id == "board.unknown"), "{:?}", host.findings);
}

#[test]
fn half_a_board_in_a_container_is_said() {
    let mut facts = box_of(&[("p300", 1)]);
    facts.pci.truncate(1);
    for host in [interpret(&facts), from_snapshot(&facts, true)] {
        assert_eq!((host.product, host.runnable.len()), (None, 0));
        assert!(host.findings.iter().any(|finding| finding.id == "board.partial"), "{:?}", host.findings);
    }
}
