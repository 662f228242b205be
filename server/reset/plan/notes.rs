//! What a person should know before saying yes to a reset. Pure.
//!
//! Sources: hosts that froze, rebooted or crashed their guests in a reset (tt-smi#185, #118, #69, #154, #54, #88), reads
//! that are not coordinated with a reset before tt-kmd 2.9 (tt-kmd PR#211), the Galaxy reset of tt-smi 6.8.

use super::Surroundings;
use crate::device::Host;
use crate::device::host::{Chip, Holder};
use crate::reset::tt_smi;

/// A Galaxy has so many chips, and tt-smi waits for exactly these.
const GALAXY_CHIPS: usize = 32;
/// The first driver that keeps reads of sensors apart from a reset.
const COORDINATED_READS: tt_smi::Version = (2, 9, 0);
/// The first tt-smi that accepts a driver with a major version of 2 (tt-smi#110).
const ACCEPTS_DRIVER_2: tt_smi::Version = (3, 0, 20);

/// The notes of a plan, the gravest first.
pub(super) fn notes(
    host: &Host,
    chips: &[&Chip],
    holders: &[Holder],
    unseen: bool,
    galaxy: bool,
    around: &Surroundings,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(name) = &around.simulated {
        notes.push(format!("This plan is for {name} and not for this host: nothing is run."));
    }
    if around.guest {
        notes.push(
            "This looks like a virtual machine. A reset in a guest has crashed guests and hosts: reset the board from \
             the host, with the guest stopped."
                .into(),
        );
    }
    if unseen {
        notes.push(
            "A process that cannot be seen from here holds a board: it belongs to another container or is hidden. Find \
             it on the host and stop it first; a reset under a running job can freeze the machine."
                .into(),
        );
    }
    let inside = |holder: &Holder| around.containers.iter().find(|(pid, _)| *pid == holder.pid);
    for (pid, container) in holders.iter().filter_map(inside) {
        notes.push(format!(
            "Process {pid} runs in {}. It is not ended from here: {}.",
            container.name(),
            container.stop()
        ));
    }
    let driver = host.driver.as_deref().and_then(tt_smi::parse);
    if driver.is_some_and(|driver| driver < COORDINATED_READS) {
        notes.push(
            "With a driver before 2.9, reading sensors during a reset can stall the machine: stop whatever polls the \
             boards (tt-smi, tt-toplike, exporters)."
                .into(),
        );
    }
    if chips.iter().flat_map(|chip| &chip.holders).any(|holder| holder.telemetry) {
        notes.push(
            "A telemetry service watches these boards. It loses them with the reset: restart it afterwards.".into(),
        );
    }
    if galaxy {
        notes.push(
            "A Galaxy is reset through its BMC: ipmitool must be installed, and sudo may ask for a password. Every \
             chip of the box is reset."
                .into(),
        );
        if chips.len() != GALAXY_CHIPS {
            notes.push(format!(
                "tt-smi waits for exactly {GALAXY_CHIPS} chips, and {} are visible: it may say that it failed.",
                chips.len()
            ));
        }
    }
    if around.in_container {
        notes.push(
            "This is a container. If the boards do not come back here although the host sees them, restart the container."
                .into(),
        );
    }
    if let Some(devices) = &around.visible_devices {
        notes.push(format!("TT_VISIBLE_DEVICES is {devices} and hides boards from tt-smi: unset it for the reset."));
    }
    notes.extend(about_version(driver, around));
    notes
}

fn about_version(driver: Option<tt_smi::Version>, around: &Surroundings) -> Option<String> {
    match around.version {
        None if around.simulated.is_none() => {
            Some("tt-smi did not tell its version. The command is the one that 4.2 and newer take.".into())
        }
        Some(version) if version < ACCEPTS_DRIVER_2 && driver.is_some_and(|(major, ..)| major >= 2) => Some(format!(
            "tt-smi {} does not accept a driver 2.x: update it to 3.0.20 or newer.",
            tt_smi::text(version)
        )),
        _ => None,
    }
}
