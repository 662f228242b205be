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
mod tests {
    use super::*;
    use crate::device::{interpret, simulate};

    fn seen() -> Seen {
        Seen {
            tt_smi: Ok("/bin/tt-smi".into()),
            tt_smi_version: Some(Ok("6.8.0".into())),
            catalog: Ok("bundled".into()),
            blocked: (vec![], 30),
            checkouts: vec![],
            not_on_path: vec![],
            warnings: vec![],
        }
    }

    fn ids(facts: &Facts, seen: &Seen) -> Vec<String> {
        let host = interpret(facts);
        let findings = examine(facts, &host, seen);
        findings.into_iter().map(|finding| finding.id).filter(|id| id != "values.tt_smi_only").collect()
    }

    /// A healthy real box: pages are there, the IOMMU passes through.
    fn healthy(name: &str) -> Facts {
        let mut facts = simulate::facts(name).unwrap();
        facts.simulated = None;
        facts.system.kernel = "6.8.0".into();
        facts.system.module_file = true;
        facts.system.huge_pages = Some(128);
        facts.system.huge_page_mount = Some("/dev/hugepages-1G".into());
        facts
    }

    #[test]
    fn a_healthy_box_has_no_findings() {
        for name in ["n150", "t3k", "p300x2", "galaxy"] {
            assert_eq!(ids(&healthy(name), &seen()), Vec::<String>::new(), "{name}");
        }
    }

    /// Name of the defect, what is done to the facts, what is done to the surroundings, the finding.
    type Row = (&'static str, fn(&mut Facts), fn(&mut Seen), &'static str);

    const ROWS: [Row; 17] = [
        ("no card", |facts| facts.pci.clear(), |_| {}, "device.none"),
        ("driver not loaded", |facts| facts.driver_version = None, |_| {}, "driver.missing"),
        (
            "driver not built",
            |facts| {
                facts.driver_version = None;
                facts.system.module_file = false;
            },
            |_| {},
            "driver.not_built",
        ),
        ("driver too old", |facts| facts.driver_version = Some(Reading::Text("1.34.0".into())), |_| {}, "driver.old"),
        ("driver refused it", |facts| facts.pci[0].node = None, |_| {}, "driver.not_bound"),
        (
            "no permission",
            |facts| facts.pci[0].access = Some(crate::device::facts::NodeAccess::Denied),
            |_| {},
            "node.denied",
        ),
        (
            "not passed in",
            |facts| facts.pci[0].access = Some(crate::device::facts::NodeAccess::Absent),
            |_| {},
            "node.absent",
        ),
        (
            "hung",
            |facts| {
                facts.pci[0].hwmon.insert("temp1_input".into(), Reading::Text("65535999".into()));
            },
            |_| {},
            "chip.hung",
        ),
        (
            "firmware too new",
            |facts| {
                facts.pci[0].driver.insert("tt_fw_bundle_ver".into(), Reading::Text("19.15.0.0".into()));
            },
            |_| {},
            "firmware.newer",
        ),
        (
            "held",
            |facts| {
                facts.pci[0].holders = Some(vec![5]);
                facts.processes =
                    vec![crate::device::facts::ProcessFacts { pid: 5, command: "tt-smi".into(), ..Default::default() }];
            },
            |_| {},
            "device.held_by_tt_smi",
        ),
        ("held elsewhere", |facts| facts.pci[0].holders = Some(vec![0]), |_| {}, "device.held_elsewhere"),
        ("no pages", |facts| facts.system.huge_page_mount = None, |_| {}, "hugepages.missing"),
        ("few pages", |facts| facts.system.huge_pages = Some(1), |_| {}, "hugepages.missing"),
        ("tt-smi missing", |_| {}, |seen| seen.tt_smi = Err("nowhere".into()), "tt_smi.missing"),
        ("tt-smi broken", |_| {}, |seen| seen.tt_smi_version = Some(Err("exit code 1".into())), "tt_smi.broken"),
        ("tt-smi too old", |_| {}, |seen| seen.tt_smi_version = Some(Ok("3.0.19".into())), "tt_smi.too_old"),
        ("strict requirement", |_| {}, |seen| seen.blocked.0.push("Llama".into()), "firmware.blocks_models"),
    ];

    #[test]
    fn every_defect_is_found_and_has_a_next_step() {
        for (name, change_facts, change_seen, expected) in ROWS {
            let (mut facts, mut seen) = (healthy("n150"), seen());
            change_facts(&mut facts);
            change_seen(&mut seen);
            let findings = examine(&facts, &interpret(&facts), &seen);
            let finding = findings.iter().find(|finding| finding.id == expected);
            let finding = finding.unwrap_or_else(|| panic!("{name}: {findings:?}"));
            assert!(!finding.next.is_empty() && !finding.evidence.is_empty(), "{name}");
        }
    }

    #[test]
    fn with_a_translating_iommu_no_pages_are_needed() {
        let mut facts = healthy("n150");
        facts.system.huge_page_mount = None;
        facts.pci[0].attributes.insert("iommu_group/type".into(), Reading::Text("DMA-FQ".into()));
        assert_eq!(ids(&facts, &seen()), Vec::<String>::new());
    }
}
