//! The checks, in the order in which earlier ones explain later ones: bus, driver, node, rights, versions, firmware,
//! holders, memory pages, tools, settings.
//!
//! Causes and fixes: the failure reports named beside each check.

use super::Seen;
use crate::device::board::{Arch, Family};
use crate::device::facts::{Facts, Reading};
use crate::device::host::Holder;
use crate::device::{Finding, Health, Host, Severity, version};

/// The newest firmware that UMD 0.9.12 has been tested with (tt-umd).
const NEWEST_TESTED: &str = "<=19.14.0";
/// Pages of 1 GB that UMD wants for each device when the IOMMU does not translate (tt-metal#21375).
const PAGES_PER_DEVICE: u64 = 4;

/// Findings of the host and of everything around it, the worst first.
pub fn examine(facts: &Facts, host: &Host, seen: &Seen) -> Vec<Finding> {
    let mut findings = host.findings.clone();
    if host.health == Health::NoDriver {
        findings.extend(module(facts));
    }
    findings.extend(galaxy(facts, host));
    findings.extend(mixed(host));
    findings.extend(firmware_newer(host));
    findings.extend(blocked(host, seen));
    findings.extend(held(host));
    findings.extend(huge_pages(facts, host));
    findings.extend(tt_smi(host, seen));
    findings.extend(around(seen));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// A driver that was never built for this kernel looks like one that is not loaded (tt-installer issues).
fn module(facts: &Facts) -> Option<Finding> {
    (!facts.system.module_file && !facts.system.kernel.is_empty()).then(|| {
        let seen = format!("no tenstorrent.ko below /lib/modules/{}", facts.system.kernel);
        let next = "Install the headers of this kernel, then `sudo dkms autoinstall`. After a kernel update this is the \
                    usual cause.";
        Finding::new("driver.not_built", Severity::Error, "There is no driver for this kernel", seen, next)
    })
}

fn galaxy(facts: &Facts, host: &Host) -> Option<Finding> {
    let modules =
        host.chips.iter().filter(|chip| matches!(chip.family, Some(Family::GalaxyWormhole | Family::GalaxyBlackhole)));
    let count = modules.count();
    (count > 0 && count % 8 != 0 && !facts.system.container).then(|| {
        let seen = format!("{count} of 32 modules are on the bus");
        let next = "A tray or a module is missing: `tt-smi -glx_reset` (needs the BMC), then a power cycle.";
        Finding::new("galaxy.incomplete", Severity::Warning, "The Galaxy is not complete", seen, next)
    })
}

/// UMD uses the architecture of the first device and passes over the others.
fn mixed(host: &Host) -> Option<Finding> {
    let has = |arch: Arch| host.chips.iter().any(|chip| chip.arch == Some(arch));
    (has(Arch::Wormhole) && has(Arch::Blackhole)).then(|| {
        let seen = "Wormhole and Blackhole boards are in one host";
        let next = "Tools see only the kind that comes first on the bus. Choose the boards of one kind with \
                    TT_VISIBLE_DEVICES.";
        Finding::new("arch.mixed", Severity::Warning, "Boards of two architectures", seen, next)
    })
}

fn firmware_newer(host: &Host) -> Option<Finding> {
    let newer = host.chips.iter().filter_map(|chip| chip.fw_bundle.as_deref()).find(|bundle| {
        version::firmware(bundle).and_then(|bundle| version::satisfies(&bundle, NEWEST_TESTED)) == Some(false)
    })?;
    let seen = format!("bundle {newer}; tested up to {}", NEWEST_TESTED.trim_start_matches("<="));
    let title = "The firmware is newer than what has been tested";
    Some(Finding::new("firmware.newer", Severity::Info, title, seen, "Nothing to do unless something fails."))
}

fn blocked(host: &Host, seen: &Seen) -> Option<Finding> {
    let (models, all) = &seen.blocked;
    (!models.is_empty()).then(|| {
        let firmware = host.chips.iter().find_map(|chip| chip.fw_bundle.as_deref()).unwrap_or("unknown");
        let driver = host.driver.as_deref().unwrap_or("unknown");
        let evidence = format!("firmware {firmware}, driver {driver}; for example {}", models[0]);
        let title = format!("{} of {all} models for this box require newer firmware or driver", models.len());
        let next = "`tt-jukebox show MODEL` says which. Flash with tt-flash, update tt-kmd, then reboot.";
        Finding::new("firmware.blocks_models", Severity::Warning, title, evidence, next)
    })
}

fn held(host: &Host) -> Vec<Finding> {
    let mut holders: Vec<&Holder> = host.chips.iter().flat_map(|chip| &chip.holders).filter(|h| !h.telemetry).collect();
    holders.sort_by_key(|holder| holder.pid);
    holders.dedup_by_key(|holder| holder.pid);
    holders.into_iter().map(holder).collect()
}

fn holder(holder: &Holder) -> Finding {
    let Some(command) = &holder.command else {
        let seen = "the driver lists a process that cannot be seen from here";
        let next = "It runs in another container or as another user. Ask there before a reset.";
        return Finding::new("device.held_elsewhere", Severity::Info, "A device is in use elsewhere", seen, next);
    };
    let program = command.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    // Whose it is stays out of a report that is made to be shared; `tt-jukebox devices` says it.
    let seen = format!("pid {}: {program}", holder.pid);
    if command.contains("tt-smi") {
        // A forgotten tt-smi keeps devices awake and breaks resets (tt-metal#53281, tt-smi#172).
        let title = "tt-smi is open and holds a device";
        return Finding::new(
            "device.held_by_tt_smi",
            Severity::Warning,
            title,
            seen,
            "Close it: press q in its window.",
        );
    }
    Finding::new("device.held", Severity::Info, "A device is in use", seen, "Nothing to do, unless it should be free.")
}

/// Without a translating IOMMU, UMD needs pages of 1 GB (tt-metal#21375, tt-forge#123).
fn huge_pages(facts: &Facts, host: &Host) -> Option<Finding> {
    let kinds: Vec<&str> = facts
        .pci
        .iter()
        .filter_map(|function| function.attributes.get("iommu_group/type").and_then(Reading::text))
        .collect();
    let translates = !kinds.is_empty() && kinds.iter().all(|kind| kind.starts_with("DMA"));
    if facts.simulated.is_some() || facts.pci.is_empty() || host.driver.is_none() || translates {
        return None;
    }
    let wanted = PAGES_PER_DEVICE * u64::try_from(facts.pci.len()).unwrap_or(1);
    let pages = facts.system.huge_pages.unwrap_or(0);
    let evidence = match (&facts.system.huge_page_mount, pages) {
        (Some(_), pages) if pages >= wanted => return None,
        (None, _) => "no huge page mount with pages of 1 GB in /proc/mounts".to_owned(),
        (Some(_), pages) => format!("{pages} pages of 1 GB, {wanted} are wanted"),
    };
    let next =
        "Install the hugepages service of tt-system-tools and reboot, or switch the IOMMU on (then none are needed).";
    Some(Finding::new("hugepages.missing", Severity::Warning, "Huge pages are missing", evidence, next))
}

fn tt_smi(host: &Host, seen: &Seen) -> Vec<Finding> {
    let link = "https://github.com/tenstorrent/tt-smi";
    let path = match &seen.tt_smi {
        Ok(path) => path,
        Err(looked) => {
            let next = "Not needed to see the devices. Install it (`pip install tt-smi`) to reset boards and to see \
                        remote chips, or set tt_smi to its path.";
            return vec![
                Finding::new("tt_smi.missing", Severity::Info, "tt-smi was not found", looked, next).with_link(link),
            ];
        }
    };
    match &seen.tt_smi_version {
        Some(Err(why)) => {
            let next = "Resets need it. Install it again, in a virtual environment of its own.";
            vec![Finding::new(
                "tt_smi.broken",
                Severity::Warning,
                "tt-smi does not work",
                format!("{path}: {why}"),
                next,
            )]
        }
        Some(Ok(installed)) => {
            let newer_driver = host.driver.as_deref().and_then(version::parse);
            let clash = newer_driver.is_some_and(|driver| version::satisfies(&driver, ">=2.0.0") == Some(true))
                && version::parse(installed).and_then(|own| version::satisfies(&own, "<3.0.20")) == Some(true);
            if !clash {
                return Vec::new();
            }
            // It compares the versions as text and calls 2.x older than 1.26 (tt-smi#110).
            let seen = format!("tt-smi {installed} with driver {}", host.driver.as_deref().unwrap_or_default());
            let title = "This tt-smi does not understand this driver";
            let next = "Update tt-smi to 3.0.20 or newer.";
            vec![Finding::new("tt_smi.too_old", Severity::Warning, title, seen, next).with_link(link)]
        }
        None => Vec::new(),
    }
}

fn around(seen: &Seen) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(failure) = &seen.catalog {
        findings.push(Finding::new("catalog.unusable", Severity::Error, &failure.what, &failure.why, &failure.next));
    }
    for (name, present, folder) in &seen.checkouts {
        if !present {
            let title = format!("No checkout of {name}");
            let next = format!("Serving commands point there. Clone {name}, or set its folder in the settings.");
            let evidence = format!("{folder} is not a git checkout");
            findings.push(Finding::new("checkout.missing", Severity::Info, title, evidence, next));
        }
    }
    for folder in &seen.not_on_path {
        let title = "Tools are installed where the shell does not look";
        let evidence = format!("{folder} is not on PATH");
        let next = format!("Add it: `export PATH=\"{folder}:$PATH\"` in the shell's start file.");
        findings.push(Finding::new("path.missing", Severity::Info, title, evidence, next));
    }
    for warning in &seen.warnings {
        let next = "`tt-jukebox config` shows every setting and where it comes from.";
        findings.push(Finding::new("settings.ignored", Severity::Warning, "A setting is ignored", warning, next));
    }
    findings
}

#[cfg(test)]
mod tests;
