//! Boards that come back, do not, or only seem to.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tt_jukebox::device::facts::{Facts, PciFunction};
use tt_jukebox::device::simulate;
use tt_jukebox::error::FailureKind;
use tt_jukebox::protocol::{ExpectedChip, Verified, VerifyParams};
use tt_jukebox::requests;
use tt_jukebox::reset::verify::{Pace, verify};
use tt_jukebox::session::Session;
use tt_jukebox::settings::{Sources, resolve};

use crate::fake_tree::FakeTree;
use crate::heart::Heart;

const PACE: Pace = Pace { step: Duration::from_millis(50), beat: Duration::from_millis(100) };

/// A box with two boards of one chip each, cut from a bigger one.
fn two_boards() -> Facts {
    let mut facts = simulate::facts("p150x4").unwrap();
    facts.pci.truncate(2);
    facts
}

fn session(key: &str, value: &str) -> Session {
    // By environment: a root that is asked for on the command line is not to be acted on.
    let env = BTreeMap::from([(format!("TT_JUKEBOX_{}", key.to_uppercase()), value.to_owned())]);
    Session::new(resolve(&Sources { env, ..Sources::default() }).unwrap())
}

fn session_of(tree: &FakeTree) -> Session {
    session("root", &tree.path("").display().to_string())
}

fn params(functions: &[PciFunction], deadline_s: u32) -> VerifyParams {
    let expected = |function: &PciFunction| ExpectedChip {
        bus_id: function.bus_id.clone(),
        board_type: function.driver["tt_card_type"].text().map(str::to_owned),
    };
    VerifyParams { expected: functions.iter().map(expected).collect(), deadline_s }
}

async fn look(tree: &FakeTree, functions: &[PciFunction], deadline_s: u32) -> (Verified, Vec<String>) {
    let mut told = Vec::new();
    let mut tell = |line: &str| told.push(line.to_owned());
    let verified = verify(&session_of(tree), &params(functions, deadline_s), &PACE, &mut tell).await.unwrap();
    (verified, told)
}

#[tokio::test]
async fn boards_that_are_well_are_verified_at_once() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    let _heart = Heart::of(&tree, &facts.pci);
    let (verified, told) = look(&tree, &facts.pci, 0).await;
    assert!(verified.ok, "{:?}", verified.problems);
    assert!(verified.text.starts_with("All 2 chips are back and alive after 0."), "{}", verified.text);
    assert_eq!((verified.next.as_str(), verified.problems.len(), told.len()), ("", 0, 0));
    assert_eq!(verified.host.chips.len(), 2);
}

#[tokio::test]
async fn boards_that_come_back_after_a_moment_are_verified() {
    let facts = two_boards();
    let tree = Arc::new(FakeTree::from_facts(&facts));
    let _heart = Heart::of(&tree, &facts.pci);
    tree.remove(&facts.pci[1]);
    let (later, function) = (tree.clone(), facts.pci[1].clone());
    let back = thread::spawn(move || {
        thread::sleep(Duration::from_millis(400));
        later.add(&function, 30);
    });
    let (verified, told) = look(&tree, &facts.pci, 20).await;
    back.join().unwrap();
    assert!(verified.ok, "{:?}", verified.problems);
    assert!((0.3..10.0).contains(&verified.seconds), "{}", verified.seconds);
    assert_eq!(told[0], format!("after 0 s: {} is not on the PCI bus", facts.pci[1].bus_id), "each once: {told:?}");
}

#[tokio::test]
async fn a_board_that_never_comes_back_is_told_with_the_next_rung() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    let _heart = Heart::of(&tree, &facts.pci);
    tree.remove(&facts.pci[0]);
    let (verified, _) = look(&tree, &facts.pci, 1).await;
    assert!(!verified.ok && verified.seconds >= 1.0);
    assert_eq!(verified.problems, [format!("{} is not on the PCI bus", facts.pci[0].bus_id)]);
    assert!(
        verified.next.starts_with("Look for the chip on the PCI bus again (`echo 1 | sudo tee"),
        "{}",
        verified.next
    );
    assert_eq!(verified.host.chips.len(), 1, "the box as it is now");
}

#[tokio::test]
async fn a_board_without_a_node_wants_its_driver_reloaded() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    fs::remove_file(tree.path("sys/class/tenstorrent/tenstorrent!1")).unwrap();
    let (verified, _) = look(&tree, &facts.pci, 0).await;
    let text = "is on the PCI bus, but the driver has no node for it";
    assert_eq!(verified.problems, [format!("{} {text}", facts.pci[1].bus_id)]);
    assert!(verified.next.starts_with("Reload the driver (`sudo modprobe -r tenstorrent && sudo modprobe"));
}

#[tokio::test]
async fn a_node_that_is_not_visible_here_is_no_board() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    fs::remove_file(tree.path("dev/tenstorrent/0")).unwrap();
    let (verified, _) = look(&tree, &facts.pci, 0).await;
    assert!(verified.problems[0].contains("restart the container"), "{:?}", verified.problems);
}

#[tokio::test]
async fn all_ones_are_no_board() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    let home = format!("sys/devices/pci0000:00/{}", facts.pci[1].bus_id);
    for (file, value) in [
        ("hwmon/hwmon10/temp1_input", "65535999"),
        ("hwmon/hwmon10/in0_input", "4294967295"),
        ("hwmon/hwmon10/curr1_input", "4294967295000"),
        ("hwmon/hwmon10/power1_input", "4294967295000000"),
        ("tenstorrent/tenstorrent!1/tt_fw_bundle_ver", "255.255.255.255"),
        ("tenstorrent/tenstorrent!1/tt_aiclk", "4294967295"),
    ] {
        tree.write(&format!("{home}/{file}"), value);
    }
    let _heart = Heart::of(&tree, &facts.pci);
    let (verified, _) = look(&tree, &facts.pci, 0).await;
    assert!(!verified.ok);
    assert_eq!(verified.problems.len(), 1, "{:?}", verified.problems);
    assert!(verified.problems[0].contains("65535.999"), "{:?}", verified.problems);
    assert!(verified.next.starts_with("Reset once more. If that does not help"), "{}", verified.next);
}

#[tokio::test]
async fn a_heart_that_stands_still_is_no_life() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    let _heart = Heart::of(&tree, &facts.pci[..1]);
    let (verified, _) = look(&tree, &facts.pci, 1).await;
    assert!(!verified.ok);
    assert_eq!(verified.problems.len(), 1, "{:?}", verified.problems);
    let text = format!("{} has a heartbeat that stands still at 14913", facts.pci[1].bus_id);
    assert!(verified.problems[0].starts_with(&text), "{:?}", verified.problems);
    assert!(verified.next.starts_with("Reset once more"), "{}", verified.next);
}

#[tokio::test]
async fn a_driver_without_heartbeat_proves_less_and_says_so() {
    let mut facts = two_boards();
    for function in &mut facts.pci {
        function.driver.remove("tt_heartbeat");
    }
    let tree = FakeTree::from_facts(&facts);
    let (verified, _) = look(&tree, &facts.pci, 0).await;
    assert!(verified.ok, "{:?}", verified.problems);
    assert!(verified.text.ends_with("The driver offers no heartbeat to prove their life."), "{}", verified.text);
}

#[tokio::test]
async fn another_board_in_the_same_place_is_not_the_one_that_was_reset() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    let mut wanted = params(&facts.pci, 0);
    wanted.expected[0].board_type = Some("p300c".into());
    let verified = verify(&session_of(&tree), &wanted, &PACE, &mut |_| ()).await.unwrap();
    assert!(verified.problems[0].contains("was a p300c and says now that it is p150"), "{:?}", verified.problems);
}

#[tokio::test]
async fn no_sensor_is_read_before_every_node_is_back() {
    let facts = two_boards();
    let tree = FakeTree::from_facts(&facts);
    tree.remove(&facts.pci[0]);
    // Opening a pipe for writing waits for a reader, so this thread notices whoever reads the sensor.
    let sensor = tree.path(&format!("sys/devices/pci0000:00/{}/hwmon/hwmon10/temp1_input", facts.pci[1].bus_id));
    fs::remove_file(&sensor).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&sensor).status().unwrap().success());
    let read = Arc::new(AtomicBool::new(false));
    let (told, pipe) = (read.clone(), sensor.clone());
    let watch = thread::spawn(move || {
        fs::OpenOptions::new().write(true).open(pipe).unwrap();
        told.store(true, Ordering::SeqCst);
    });
    let (session, wanted) = (session_of(&tree), params(&facts.pci, 60));
    let mut tell = |_: &str| ();
    let waiting = tokio::time::timeout(Duration::from_millis(500), verify(&session, &wanted, &PACE, &mut tell));
    assert!(waiting.await.is_err(), "it still waits");
    assert!(!read.load(Ordering::SeqCst), "a sensor was read while a board was missing");
    drop(session.facts().unwrap());
    watch.join().unwrap();
    assert!(read.load(Ordering::SeqCst), "the probe itself does read it");
}

#[tokio::test]
async fn what_is_not_this_host_is_refused() {
    let wanted = params(&two_boards().pci, 0);
    for (key, value) in [("simulate", "n150"), ("facts", "facts.json")] {
        let session = session(key, value);
        let failure = requests::verify(&session, wanted.clone()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotSupported);
        let failure = requests::release(&session, tt_jukebox::protocol::ReleaseParams::default()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotSupported);
    }
    let options = BTreeMap::from([("root".to_owned(), "/nonexistent".to_owned())]);
    let elsewhere = Session::new(resolve(&Sources { options, ..Sources::default() }).unwrap());
    let failure = requests::verify(&elsewhere, wanted).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotSupported, "a root from the command line is looked at and no more");
    let nothing = requests::verify(&session("root", "/nonexistent"), VerifyParams::default()).await.unwrap_err();
    assert_eq!(nothing.kind, FailureKind::Usage);
}
