//! What is wrong with one chip, told from the pattern of what reads and what does not. One finding for each cause, not
//! one for each number.
//!
//! The patterns are those listed for tt-kmd 1.27 to 2.10 and the reports named beside them.

use super::board::Arch;
use super::facts::{Attributes, NodeAccess, PciFunction, Reading};
use super::finding::{Finding, Severity};
use super::host::Chip;
use super::version;

const RESET: &str = "Stop what uses the board and reset it (\"Tenstorrent: Reset Device\", `tt-jukebox reset`). If that does \
                     not help: reload the driver, then power the machine off and on.";

/// A heartbeat moves about twice a second; one that has stood for so many milliseconds stands still.
const STANDS_STILL: u64 = 2000;

/// Looks at one PCI function and the chip that was made of it. `missing` are the values that the chip has not got,
/// `standing` says for how many milliseconds its heartbeat has not moved.
pub fn function(function: &PciFunction, chip: &Chip, missing: &[String], standing: Option<u64>) -> Vec<Finding> {
    let name = format!("{} at {}", chip.board_type.as_deref().unwrap_or("the board"), function.bus_id);
    let mut found = Vec::new();
    if let Some(finding) = whole(function, &name) {
        return vec![finding];
    }
    if chip.arch == Some(Arch::Grayskull) {
        let next =
            "Serving needs a Wormhole or Blackhole board; drivers before 2.2 and tt-smi before 3.0.35 still know it.";
        let seen = "PCI device id 0xfaca is a Grayskull, which the current software does not support";
        found.push(finding("board.unsupported", Severity::Warning, &name, "is no longer supported", seen, next));
    }
    if function.node.is_some() {
        found.extend(access(function, &name));
        found.extend(telemetry(function, chip, missing, &name));
        found.extend(heartbeat(chip, standing, &name));
    }
    found.extend(link(function, &name));
    found
}

fn finding(id: &str, severity: Severity, name: &str, title: &str, seen: impl Into<String>, next: &str) -> Finding {
    Finding::new(id, severity, format!("{name} {title}"), seen, next)
}

/// Causes that leave nothing else to look at.
fn whole(function: &PciFunction, name: &str) -> Option<Finding> {
    let error = Severity::Error;
    match function.attributes.get("vendor") {
        Some(Reading::Error(reason)) => Some(finding("chip.no_answer", error, name, "does not answer", reason, RESET)),
        Some(Reading::Text(vendor)) if vendor == "0xffff" => {
            let seen = "its PCI vendor id reads 0xffff";
            Some(finding("chip.off_bus", error, name, "has fallen off the PCI bus", seen, RESET))
        }
        None => {
            let seen = "the driver still lists it, but its PCI function is gone";
            Some(finding("chip.off_bus", error, name, "has fallen off the PCI bus", seen, RESET))
        }
        Some(Reading::Text(_)) => None,
    }
}

fn access(function: &PciFunction, name: &str) -> Option<Finding> {
    let node = function.node?;
    (function.access == Some(NodeAccess::Denied)).then(|| {
        let seen = format!("/dev/tenstorrent/{node} is not readable and writable for this user");
        let next = "Install the udev rule of tt-kmd (mode 0666) and run `sudo udevadm trigger`; in a container, start it \
                    with --device /dev/tenstorrent.";
        finding("node.denied", Severity::Error, name, "may not be used by this user", seen, next)
    })
}

fn telemetry(function: &PciFunction, chip: &Chip, missing: &[String], name: &str) -> Option<Finding> {
    if missing.is_empty() {
        return None;
    }
    let seen = missing.join("; ");
    if is_hung(function) {
        let title = "is hung: its registers read all ones";
        return Some(finding("chip.hung", Severity::Error, name, title, seen, RESET));
    }
    if function.driver.is_empty() && function.hwmon.is_empty() {
        let next = "A board that has just started shows its values after up to two minutes. If it stays so, its firmware \
                    is too old for this driver: update it with tt-flash.";
        return Some(finding("telemetry.late", Severity::Warning, name, "shows no values yet", seen, next));
    }
    if chip.temperature_c.is_some() && missing.iter().filter(|reason| reason.contains("no board can have")).count() > 1
    {
        let next = "Reload the driver or reboot: a driver before 2.9 keeps the telemetry addresses of the firmware that \
                    was there before a flash (tt-kmd#213).";
        return Some(finding("telemetry.stale", Severity::Warning, name, "reports nonsense", seen, next));
    }
    let next = "The other values are right. If it stays so, update driver and firmware.";
    Some(finding("telemetry.missing", Severity::Warning, name, "does not show all its values", seen, next))
}

/// All ones in any of the places where a hung chip has shown them (tt-metal#30055).
fn is_hung(function: &PciFunction) -> bool {
    let reads = |from: &Attributes, name: &str, value: &str| from.get(name).and_then(Reading::text) == Some(value);
    reads(&function.hwmon, "temp1_input", "65535999")
        || reads(&function.hwmon, "in0_input", "4294967295")
        || reads(&function.driver, "tt_fw_bundle_ver", "255.255.255.255")
        || reads(&function.driver, "tt_aiclk", "4294967295")
}

/// A heartbeat that stands still: values look good, but the firmware is dead (tt-kmd 2.7 and newer tell).
fn heartbeat(chip: &Chip, standing: Option<u64>, name: &str) -> Option<Finding> {
    let (now, standing) = (chip.heartbeat?, standing.filter(|standing| *standing >= STANDS_STILL)?);
    let seen = format!("tt_heartbeat stood at {now} for {} s; it should move about twice a second", standing / 1000);
    Some(finding("firmware.stopped", Severity::Error, name, "has firmware that stands still", seen, RESET))
}

/// A link that has trained below what both of its ends can do.
fn link(function: &PciFunction, name: &str) -> Option<Finding> {
    let number = |from: &Attributes, file: &str| -> Option<f64> {
        let text = from.get(file)?.text()?;
        text.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
    };
    let own = &function.attributes;
    let below = |what: &str| {
        let (now, own_best) =
            (number(own, &format!("current_link_{what}"))?, number(own, &format!("max_link_{what}"))?);
        let best = number(&function.slot, &format!("max_link_{what}")).map_or(own_best, |slot| slot.min(own_best));
        (now > 0.0 && now < best).then(|| format!("{what} {now} of {best}"))
    };
    let slower: Vec<String> = ["speed", "width"].into_iter().filter_map(below).collect();
    (!slower.is_empty()).then(|| {
        let seen = format!("PCIe link: {}", slower.join(", "));
        let next = "Reseat the board, check the riser, and the link speed that the BIOS sets for the slot.";
        finding("link.degraded", Severity::Warning, name, "has a slow PCIe link", seen, next)
    })
}

/// Findings about all chips together: firmware below what the tools of today need, or not the same everywhere.
///
/// Source: UMD 0.9.12 refuses Wormhole bundles below 18.3.0 and Blackhole bundles below 18.5.0 (tt-umd#1719).
pub fn firmware(chips: &[Chip]) -> Vec<Finding> {
    let mut found = Vec::new();
    let bundles: Vec<(&Chip, &str)> =
        chips.iter().filter_map(|chip| Some((chip, chip.fw_bundle.as_deref()?))).collect();
    let next = "Flash the newest bundle with tt-flash, then reboot.";
    let too_old = bundles.iter().find(|(chip, bundle)| {
        let least = if chip.arch == Some(Arch::Blackhole) { ">=18.5.0" } else { ">=18.3.0" };
        version::firmware(bundle).and_then(|bundle| version::satisfies(&bundle, least)) == Some(false)
    });
    if let Some((chip, bundle)) = too_old {
        let least = if chip.arch == Some(Arch::Blackhole) { "18.5.0" } else { "18.3.0" };
        let seen = format!("bundle {bundle} on {}, {least} is needed", chip.bus_id.as_deref().unwrap_or("a chip"));
        let title = "The firmware is too old for the tools of today";
        found.push(Finding::new("firmware.old", Severity::Warning, title, seen, next));
    }
    let mut kinds: Vec<&str> = bundles.iter().map(|(_, bundle)| *bundle).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() > 1 {
        let title = "The boards have different firmware";
        let next = "If they have just been flashed, reboot. Else flash them all with the same bundle.";
        found.push(Finding::new("firmware.mixed", Severity::Warning, title, kinds.join(", "), next));
    }
    found
}

/// Findings about the driver's version.
pub fn driver(installed: &str) -> Option<Finding> {
    let version = version::parse(installed)?;
    (version::satisfies(&version, ">=2.0.0") == Some(false)).then(|| {
        let seen = format!("tt-kmd {installed}; UMD and tt-smi 4 need 2.0.0 or newer");
        let title = "The kernel driver is too old for the tools of today";
        Finding::new("driver.old", Severity::Warning, title, seen, "Install a newer tt-kmd and reload it.")
            .with_link("https://github.com/tenstorrent/tt-kmd")
    })
}
