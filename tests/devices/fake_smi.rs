//! What tt-smi would print of a box, in the key set of any of its versions, and programs that behave as badly as tt-smi
//! has been seen to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;
use tt_jukebox::device::facts::{Facts, PciFunction, Reading};

/// A snapshot of the box that `facts` describe. `board_ids` false prints `N/A` for them, as for boards of a kind that
/// this tt-smi does not know.
pub fn snapshot_of(facts: &Facts, board_ids: bool) -> String {
    let mut chips: Vec<Value> = facts.pci.iter().map(|function| chip(function, board_ids, false)).collect();
    let remote = |function: &&PciFunction| text(function, "tt_card_type") == "n300";
    chips.extend(facts.pci.iter().filter(remote).map(|function| chip(function, board_ids, true)));
    json!({
        "time": "2026-11-21T11:21:38",
        "host_info": {"Driver": "TT-KMD 2.9.0"},
        "host_sw_vers": {"tt_smi": "6.8.0"},
        "device_info": chips,
        "processes": [],
    })
    .to_string()
}

fn text(function: &PciFunction, name: &str) -> String {
    function.driver.get(name).and_then(Reading::text).unwrap_or_default().to_owned()
}

fn chip(function: &PciFunction, board_ids: bool, remote: bool) -> Value {
    let card = text(function, "tt_card_type");
    let name = match card.as_str() {
        "galaxy-wormhole" => "tt-galaxy-wh".to_owned(),
        "galaxy-blackhole" => "tt-galaxy-bh".to_owned(),
        other => other.to_owned(),
    };
    let wormhole = card.starts_with('n') || card == "galaxy-wormhole";
    let suffix = match (wormhole, remote) {
        (true, false) => " L",
        (true, true) => " R",
        (false, _) => "",
    };
    let board_id = if board_ids { text(function, "tt_serial") } else { "N/A".into() };
    json!({
        "board_info": {
            "bus_id": if remote { "N/A" } else { &function.bus_id },
            "board_type": format!("{name}{suffix}"),
            "board_id": board_id,
        },
        "telemetry": {
            "voltage": "0.80", "current": " 18.0", "power": " 14.0", "aiclk": " 500", "asic_temperature": "38.6",
            "heartbeat": "14913",
        },
        "firmwares": {"fw_bundle_version": text(function, "tt_fw_bundle_ver")},
    })
}

/// A tt-smi that does what `script` says.
pub struct FakeProgram {
    dir: TempDir,
}

impl FakeProgram {
    pub fn new(script: &str) -> Self {
        let program = Self { dir: tempfile::tempdir().unwrap() };
        fs::write(program.path(), format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().join("tt-smi")
    }

    /// A file beside the program.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}
