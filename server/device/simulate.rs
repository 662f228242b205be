//! Boxes that are not there, for people who want to look around before they have a card, and for tests.
//!
//! A simulated box is plain [`Facts`], read by the very code that reads a real one, and labelled wherever it shows.

use serde::Deserialize;

use super::facts::{Attributes, FACTS_SCHEMA, Facts, NodeAccess, PciFunction, Reading, ResourceFacts};
use crate::error::{Failure, FailureKind, Result};

const BOXES: &str = include_str!("../../content/simulated-boxes.json");
/// Driver and firmware that satisfy every requirement in the spec files of 0.25.0.
const DRIVER: &str = "2.9.0";
const FIRMWARE: &str = "19.5.0.0";

#[derive(Deserialize)]
struct SimulatedBox {
    name: String,
    title: String,
    ram_gib: u64,
    boards: Vec<SimulatedBoard>,
}

#[derive(Deserialize)]
struct SimulatedBoard {
    card_type: String,
    pci_device: String,
    board_code: String,
    serial: String,
    functions: Vec<String>,
}

fn boxes() -> Result<Vec<SimulatedBox>> {
    serde_json::from_str(BOXES).map_err(|error| {
        let what = "the list of simulated boxes that this program ships is broken";
        Failure::new(FailureKind::Internal, what, error.to_string(), "Please report this.")
    })
}

/// `(name, title)` of every box that can be simulated.
///
/// # Errors
/// When the shipped list is broken.
pub fn names() -> Result<Vec<(String, String)>> {
    Ok(boxes()?.into_iter().map(|simulated| (simulated.name, simulated.title)).collect())
}

/// The facts of a simulated box.
///
/// # Errors
/// When there is no box of that name.
pub fn facts(name: &str) -> Result<Facts> {
    let all = boxes()?;
    let wanted = name.trim().to_ascii_lowercase();
    let Some(found) = all.iter().find(|simulated| simulated.name == wanted) else {
        let known: Vec<&str> = all.iter().map(|simulated| simulated.name.as_str()).collect();
        return Err(Failure::new(
            FailureKind::Usage,
            format!("there is no simulated box named {name:?}"),
            format!("the boxes are {}", known.join(", ")),
            "Choose one of them, for example `--simulate n150`.",
        ));
    };
    let mut pci: Vec<PciFunction> =
        found.boards.iter().flat_map(|board| board.functions.iter().map(|bus_id| function(board, bus_id))).collect();
    for (node, function) in (0..).zip(&mut pci) {
        function.node = Some(node);
    }
    Ok(Facts {
        schema: FACTS_SCHEMA,
        written_by: env!("CARGO_PKG_VERSION").into(),
        simulated: Some(found.name.clone()),
        driver_version: Some(Reading::Text(DRIVER.into())),
        pci,
        resources: ResourceFacts {
            mem_total_kib: Some(found.ram_gib * 1024 * 1024),
            mem_available_kib: Some(found.ram_gib * 1024 * 1024 * 9 / 10),
            weights_dir: "simulated".into(),
            disk_free_bytes: Some(2 << 40),
        },
        ..Facts::default()
    })
}

fn function(board: &SimulatedBoard, bus_id: &str) -> PciFunction {
    let blackhole = board.pci_device == "0xb140";
    let idle = if blackhole { ["40800", "740", "41000", "30000000"] } else { ["38600", "800", "18000", "14000000"] };
    PciFunction {
        bus_id: bus_id.to_owned(),
        attributes: attributes(&[
            ("vendor", "0x1e52"),
            ("device", &board.pci_device),
            ("subsystem_device", &board.board_code),
        ]),
        node: None,
        driver: attributes(&[
            ("tt_card_type", &board.card_type),
            ("tt_serial", &board.serial),
            ("tt_fw_bundle_ver", FIRMWARE),
            ("tt_aiclk", if blackhole { "800" } else { "500" }),
            ("tt_heartbeat", "14913"),
        ]),
        hwmon: attributes(&[
            ("temp1_input", idle[0]),
            ("in0_input", idle[1]),
            ("curr1_input", idle[2]),
            ("power1_input", idle[3]),
        ]),
        holders: Some(Vec::new()),
        access: Some(NodeAccess::Granted),
        ..PciFunction::default()
    }
}

fn attributes(pairs: &[(&str, &str)]) -> Attributes {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), Reading::Text((*value).to_owned()))).collect()
}
