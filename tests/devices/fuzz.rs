//! Whatever stands in the files and whatever tt-smi prints: no panic, and no number that no board can have.

use std::fs;

use proptest::prelude::*;
use tt_jukebox::device::facts::SmiAnswer;
use tt_jukebox::device::{Facts, Host, interpret, simulate, smi};

use crate::fake_smi::snapshot_of;
use crate::fake_tree::FakeTree;

fn only_believable_numbers(host: &Host) {
    for chip in &host.chips {
        assert!(chip.temperature_c.is_none_or(|value| value > 0.0 && value <= 125.0), "{chip:?}");
        assert!(chip.voltage_v.is_none_or(|value| (0.3..=1.5).contains(&value)), "{chip:?}");
        assert!(chip.power_w.is_none_or(|value| (0.0..=1000.0).contains(&value)), "{chip:?}");
        assert!(chip.current_a.is_none_or(|value| (0.0..=1000.0).contains(&value)), "{chip:?}");
        assert!(chip.aiclk_mhz.is_none_or(|value| (0.0..=2000.0).contains(&value)), "{chip:?}");
        assert_ne!(chip.fw_bundle.as_deref(), Some("255.255.255.255"));
    }
}

/// What a file may hold: numbers of every size, versions, nonsense, bytes.
fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string().into_bytes()),
        any::<f64>().prop_map(|number| number.to_string().into_bytes()),
        Just(b"4294967295".to_vec()),
        Just(b"255.255.255.255".to_vec()),
        Just(b"nan".to_vec()),
        Just(b"inf".to_vec()),
        "\\PC{0,40}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..60),
        Just(vec![b'9'; 5000]),
    ]
}

const FILES: [&str; 9] = [
    "hwmon/hwmon7/temp1_input",
    "hwmon/hwmon7/in0_input",
    "hwmon/hwmon7/power1_input",
    "hwmon/hwmon7/curr1_input",
    "tenstorrent/tenstorrent!0/tt_aiclk",
    "tenstorrent/tenstorrent!0/tt_card_type",
    "tenstorrent/tenstorrent!0/tt_serial",
    "tenstorrent/tenstorrent!0/tt_fw_bundle_ver",
    "subsystem_device",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_in_any_files(writes in proptest::collection::vec((0..FILES.len(), content()), 1..6)) {
        let tree = FakeTree::of("n150");
        for (file, bytes) in &writes {
            fs::write(tree.path(&format!("sys/devices/pci0000:00/0000:01:00.0/{}", FILES[*file])), bytes).unwrap();
        }
        only_believable_numbers(&interpret(&tree.gather()));
    }

    #[test]
    fn any_text_from_tt_smi(text in "\\PC{0,400}") {
        let _ = smi::parse(&text);
    }

    #[test]
    fn a_snapshot_with_any_bytes_changed(at in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = snapshot_of(&simulate::facts("t3k").unwrap(), true).into_bytes();
        for (index, byte) in at {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let stdout = String::from_utf8_lossy(&bytes).into_owned();
        let smi = Some(SmiAnswer { program: "tt-smi".into(), stdout, error: None });
        only_believable_numbers(&interpret(&Facts { smi, ..Facts::default() }));
    }

    #[test]
    fn any_numbers_in_a_snapshot(values in proptest::collection::vec(content(), 5)) {
        let mut snapshot: serde_json::Value =
            serde_json::from_str(&snapshot_of(&simulate::facts("n150").unwrap(), true)).unwrap();
        for (key, value) in ["voltage", "current", "power", "aiclk", "asic_temperature"].iter().zip(&values) {
            snapshot["device_info"][0]["telemetry"][*key] = String::from_utf8_lossy(value).into_owned().into();
        }
        let smi = Some(SmiAnswer { program: "tt-smi".into(), stdout: snapshot.to_string(), error: None });
        only_believable_numbers(&interpret(&Facts { smi, ..Facts::default() }));
    }
}
