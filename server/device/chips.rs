//! Chips and boards from the two sources: sysfs (what is on PCIe) and tt-smi (which also sees chips behind Ethernet),
//! joined by PCI address, because every other numbering differs between them.

use super::board::{self, Family, board_name, code_of_board_id, normal_board_id};
use super::diagnosis;
use super::facts::{Attributes, Facts, NodeAccess, PciFunction, Reading};
use super::finding::{Finding, Severity};
use super::grouping::add_unseen_partners;
use super::host::{Chip, Holder};
use super::smi::{self, SmiChip, Snapshot};
use super::telemetry::{AICLK_MHZ, CURRENT_A, Gate, Measured, POWER_W, TEMPERATURE_C, VOLTAGE_V, believable_version};

/// Chips of both sources, and the driver's version. Devices whose node is not visible here belong to somebody else and
/// are left out.
pub fn merge(facts: &Facts, findings: &mut Vec<Finding>) -> (Vec<Chip>, Option<String>) {
    let snapshot = read_snapshot(facts, findings);
    let (hidden, visible): (Vec<&PciFunction>, Vec<&PciFunction>) =
        facts.pci.iter().partition(|function| function.access == Some(NodeAccess::Absent));
    let mut chips: Vec<Chip> = visible.iter().map(|function| from_sysfs(function, facts, findings)).collect();
    let is_hidden = |seen: &SmiChip| hidden.iter().any(|function| Some(&function.bus_id) == seen.bus_id.as_ref());
    for seen in snapshot.iter().flat_map(|snapshot| &snapshot.chips).filter(|seen| !is_hidden(seen)) {
        match chips.iter_mut().find(|chip| chip.bus_id.is_some() && chip.bus_id == seen.bus_id) {
            Some(chip) => complete(chip, seen),
            None => chips.push(from_smi(seen, findings)),
        }
    }
    findings.extend(hidden_devices(&hidden, chips.len()));
    if facts.reset_under_way {
        let seen = "tt-smi holds a board with a reset option; sensors are left alone until it is done";
        findings.push(Finding::new("reset.under_way", Severity::Info, "A reset is under way", seen, "Wait for it."));
    }
    add_unseen_partners(&mut chips);
    findings.extend(diagnosis::firmware(&chips));
    findings.extend(known_to_tt_smi_only(&chips));
    let driver = match &facts.driver_version {
        Some(Reading::Text(version)) if !version.is_empty() => Some(version.clone()),
        _ => snapshot.and_then(|snapshot| snapshot.driver),
    };
    if let Some(driver) = &driver {
        findings.extend(diagnosis::driver(driver));
        findings.extend(visible.iter().filter(|function| function.node.is_none()).map(|function| not_bound(function)));
    }
    (chips, driver)
}

fn hidden_devices(hidden: &[&PciFunction], visible: usize) -> Option<Finding> {
    if hidden.is_empty() {
        return None;
    }
    let seen = format!("{} device(s) of this host have no node in /dev/tenstorrent here", hidden.len());
    Some(if visible == 0 {
        let next = "In a container, start it with --device /dev/tenstorrent; after a reset, restart it. On the host, install \
                    the udev rule of tt-kmd and run `sudo udevadm trigger`.";
        Finding::new("node.absent", Severity::Error, "No device is passed in here", seen, next)
    } else {
        Finding::new("node.hidden", Severity::Info, "Some devices of this host are not visible here", seen, "")
    })
}

/// Why some values are null on a box where nothing is wrong: sysfs does not have them.
fn known_to_tt_smi_only(chips: &[Chip]) -> Option<Finding> {
    let remote = chips.iter().filter(|chip| chip.remote && chip.temperature_c.is_none()).count();
    let mut lacking = Vec::new();
    if chips.iter().any(|chip| chip.dram_ok.is_none() || chip.power_limit_w.is_none()) {
        lacking.push("memory training and power limits".to_owned());
    }
    if remote > 0 {
        lacking.push(format!("all values of {remote} chip(s) without PCIe of their own"));
    }
    (!lacking.is_empty()).then(|| {
        let seen = format!("not shown by the driver: {}", lacking.join(", "));
        let next = "`tt-jukebox devices --tt-smi` asks tt-smi, which opens every device.";
        Finding::new("values.tt_smi_only", Severity::Info, "Some values are known to tt-smi only", seen, next)
    })
}

fn not_bound(function: &PciFunction) -> Finding {
    let seen = "the driver is loaded and the PCI function is there, but it has no /dev/tenstorrent node";
    let next = "Switch on Above 4G Decoding and Resizable BAR in the BIOS (a Blackhole needs 32 GB), then see `sudo dmesg | \
                grep tenstorrent`.";
    Finding::new("driver.not_bound", Severity::Error, format!("The driver refused {}", function.bus_id), seen, next)
        .with_link("https://github.com/tenstorrent/tt-kmd/issues/193")
}

/// Who holds a function, as far as it can be seen. A telemetry service of a Galaxy holds every chip all the time.
fn holders(function: &PciFunction, facts: &Facts) -> Vec<Holder> {
    let pids = function.holders.iter().flatten();
    pids.map(|pid| {
        let process = facts.processes.iter().find(|process| process.pid == *pid);
        let command = process.map(|process| process.command.clone());
        Holder {
            pid: *pid,
            user: process.map(|process| process.user.clone()),
            telemetry: command.as_deref().is_some_and(|command| command.contains("tt_telemetry_collector")),
            command,
            start_ticks: process.map(|process| process.start_ticks),
            started: process.map(|process| process.started),
        }
    })
    .collect()
}

fn read_snapshot(facts: &Facts, findings: &mut Vec<Finding>) -> Option<Snapshot> {
    let answer = facts.smi.as_ref()?;
    let failure = match (&answer.error, smi::parse(&answer.stdout)) {
        (None, Ok(snapshot)) => return Some(snapshot),
        (Some(error), _) => error.clone(),
        (None, Err(error)) => error,
    };
    findings.push(Finding::new(
        "tt_smi.failed",
        Severity::Warning,
        "tt-smi gave no snapshot",
        format!("{}: {failure}", answer.program),
        "What sysfs shows is used instead. Run `tt-smi -s` in a terminal to see the whole message.",
    ));
    None
}

fn from_sysfs(function: &PciFunction, facts: &Facts, findings: &mut Vec<Finding>) -> Chip {
    let text = |from: &Attributes, name: &str| from.get(name).and_then(Reading::text).map(str::to_owned);
    let code = text(&function.attributes, "subsystem_device").and_then(|text| hex(&text));
    let board_id = text(&function.driver, "tt_serial").and_then(|serial| normal_board_id(&serial));
    // The driver prints `unknown` for boards that are newer than itself; the board code knows more of them.
    let board_type = text(&function.driver, "tt_card_type")
        .filter(|name| Family::from_name(name).is_some())
        .or_else(|| code.and_then(board_name).map(str::to_owned))
        .or_else(|| board_id.as_deref().and_then(code_of_board_id).and_then(board_name).map(str::to_owned));
    let family = board_type.as_deref().and_then(Family::from_name);
    let arch = text(&function.attributes, "device")
        .and_then(|text| hex(&text))
        .and_then(board::arch_of_pci_device)
        .or_else(|| family.map(Family::arch));
    let mut missing = Vec::new();
    let bound = function.node.is_some();
    let mut sensor = |gate: Gate, from: &Attributes, name: &str, scale: f64| {
        let measured = gate.from_reading(from.get(name), scale);
        note(measured, bound, &mut missing)
    };
    let mut chip = Chip {
        bus_id: Some(function.bus_id.clone()),
        node: function.node,
        family,
        board_id,
        arch,
        remote: false,
        temperature_c: sensor(TEMPERATURE_C, &function.hwmon, "temp1_input", 1e3),
        power_w: sensor(POWER_W, &function.hwmon, "power1_input", 1e6),
        current_a: sensor(CURRENT_A, &function.hwmon, "curr1_input", 1e3),
        voltage_v: sensor(VOLTAGE_V, &function.hwmon, "in0_input", 1e3),
        aiclk_mhz: sensor(AICLK_MHZ, &function.driver, "tt_aiclk", 1.0),
        fw_bundle: None,
        heartbeat: text(&function.driver, "tt_heartbeat").and_then(|text| text.parse().ok()),
        dram_ok: None,
        temperature_limit_c: TEMPERATURE_C.from_reading(function.hwmon.get("temp1_max"), 1e3).ok(),
        power_limit_w: None,
        holders: holders(function, facts),
        board_type,
    };
    chip.fw_bundle = text(&function.driver, "tt_fw_bundle_ver").and_then(|version| believable_version(&version));
    if bound && chip.fw_bundle.is_none() {
        missing.push("the firmware version is missing or not believable".into());
    }
    if !facts.reset_under_way {
        let standing = facts.heartbeats_standing.get(&function.bus_id).copied();
        findings.extend(diagnosis::function(function, &chip, &missing, standing));
    }
    chip
}

/// Keeps the value and notes why there is none; a chip without a driver is reported as a whole, not value by value.
fn note(measured: Measured, bound: bool, missing: &mut Vec<String>) -> Option<f64> {
    match measured {
        Ok(value) => Some(value),
        Err(reason) => {
            if bound {
                missing.push(reason);
            }
            None
        }
    }
}

/// The finding of a chip that only tt-smi sees.
fn report_missing(name: &str, missing: &[String], findings: &mut Vec<Finding>) {
    if !missing.is_empty() {
        let title = format!("{name} does not show all its values");
        let next = "tt-smi gives no better ones. If it stays so, update the firmware or reset the board.";
        findings.push(Finding::new("telemetry.missing", Severity::Warning, title, missing.join("; "), next));
    }
}

fn complete(chip: &mut Chip, seen: &SmiChip) {
    chip.board_type = chip.board_type.take().or_else(|| bare_name(seen));
    chip.family = chip.family.or_else(|| family_of(seen));
    chip.board_id = chip.board_id.take().or_else(|| seen.board_id.as_deref().and_then(normal_board_id));
    let fill = |own: Option<f64>, gate: Gate, value: Option<f64>| own.or_else(|| gate.check(value?).ok());
    chip.temperature_c = fill(chip.temperature_c, TEMPERATURE_C, seen.temperature_c);
    chip.power_w = fill(chip.power_w, POWER_W, seen.power_w);
    chip.current_a = fill(chip.current_a, CURRENT_A, seen.current_a);
    chip.voltage_v = fill(chip.voltage_v, VOLTAGE_V, seen.voltage_v);
    chip.aiclk_mhz = fill(chip.aiclk_mhz, AICLK_MHZ, seen.aiclk_mhz);
    chip.fw_bundle = chip.fw_bundle.take().or_else(|| seen.fw_bundle.as_deref().and_then(believable_version));
    chip.heartbeat = chip.heartbeat.or(seen.heartbeat);
    chip.dram_ok = seen.dram_ok;
    chip.temperature_limit_c = fill(chip.temperature_limit_c, TEMPERATURE_C, seen.temperature_limit_c);
    chip.power_limit_w = fill(chip.power_limit_w, POWER_W, seen.power_limit_w);
}

fn from_smi(seen: &SmiChip, findings: &mut Vec<Finding>) -> Chip {
    let family = family_of(seen);
    let mut missing = Vec::new();
    let mut sensor = |gate: Gate, value: Option<f64>| {
        let measured = value.map_or_else(|| Err(format!("tt-smi gives no {}", gate.name)), |value| gate.check(value));
        note(measured, true, &mut missing)
    };
    let chip = Chip {
        bus_id: seen.bus_id.clone(),
        node: None,
        board_type: bare_name(seen),
        family,
        board_id: seen.board_id.as_deref().and_then(normal_board_id),
        arch: family.map(Family::arch),
        remote: seen.remote,
        temperature_c: sensor(TEMPERATURE_C, seen.temperature_c),
        power_w: sensor(POWER_W, seen.power_w),
        current_a: sensor(CURRENT_A, seen.current_a),
        voltage_v: sensor(VOLTAGE_V, seen.voltage_v),
        aiclk_mhz: sensor(AICLK_MHZ, seen.aiclk_mhz),
        fw_bundle: seen.fw_bundle.as_deref().and_then(believable_version),
        heartbeat: seen.heartbeat,
        dram_ok: seen.dram_ok,
        temperature_limit_c: seen.temperature_limit_c.and_then(|value| TEMPERATURE_C.check(value).ok()),
        power_limit_w: seen.power_limit_w.and_then(|value| POWER_W.check(value).ok()),
        holders: Vec::new(),
    };
    report_missing(seen.bus_id.as_deref().unwrap_or("a remote chip"), &missing, findings);
    chip
}

fn family_of(seen: &SmiChip) -> Option<Family> {
    let by_id = || seen.board_id.as_deref().and_then(code_of_board_id).and_then(Family::from_code);
    seen.board_type.as_deref().and_then(Family::from_name).or_else(by_id)
}

fn bare_name(seen: &SmiChip) -> Option<String> {
    let name = seen.board_type.as_deref()?;
    let bare = name.strip_suffix(" L").or_else(|| name.strip_suffix(" R")).unwrap_or(name);
    Some(bare.to_owned())
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim().trim_start_matches("0x"), 16).ok()
}
