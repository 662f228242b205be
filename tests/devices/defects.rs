//! Every way in which a chip's files can be wrong, each with what a person is told.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use tt_jukebox::device::facts::ProcessFacts;
use tt_jukebox::device::{Health, Severity, interpret};

use crate::fake_tree::FakeTree;
use crate::passive::{SENSORS, host, seen};

/// What is done to a file of a healthy n150, and what a person is then told.
struct Defect {
    name: &'static str,
    file: &'static str,
    break_it: fn(&Path),
    finding: &'static str,
    seen: &'static str,
    health: Health,
}

fn replace(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}

fn gone(path: &Path) {
    fs::remove_file(path).unwrap();
}

const TEMPERATURE: &str = "temp1_input";

const DEFECTS: [Defect; 11] = [
    Defect {
        name: "absent",
        file: TEMPERATURE,
        break_it: gone,
        finding: "telemetry.missing",
        seen: "temperature is not offered by the driver",
        health: Health::Warning,
    },
    Defect {
        name: "a folder",
        file: TEMPERATURE,
        break_it: |path| {
            gone(path);
            fs::create_dir(path).unwrap();
        },
        finding: "telemetry.missing",
        seen: "Is a directory",
        health: Health::Warning,
    },
    Defect {
        name: "vanished",
        file: TEMPERATURE,
        break_it: |path| {
            gone(path);
            symlink("nowhere", path).unwrap();
        },
        finding: "telemetry.missing",
        seen: "is not offered",
        health: Health::Warning,
    },
    Defect {
        name: "EIO",
        file: TEMPERATURE,
        break_it: |path| {
            gone(path);
            symlink("/proc/self/mem", path).unwrap();
        },
        finding: "telemetry.missing",
        seen: "EIO",
        health: Health::Warning,
    },
    Defect {
        name: "a FIFO",
        file: TEMPERATURE,
        break_it: |path| {
            gone(path);
            assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
        },
        finding: "telemetry.missing",
        seen: "it is empty",
        health: Health::Warning,
    },
    Defect {
        name: "not text",
        file: TEMPERATURE,
        break_it: |path| fs::write(path, [0xff, 0xfe]).unwrap(),
        finding: "telemetry.missing",
        seen: "not UTF-8",
        health: Health::Warning,
    },
    Defect {
        name: "zero",
        file: TEMPERATURE,
        break_it: |path| replace(path, "0"),
        finding: "telemetry.missing",
        seen: "which no board can have",
        health: Health::Warning,
    },
    Defect {
        name: "all ones",
        file: TEMPERATURE,
        break_it: |path| replace(path, "65535999"),
        finding: "chip.hung",
        seen: "65535.999",
        health: Health::Error,
    },
    Defect {
        name: "flashed under an old driver",
        file: TEMPERATURE,
        break_it: |path| {
            replace(&path.with_file_name("in0_input"), "3210000");
            replace(&path.with_file_name("power1_input"), "4080000000");
        },
        finding: "telemetry.stale",
        seen: "3210 V",
        health: Health::Warning,
    },
    Defect {
        name: "just booted",
        file: TEMPERATURE,
        break_it: |path| {
            let home = path.parent().unwrap().parent().unwrap().parent().unwrap();
            fs::remove_dir_all(home.join("hwmon")).unwrap();
            for file in ["tt_card_type", "tt_serial", "tt_fw_bundle_ver", "tt_aiclk", "tt_heartbeat"] {
                gone(&home.join("tenstorrent/tenstorrent!0").join(file));
            }
        },
        finding: "telemetry.late",
        seen: "temperature is not offered",
        health: Health::Warning,
    },
    Defect {
        name: "old firmware",
        file: "../../tenstorrent/tenstorrent!0/tt_fw_bundle_ver",
        break_it: |path| replace(path, "80.17.0.0"),
        finding: "firmware.old",
        seen: "bundle 80.17.0.0",
        health: Health::Warning,
    },
];

#[test]
fn every_defect_has_its_own_finding_and_no_value_is_ever_made_up() {
    for defect in DEFECTS {
        let tree = FakeTree::of("n150");
        (defect.break_it)(&tree.path(&format!("{SENSORS}/{}", defect.file)));
        let start = Instant::now();
        let host = host(&tree);
        assert!(start.elapsed() < Duration::from_millis(900), "{}: {:?}", defect.name, start.elapsed());
        assert_eq!(host.health, defect.health, "{}: {}", defect.name, seen(&host));
        let finding = host.findings.iter().find(|finding| finding.id == defect.finding);
        let finding = finding.unwrap_or_else(|| panic!("{}: {}", defect.name, seen(&host)));
        assert!(finding.evidence.contains(defect.seen), "{}: {}", defect.name, finding.evidence);
        assert!(!finding.next.is_empty(), "{}", defect.name);
        assert_eq!(host.product.as_deref(), Some("N150"), "{}: it is still an n150", defect.name);
        if defect.file == TEMPERATURE && defect.finding != "telemetry.stale" {
            assert_eq!(host.chips[0].temperature_c, None, "{}", defect.name);
        }
        let causes = host.findings.iter().filter(|finding| finding.severity > Severity::Info).count();
        assert_eq!(causes, 1, "one cause, one finding: {}", seen(&host));
    }
}

#[test]
fn a_fifo_anywhere_in_proc_holds_nothing_up() {
    for file in
        ["proc/driver/tenstorrent/0/pids", "proc/mounts", "proc/77/stat", "proc/77/cmdline", "proc/stat", "etc/passwd"]
    {
        let tree = FakeTree::of("n150");
        tree.write("proc/driver/tenstorrent/0/pids", "77");
        tree.add_process(&ProcessFacts {
            pid: 77,
            command: "python".into(),
            start_ticks: 9,
            ..ProcessFacts::default()
        });
        let path = tree.path(file);
        let _ = fs::remove_file(&path);
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let start = Instant::now();
        let host = host(&tree);
        assert!(start.elapsed() < Duration::from_millis(900), "{file}: {:?}", start.elapsed());
        assert_eq!(host.chips[0].temperature_c, Some(38.6), "{file}");
    }
}

#[test]
fn a_fifo_in_place_of_one_sensor_leaves_the_other_chips_alone() {
    let tree = FakeTree::of("p150x4");
    let path = tree.path(&format!("{SENSORS}/temp1_input"));
    gone(&path);
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let host = host(&tree);
    let temperatures: Vec<_> = host.chips.iter().map(|chip| chip.temperature_c).collect();
    assert_eq!(temperatures, [None, Some(40.8), Some(40.8), Some(40.8)]);
}

#[test]
fn a_heartbeat_that_stands_still_is_dead_firmware() {
    let tree = FakeTree::of("n150");
    let prober = tree.prober();
    assert_eq!(interpret(&prober.look()).health, Health::Healthy);
    assert_eq!(interpret(&prober.look()).health, Health::Healthy, "too soon to judge");
    std::thread::sleep(Duration::from_millis(2050));
    let still = interpret(&prober.look());
    assert!(seen(&still).contains("firmware.stopped: tt_heartbeat stood at 14913 for 2 s"), "{}", seen(&still));
    assert_eq!(still.health, Health::Error);
    assert_eq!(interpret(&prober.look()).health, Health::Error, "the verdict stands until it moves");
    tree.write("sys/devices/pci0000:00/0000:01:00.0/tenstorrent/tenstorrent!0/tt_heartbeat", "14917");
    assert_eq!(interpret(&prober.look()).health, Health::Healthy);
}
