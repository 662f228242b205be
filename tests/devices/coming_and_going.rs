//! Devices that vanish and return, between looks and in the middle of them.

use std::fs;

use tt_jukebox::device::{Health, interpret, simulate};

use crate::fake_tree::FakeTree;
use crate::passive::{host, seen};

/// Devices come and go in the middle of everything; the prober never stops and never tells of one that is gone.
#[test]
fn a_thousand_removals_and_returns() {
    let facts = simulate::facts("p150x4").unwrap();
    let tree = FakeTree::from_facts(&facts);
    let prober = tree.prober();
    let mut seed: u64 = 20_261_121;
    let mut present = [true; 4];
    for round in 0..1000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let chip = usize::try_from(seed >> 60).unwrap() % 4;
        if present[chip] {
            tree.remove(&facts.pci[chip]);
        } else {
            tree.add(&facts.pci[chip], 100 + round);
        }
        present[chip] = !present[chip];
        let expected: Vec<String> = facts
            .pci
            .iter()
            .zip(present)
            .filter(|(_, here)| *here)
            .map(|(function, _)| function.bus_id.clone())
            .collect();
        let shown: Vec<String> = interpret(&prober.look()).chips.into_iter().filter_map(|chip| chip.bus_id).collect();
        assert_eq!(shown, expected, "round {round}");
    }
}

/// The same in the middle of reading: whatever a look meets, it comes to its end and makes nothing up.
#[test]
fn removals_in_the_middle_of_looks() {
    let facts = simulate::facts("p150x4").unwrap();
    let tree = FakeTree::from_facts(&facts);
    let prober = tree.prober();
    std::thread::scope(|scope| {
        let changing = scope.spawn(|| {
            for round in 0..500 {
                let function = &facts.pci[round % 4];
                tree.remove(function);
                tree.add(function, 200 + round);
            }
        });
        let mut looks = 0;
        while !changing.is_finished() || looks == 0 {
            let host = interpret(&prober.look());
            assert!(
                host.chips.len() <= 4 && host.chips.iter().all(|chip| chip.temperature_c.is_none_or(|t| t == 40.8))
            );
            looks += 1;
        }
    });
    assert_eq!(host(&tree).health, Health::Healthy, "all are back");
}

#[test]
fn looks_at_the_same_time_all_see_everything() {
    let tree = FakeTree::of("p150x4");
    let prober = tree.prober();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let host = interpret(&prober.look());
                    assert_eq!((host.health, host.chips.len()), (Health::Healthy, 4), "{}", seen(&host));
                }
            });
        }
    });
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
