//! What a reset would do: which boards, who holds them, which command, what must be there afterwards. Pure.
//!
//! Source of the argument forms: tt-smi 3.0 to 6.8 (`-r` takes nothing, indices or paths, by version), and its reset
//! through the board controller of a Galaxy (`--ubb_reset` from 3.0.14, `-glx_reset` from 3.0.21).

use std::collections::BTreeSet;

use super::process::Container;
use super::tt_smi::{self, Version};
use crate::device::Host;
use crate::device::board::Family;
use crate::device::host::{Board, Chip, Holder};
use crate::error::{Failure, FailureKind, Result};
use crate::protocol::{ExpectedChip, ResetParams, ResetPlan};
use crate::recipe::{Shell, words};

mod notes;
#[cfg(test)]
mod table;

/// tt-smi waits up to 10 s for each function and then for the firmware (UMD's warm reset); two minutes are the floor.
const DEADLINE_S: u32 = 120;
/// A Galaxy cuts the power of its trays and waits 30 s by itself before it looks.
const GALAXY_DEADLINE_S: u32 = 300;
/// The first tt-smi whose `-r` without an argument means every board.
const ALL_WITHOUT_ARGUMENT: Version = (3, 0, 4);
/// The first tt-smi that takes paths. A bare number changed its meaning with it.
const PATHS: Version = (4, 2, 0);

/// What a plan depends on besides the host.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// Path of tt-smi.
    pub tt_smi: String,
    /// Its version; none when it does not say.
    pub version: Option<Version>,
    /// Why nothing may be run: the name of the simulated box, or that the facts are recorded.
    pub simulated: Option<String>,
    /// Processes that run in a container other than ours.
    pub containers: Vec<(u32, Container)>,
    /// True inside a container.
    pub in_container: bool,
    /// True inside a virtual machine.
    pub guest: bool,
    /// Value of `TT_VISIBLE_DEVICES`, which hides boards from tt-smi.
    pub visible_devices: Option<String>,
}

/// Plans the reset of the boards that `params` names.
///
/// # Errors
/// When there is no device or no driver, when an address names no board here, and when this tt-smi has no way to name
/// the boards.
pub fn plan(host: &Host, params: &ResetParams, around: &Surroundings) -> Result<ResetPlan> {
    let boards = concerned(host, &params.bus_ids)?;
    if host.driver.is_none() {
        return Err(Failure::new(
            FailureKind::NoDevice,
            "the boards cannot be reset without the kernel driver",
            "a Tenstorrent card is on the bus, but the driver is not loaded",
            "sudo modprobe tenstorrent; `tt-jukebox doctor` says more.",
        ));
    }
    let chips = chips_of(host, &boards);
    let galaxy = chips.iter().any(|chip| is_galaxy(chip));
    let all = chips.len() == host.chips.iter().filter(|chip| is_local(chip)).count();
    let commands = commands(host, &boards, galaxy, all, around)?;
    let (holders, unseen_holders) = holders(&chips);
    let text = commands.iter().map(|command| words(command, Shell::Sh)).collect::<Result<Vec<_>, _>>();
    let text = text.map_err(|error| {
        let what = "the path of tt-smi cannot stand in a command line";
        Failure::new(FailureKind::Input, what, error.to_string(), "Set tt_smi to a path without control characters.")
    })?;
    let notes = notes::notes(host, &chips, &holders, unseen_holders, galaxy, around);
    Ok(ResetPlan {
        schema: 1,
        boards: boards.iter().map(|board| in_words(host, board)).collect(),
        holders,
        unseen_holders,
        commands,
        text: text.join(" && "),
        sudo: galaxy,
        expected: chips.iter().filter_map(|chip| expected(chip)).collect(),
        deadline_s: if galaxy { GALAXY_DEADLINE_S } else { DEADLINE_S },
        notes,
        simulated: around.simulated.clone(),
    })
}

/// Whoever holds one of these chips and can be named beyond doubt, and whether there is somebody who cannot. A service
/// that only watches telemetry is nobody.
pub fn holders(chips: &[&Chip]) -> (Vec<Holder>, bool) {
    let all = chips.iter().flat_map(|chip| &chip.holders).filter(|holder| !holder.telemetry);
    let (mut seen, unseen): (Vec<Holder>, Vec<Holder>) = all.cloned().partition(|holder| {
        holder.pid > 0 && holder.user.is_some() && holder.command.is_some() && holder.start_ticks.is_some()
    });
    seen.sort_by_key(|holder| (holder.pid, holder.start_ticks));
    seen.dedup_by_key(|holder| (holder.pid, holder.start_ticks));
    (seen, !unseen.is_empty())
}

/// The chips of the host that a plan expects back, as they are now.
pub fn chips_in<'a>(host: &'a Host, expected: &[ExpectedChip]) -> Vec<&'a Chip> {
    let wanted = |chip: &&Chip| expected.iter().any(|one| Some(&one.bus_id) == chip.bus_id.as_ref());
    host.chips.iter().filter(wanted).collect()
}

fn is_local(chip: &Chip) -> bool {
    !chip.remote && chip.bus_id.is_some()
}

fn is_galaxy(chip: &Chip) -> bool {
    matches!(chip.family, Some(Family::GalaxyWormhole | Family::GalaxyBlackhole))
}

fn expected(chip: &Chip) -> Option<ExpectedChip> {
    Some(ExpectedChip { bus_id: chip.bus_id.clone()?, board_type: chip.board_type.clone() })
}

/// Chips on PCIe of these boards. The remote chip of an n300 comes and goes with the one on PCIe.
fn chips_of<'a>(host: &'a Host, boards: &[&Board]) -> Vec<&'a Chip> {
    let on = |board: &&Board| board.chips.iter().filter_map(|index| host.chips.get(*index)).collect::<Vec<_>>();
    boards.iter().flat_map(on).filter(|chip| is_local(chip)).collect()
}

/// The whole boards that the addresses name; every board for none.
fn concerned<'a>(host: &'a Host, bus_ids: &[String]) -> Result<Vec<&'a Board>> {
    let boards: Vec<&Board> = host.boards.iter().filter(|board| !chips_of(host, &[*board]).is_empty()).collect();
    let known: Vec<&str> = host.chips.iter().filter_map(|chip| chip.bus_id.as_deref()).collect();
    if boards.is_empty() {
        let what = "there is no device to reset";
        let finding = host.findings.first();
        let why = finding.map_or("no Tenstorrent PCI function was found", |finding| finding.evidence.as_str());
        let next = finding.map_or("`tt-jukebox devices` shows what was seen.", |finding| finding.next.as_str());
        return Err(Failure::new(FailureKind::NoDevice, what, why, next));
    }
    let wanted: BTreeSet<String> = bus_ids.iter().map(|bus_id| full_address(bus_id)).collect();
    if let Some(stranger) = wanted.iter().find(|bus_id| !known.contains(&bus_id.as_str())) {
        return Err(Failure::new(
            FailureKind::Usage,
            format!("there is no board at {stranger}"),
            format!("the addresses on this host are {}", known.join(", ")),
            "Name one of them, or none for every board.",
        ));
    }
    let named = |board: &Board| chips_of(host, &[board]).iter().any(|chip| names(&wanted, chip));
    // Half a board, of which one chip has lost its type, still shares the board id with the other half.
    let ids: BTreeSet<&str> =
        boards.iter().filter(|board| named(board)).filter_map(|board| board.board_id.as_deref()).collect();
    let same_id = |board: &Board| board.board_id.as_deref().is_some_and(|id| ids.contains(id));
    let galaxy = chips_of(host, &boards).iter().any(|chip| is_galaxy(chip) && names(&wanted, chip));
    let every = wanted.is_empty() || galaxy;
    Ok(boards.into_iter().filter(|board| every || named(board) || same_id(board)).collect())
}

fn names(wanted: &BTreeSet<String>, chip: &Chip) -> bool {
    chip.bus_id.as_ref().is_some_and(|bus_id| wanted.contains(bus_id))
}

/// `01:00.0`, as lspci prints it, is the same as `0000:01:00.0`.
fn full_address(bus_id: &str) -> String {
    let lower = bus_id.trim().to_ascii_lowercase();
    if lower.matches(':').count() == 1 { format!("0000:{lower}") } else { lower }
}

fn in_words(host: &Host, board: &Board) -> String {
    let kind = board.board_type.as_deref().unwrap_or("board of an unknown kind");
    let chips = chips_of(host, &[board]);
    if chips.iter().any(|chip| is_galaxy(chip)) {
        return format!("{kind} with {} chips", chips.len());
    }
    let places: Vec<&str> = chips.iter().filter_map(|chip| chip.bus_id.as_deref()).collect();
    format!("{kind} at {}", places.join(" and "))
}

fn commands(
    host: &Host,
    boards: &[&Board],
    galaxy: bool,
    all: bool,
    around: &Surroundings,
) -> Result<Vec<Vec<String>>> {
    let call = |args: &[&str]| {
        let args = args.iter().map(|arg| (*arg).to_owned());
        std::iter::once(around.tt_smi.clone()).chain(args).collect::<Vec<_>>()
    };
    // A tt-smi that does not tell its version is taken for the newest: only that form names a board beyond doubt.
    let version = around.version.unwrap_or(PATHS);
    if galaxy {
        return match version {
            (3, 0, 14..=20) => Ok(vec![call(&["--ubb_reset"])]),
            version if version >= (3, 0, 21) => Ok(vec![call(&["-glx_reset"])]),
            _ => Err(too_old_for_galaxy(version)),
        };
    }
    if all && version >= ALL_WITHOUT_ARGUMENT {
        return Ok(vec![call(&["-r"])]);
    }
    let nodes: Vec<Vec<u32>> =
        boards.iter().map(|board| nodes(&chips_of(host, &[*board]))).collect::<Result<Vec<_>>>()?;
    if version < PATHS {
        let indices: BTreeSet<u32> = nodes.into_iter().flatten().collect();
        let indices: Vec<String> = indices.iter().map(u32::to_string).collect();
        return Ok(vec![call(&["-r", &indices.join(",")])]);
    }
    let one_board = |nodes: &Vec<u32>| {
        let paths = nodes.iter().map(|node| format!("/dev/tenstorrent/{node}"));
        call(&["-r"]).into_iter().chain(paths).collect()
    };
    Ok(nodes.iter().map(one_board).collect())
}

fn nodes(chips: &[&Chip]) -> Result<Vec<u32>> {
    let node = |chip: &&Chip| {
        chip.node.ok_or_else(|| {
            let bus_id = chip.bus_id.as_deref().unwrap_or_default();
            Failure::new(
                FailureKind::Tool,
                format!("tt-smi cannot be told to reset {bus_id}"),
                "the driver has made no /dev/tenstorrent node for it",
                super::ladder::advice(super::ladder::Rung::Reload, &[bus_id]),
            )
        })
    };
    let mut nodes = chips.iter().map(node).collect::<Result<Vec<_>>>()?;
    nodes.sort_unstable();
    Ok(nodes)
}

fn too_old_for_galaxy(version: Version) -> Failure {
    Failure::new(
        FailureKind::Tool,
        "this tt-smi cannot reset a Galaxy",
        format!("it is version {}, and the first that can is 3.0.14", tt_smi::text(version)),
        "Install a newer tt-smi, for example with `pip install --upgrade tt-smi`.",
    )
}
