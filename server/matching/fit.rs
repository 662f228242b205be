//! Whether the host has what an entry asks for.

use serde::{Deserialize, Serialize};

use crate::catalog::spec::{ModelSpec, Release, Requirement};
use crate::device::host::Resources;
use crate::device::{Host, version};
use crate::environment::Installed;
use crate::environment::weights::WeightState;

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

/// Judges memory, disk, firmware and driver; says what is missing.
///
/// The published figures are called GB and compared with GiB by tt-inference-server (`setup_host.py`), so they are here.
pub fn judge(spec: &ModelSpec, host: &Host, installed: &Installed, reasons: &mut Vec<String>) -> Fit {
    let (release, resources) = (&spec.release, &host.resources);
    memory(release.min_ram_gb, resources, reasons)
        .max(disk(spec, resources, installed, reasons))
        .max(software(release, host, reasons))
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

/// What is downloaded already needs no free disk any more.
fn disk(spec: &ModelSpec, resources: &Resources, installed: &Installed, reasons: &mut Vec<String>) -> Fit {
    let repo = spec.model.weights_repo();
    if installed.state_of(repo) == WeightState::Complete {
        return Fit::Fits;
    }
    let (Some(asked), Some(free)) = (spec.release.min_disk_gb, resources.disk_free_gib) else { return Fit::Unknown };
    let there = installed.gib_of(repo);
    let need = (asked - there).max(0.0);
    if free < need {
        let rest = if there > 0.0 { format!("{need:.1} GB more") } else { format!("{need} GB") };
        reasons.push(format!("needs {rest} of disk, {free} are free at {}", resources.weights_dir));
        return Fit::No;
    }
    Fit::Fits
}

/// Firmware and driver against the published requirements. STRICT blocks, SUGGESTED only tells; what cannot be compared
/// does not block.
fn software(release: &Release, host: &Host, reasons: &mut Vec<String>) -> Fit {
    let mut fit = Fit::Fits;
    let bundles: Vec<&str> = host.chips.iter().filter_map(|chip| chip.fw_bundle.as_deref()).collect();
    let driver: Vec<&str> = host.driver.as_deref().into_iter().collect();
    let rows = [
        ("firmware", &release.requirements.firmware, bundles, version::firmware as fn(&str) -> Option<Vec<u64>>),
        ("driver", &release.requirements.kmd, driver, version::parse),
    ];
    for (what, requirement, present, read) in rows {
        let Some(Requirement { specifier, mode }) = requirement else { continue };
        let strict = mode == "STRICT";
        let word = if strict { "requires" } else { "suggests" };
        let judged = present.iter().map(|version| {
            let met = read(version).and_then(|version| version::satisfies(&version, specifier));
            (met, *version)
        });
        match judged.min_by_key(|(met, _)| met.unwrap_or(true)) {
            None => reasons.push(format!("{word} {what} {specifier}; the version here is not known")),
            Some((Some(false), version)) => {
                reasons.push(format!("{word} {what} {specifier}, this box has {version}"));
                if strict {
                    fit = Fit::No;
                }
            }
            Some((None, version)) => reasons.push(format!("{word} {what} {specifier}; {version} cannot be compared")),
            Some((Some(true), _)) => {}
        }
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::spec::Requirements;
    use crate::device::{interpret, simulate};

    fn judged(ram: f64, disk: f64) -> (Fit, Vec<String>) {
        let release = Release { min_ram_gb: Some(ram), min_disk_gb: Some(disk), ..Release::default() };
        let mut host = interpret(&simulate::facts("n150").unwrap());
        host.resources = Resources {
            ram_total_gib: Some(64.0),
            ram_available_gib: Some(40.0),
            disk_free_gib: Some(100.0),
            weights_dir: "/w".into(),
        };
        let mut reasons = Vec::new();
        (judge(&of(release), &host, &Installed::default(), &mut reasons), reasons)
    }

    fn of(release: Release) -> ModelSpec {
        ModelSpec { release, ..ModelSpec::default() }
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
        let mut host = interpret(&simulate::facts("n150").unwrap());
        host.resources = Resources::default();
        assert_eq!(judge(&ModelSpec::default(), &host, &Installed::unknown(), &mut Vec::new()), Fit::Unknown);
    }

    #[test]
    fn a_strict_requirement_blocks_and_a_suggestion_tells() {
        let requirement =
            |specifier: &str, mode: &str| Some(Requirement { specifier: specifier.into(), mode: mode.into() });
        let host = interpret(&simulate::facts("n150").unwrap());
        let judged = |firmware: &str, mode: &str| {
            let requirements =
                Requirements { firmware: requirement(firmware, mode), kmd: requirement(">=2.1.0", "STRICT") };
            let release = Release { requirements, min_ram_gb: Some(1.0), min_disk_gb: Some(1.0), ..Release::default() };
            let mut reasons = Vec::new();
            (judge(&of(release), &host, &Installed::default(), &mut reasons), reasons)
        };
        assert_eq!(judged(">=18.6.0", "STRICT"), (Fit::Fits, vec![]));
        let missed = "this box has 19.5.0.0";
        assert_eq!(judged(">=19.6.0", "STRICT"), (Fit::No, vec![format!("requires firmware >=19.6.0, {missed}")]));
        assert_eq!(judged(">=19.6.0", "SUGGESTED"), (Fit::Fits, vec![format!("suggests firmware >=19.6.0, {missed}")]));
    }
}
