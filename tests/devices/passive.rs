//! Every box and every broken file, each with what the probe makes of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use tt_jukebox::device::{Health, Host, interpret, simulate};

use crate::fake_tree::FakeTree;

const BOXES: [&str; 8] = ["n150", "n300", "t3k", "p100", "p150", "p150x4", "p300x2", "galaxy"];
const SENSORS: &str = "sys/devices/pci0000:00/0000:01:00.0/hwmon/hwmon7";

fn host(tree: &FakeTree) -> Host {
    interpret(&tree.gather())
}

fn seen(host: &Host) -> String {
    host.findings.iter().map(|finding| format!("{}: {}\n", finding.id, finding.evidence)).collect()
}

#[test]
fn files_read_back_as_the_facts_they_were_written_from() {
    for name in BOXES {
        let facts = simulate::facts(name).unwrap();
        let read = FakeTree::from_facts(&facts).gather();
        assert_eq!(read.pci, facts.pci, "{name}");
        assert_eq!(read.driver_version, facts.driver_version);
        assert_eq!(read.resources.mem_total_kib, Some(67_108_864));
    }
}

#[test]
fn every_box_is_named_and_healthy() {
    for name in BOXES {
        let host = host(&FakeTree::of(name));
        assert_eq!(host.product, Some(name.to_uppercase()), "{}", seen(&host));
        assert_eq!(host.health, Health::Healthy, "{name}: {}", seen(&host));
    }
}

#[test]
fn a_card_without_a_driver_is_still_a_card() {
    let tree = FakeTree::of("n300");
    fs::remove_dir_all(tree.path("sys/module")).unwrap();
    fs::remove_dir_all(tree.path("sys/class/tenstorrent")).unwrap();
    fs::remove_dir_all(tree.path(SENSORS)).unwrap();
    let host = host(&tree);
    assert_eq!(host.health, Health::NoDriver);
    assert_eq!(host.product.as_deref(), Some("N300"), "the board code on PCI names it");
    assert!(seen(&host).starts_with("driver.missing: 2 Tenstorrent PCI function"), "{}", seen(&host));
}

#[test]
fn an_empty_tree_is_no_device() {
    let tree = FakeTree::from_facts(&tt_jukebox::device::Facts::default());
    assert_eq!(host(&tree).health, Health::NoDevice);
}

#[test]
fn a_sensor_that_is_no_sensor_is_missing_with_its_reason_and_never_zero() {
    type Break = fn(&std::path::Path);
    let breaks: [(&str, Break, &str); 6] = [
        ("absent", |path| fs::remove_file(path).unwrap(), "is not offered by the driver"),
        (
            "a folder",
            |path| {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
            },
            "not a regular file",
        ),
        (
            "vanished",
            |path| {
                fs::remove_file(path).unwrap();
                symlink("nowhere", path).unwrap();
            },
            "is not offered",
        ),
        (
            "EIO",
            |path| {
                fs::remove_file(path).unwrap();
                symlink("/proc/self/mem", path).unwrap();
            },
            "EIO",
        ),
        ("hung", |path| fs::write(path, "65535999\n").unwrap(), "which no board can have"),
        ("text", |path| fs::write(path, [0xff, 0xfe]).unwrap(), "not UTF-8"),
    ];
    for (name, break_it, reason) in breaks {
        let tree = FakeTree::of("n150");
        break_it(&tree.path(&format!("{SENSORS}/temp1_input")));
        let host = host(&tree);
        assert_eq!(host.chips[0].temperature_c, None, "{name}");
        assert_eq!(host.chips[0].power_w, Some(14.0), "{name}: the others still read");
        assert!(seen(&host).contains(reason), "{name}: {}", seen(&host));
        assert_eq!(host.health, Health::Warning, "{name}");
    }
}

#[test]
fn a_fifo_in_place_of_a_sensor_delays_nothing() {
    let tree = FakeTree::of("p150x4");
    let path = tree.path(&format!("{SENSORS}/temp1_input"));
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let start = Instant::now();
    let host = host(&tree);
    assert!(start.elapsed() < Duration::from_millis(900), "{:?}", start.elapsed());
    assert_eq!(host.chips[0].temperature_c, None);
    assert_eq!(host.chips[1].temperature_c, Some(40.8));
}

#[test]
fn after_a_reset_the_newest_hwmon_folder_that_reads_counts() {
    let tree = FakeTree::of("n150");
    let newer = "sys/devices/pci0000:00/0000:01:00.0/hwmon/hwmon12";
    tree.write(&format!("{newer}/temp1_input"), "51000");
    assert_eq!(host(&tree).chips[0].temperature_c, Some(51.0));
    fs::remove_file(tree.path(&format!("{newer}/temp1_input"))).unwrap();
    assert_eq!(host(&tree).chips[0].temperature_c, Some(38.6), "the older one is still there");
}

#[test]
fn devices_are_in_order_of_their_address_and_joined_by_it() {
    let mut facts = simulate::facts("galaxy").unwrap();
    let count = u32::try_from(facts.pci.len()).unwrap();
    for (index, function) in (0..).zip(&mut facts.pci) {
        function.node = Some((index * 7 + 3) % count);
    }
    let host = host(&FakeTree::from_facts(&facts));
    let addresses: Vec<_> = host.chips.iter().map(|chip| chip.bus_id.clone()).collect();
    let mut sorted = addresses.clone();
    sorted.sort();
    assert_eq!(addresses, sorted);
    assert_eq!(host.chips[1].node, Some(10));
    assert_eq!(host.boards.len(), 1, "a Galaxy is one board of 32 modules");
}

#[test]
fn half_a_board_is_not_a_board() {
    let mut facts = simulate::facts("p300x2").unwrap();
    facts.pci.truncate(3);
    let host = interpret(&facts);
    assert_eq!(host.product.as_deref(), Some("P300"), "one whole board is left");
    assert!(seen(&host).contains("board.partial: 1 of 2 chips"), "{}", seen(&host));
}
