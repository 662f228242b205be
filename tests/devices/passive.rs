//! Every box, who holds it, and whose it is, each with what the probe makes of it.

use std::fs;
use std::os::unix::fs::symlink;

use tt_jukebox::device::facts::{ProcessFacts, Reading};
use tt_jukebox::device::{Health, Host, interpret, simulate};

use crate::fake_tree::FakeTree;

const BOXES: [&str; 8] = ["n150", "n300", "t3k", "p100", "p150", "p150x4", "p300x2", "galaxy"];
pub const SENSORS: &str = "sys/devices/pci0000:00/0000:01:00.0/hwmon/hwmon7";

pub fn host(tree: &FakeTree) -> Host {
    interpret(&tree.gather())
}

pub fn seen(host: &Host) -> String {
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
fn holders_are_named_and_a_telemetry_service_is_not_one() {
    let mut facts = simulate::facts("n300").unwrap();
    facts.pci[0].holders = Some(vec![0, 4242, 4243]);
    let process = |pid, command: &str| ProcessFacts {
        pid,
        user: "ada".into(),
        command: command.into(),
        start_ticks: 500,
        started: 1_700_000_005,
    };
    facts.processes = vec![process(4242, "python -m vllm"), process(4243, "/opt/tt_telemetry_collector -v")];
    let tree = FakeTree::from_facts(&facts);
    let host = host(&tree);
    let holders = &host.chips[0].holders;
    assert_eq!(holders.iter().map(|holder| holder.pid).collect::<Vec<_>>(), [0, 4242, 4243]);
    assert_eq!(holders[0].command, None, "a process outside this container cannot be seen");
    assert_eq!((holders[1].user.as_deref(), holders[1].started), (Some("ada"), Some(1_700_000_005)));
    assert!(holders[2].telemetry);
    assert_eq!(host.health, Health::Busy);
    assert!(!host.chips[1].remote || host.chips[1].holders.is_empty());
}

#[test]
fn without_the_drivers_list_open_files_tell_who_holds_a_device() {
    let mut facts = simulate::facts("n150").unwrap();
    facts.pci[0].holders = None;
    let tree = FakeTree::from_facts(&facts);
    tree.add_process(&ProcessFacts { pid: 77, command: "python".into(), start_ticks: 9, ..ProcessFacts::default() });
    fs::create_dir_all(tree.path("proc/77/fd")).unwrap();
    symlink("/dev/tenstorrent/0", tree.path("proc/77/fd/5")).unwrap();
    symlink("/dev/null", tree.path("proc/77/fd/0")).unwrap();
    assert_eq!(host(&tree).chips[0].holders[0].pid, 77);
}

#[test]
fn sensors_are_left_alone_while_somebody_resets() {
    let mut facts = simulate::facts("n150").unwrap();
    facts.pci[0].holders = Some(vec![99]);
    facts.processes = vec![ProcessFacts {
        pid: 99,
        command: "/usr/bin/tt-smi -r 0".into(),
        start_ticks: 1,
        ..ProcessFacts::default()
    }];
    let read = FakeTree::from_facts(&facts).gather();
    assert!(read.pci[0].driver.is_empty() && read.pci[0].hwmon.is_empty(), "{:?}", read.pci[0]);
    let host = interpret(&read);
    assert_eq!(host.health, Health::Busy, "{}", seen(&host));
}

#[test]
fn devices_without_a_node_here_belong_to_somebody_else() {
    let tree = FakeTree::of("p150x4");
    for node in [1, 2, 3] {
        fs::remove_file(tree.path(&format!("dev/tenstorrent/{node}"))).unwrap();
    }
    let one = host(&tree);
    assert_eq!((one.product.as_deref(), one.chips.len()), (Some("P150"), 1));
    assert!(seen(&one).contains("node.hidden: 3 device(s)"), "{}", seen(&one));
    assert_eq!(one.health, Health::Healthy);
    fs::remove_file(tree.path("dev/tenstorrent/0")).unwrap();
    let none = host(&tree);
    assert_eq!((none.health, none.chips.len()), (Health::Error, 0));
    assert!(seen(&none).contains("node.absent"), "{}", seen(&none));
}

/// The name of a node is not enough: in a container it can be another device's, or one from before a reset.
#[test]
fn a_node_with_other_numbers_is_not_this_device() {
    let tree = FakeTree::of("n150");
    fs::remove_file(tree.path("dev/tenstorrent/0")).unwrap();
    symlink("/dev/null", tree.path("dev/tenstorrent/0")).unwrap();
    let dev = "sys/devices/pci0000:00/0000:01:00.0/tenstorrent/tenstorrent!0/dev";
    tree.write(dev, "241:0");
    assert!(seen(&host(&tree)).contains("node.absent"), "{}", seen(&host(&tree)));
    tree.write(dev, "1:3");
    assert_eq!(host(&tree).health, Health::Healthy, "the numbers of /dev/null");
}

#[test]
fn a_slow_link_is_judged_by_both_its_ends() {
    let tree = FakeTree::of("p150");
    let home = "sys/devices/pci0000:00/0000:01:00.0";
    for (file, value) in [
        ("current_link_speed", "8.0 GT/s PCIe"),
        ("max_link_speed", "32.0 GT/s PCIe"),
        ("current_link_width", "16"),
        ("max_link_width", "16"),
    ] {
        tree.write(&format!("{home}/{file}"), value);
    }
    tree.write("sys/devices/pci0000:00/max_link_speed", "8.0 GT/s PCIe");
    assert_eq!(host(&tree).health, Health::Healthy, "the slot cannot do more");
    tree.write("sys/devices/pci0000:00/max_link_speed", "16.0 GT/s PCIe");
    assert!(seen(&host(&tree)).contains("link.degraded: PCIe link: speed 8 of 16"), "{}", seen(&host(&tree)));
}

#[test]
fn a_card_that_the_driver_refused_or_the_bus_lost_is_told_apart() {
    let tree = FakeTree::of("n150");
    fs::remove_file(tree.path("sys/class/tenstorrent/tenstorrent!0")).unwrap();
    fs::remove_dir_all(tree.path(SENSORS)).unwrap();
    assert!(seen(&host(&tree)).contains("driver.not_bound"), "{}", seen(&host(&tree)));
    let tree = FakeTree::of("n150");
    tree.write("sys/devices/pci0000:00/0000:01:00.0/vendor", "0xffff");
    let lost = host(&tree);
    assert!(seen(&lost).contains("chip.off_bus"), "{}", seen(&lost));
    assert_eq!(lost.health, Health::Error);
}

#[test]
fn different_firmware_in_one_box_is_told() {
    let mut facts = simulate::facts("p300x2").unwrap();
    facts.pci[3].driver.insert("tt_fw_bundle_ver".into(), Reading::Text("19.2.0.0".into()));
    assert!(seen(&interpret(&facts)).contains("firmware.mixed: 19.2.0.0, 19.5.0.0"));
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
