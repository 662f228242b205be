//! Whether the host has what an entry asks for.

use serde::{Deserialize, Serialize};

use crate::catalog::spec::Release;
use crate::device::Host;
use crate::device::host::Resources;

/// Memory and disk of this host against what the publisher asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// Everything that is asked for is there.
    Fits,
    /// One of the two sides is not known.
    Unknown,
    /// The machine has the memory, but other programs use it now.
    Tight,
    /// The machine has not got it.
    No,
}

/// Judges memory and disk; says what is missing.
///
/// The published figures are called GB and compared with GiB by tt-inference-server (`setup_host.py`), so they are here.
pub fn judge(release: &Release, resources: &Resources, reasons: &mut Vec<String>) -> Fit {
    memory(release.min_ram_gb, resources, reasons).max(disk(release.min_disk_gb, resources, reasons))
}

fn memory(need: Option<f64>, resources: &Resources, reasons: &mut Vec<String>) -> Fit {
    let (Some(need), Some(total)) = (need, resources.ram_total_gib) else { return Fit::Unknown };
    let available = resources.ram_available_gib.unwrap_or(total);
    if total < need {
        reasons.push(format!("needs {need} GB of memory, this machine has {total}"));
        return Fit::No;
    }
    if available < need {
        reasons.push(format!("needs {need} GB of memory, {available} of {total} are free now"));
        return Fit::Tight;
    }
    Fit::Fits
}

fn disk(need: Option<f64>, resources: &Resources, reasons: &mut Vec<String>) -> Fit {
    let (Some(need), Some(free)) = (need, resources.disk_free_gib) else { return Fit::Unknown };
    if free < need {
        reasons.push(format!("needs {need} GB of disk, {free} are free at {}", resources.weights_dir));
        return Fit::No;
    }
    Fit::Fits
}

/// Names the published requirements on firmware and driver beside what the host has.
pub fn name_requirements(release: &Release, host: &Host, reasons: &mut Vec<String>) {
    let firmware = host.chips.iter().find_map(|chip| chip.fw_bundle.as_deref());
    let pairs = [
        ("firmware", &release.requirements.firmware, firmware),
        ("driver", &release.requirements.kmd, host.driver.as_deref()),
    ];
    for (what, requirement, present) in pairs {
        if let Some(requirement) = requirement {
            let word = if requirement.mode == "STRICT" { "requires" } else { "suggests" };
            let present = present.unwrap_or("unknown");
            let specifier = &requirement.specifier;
            reasons.push(format!("{word} {what} {specifier}; this box has {present} (not compared yet)"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(ram: f64, disk: f64) -> (Fit, Vec<String>) {
        let release = Release { min_ram_gb: Some(ram), min_disk_gb: Some(disk), ..Release::default() };
        let resources = Resources {
            ram_total_gib: Some(64.0),
            ram_available_gib: Some(40.0),
            disk_free_gib: Some(100.0),
            weights_dir: "/w".into(),
        };
        let mut reasons = Vec::new();
        (judge(&release, &resources, &mut reasons), reasons)
    }

    #[test]
    fn memory_and_disk() {
        assert_eq!(judged(40.0, 100.0), (Fit::Fits, vec![]));
        assert_eq!(judged(41.0, 1.0).0, Fit::Tight);
        assert_eq!(judged(65.0, 1.0).0, Fit::No);
        let (fit, reasons) = judged(1.0, 101.0);
        assert_eq!(fit, Fit::No);
        assert_eq!(reasons, ["needs 101 GB of disk, 100 are free at /w"]);
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        let fit = judge(&Release::default(), &Resources::default(), &mut Vec::new());
        assert_eq!(fit, Fit::Unknown);
    }
}
