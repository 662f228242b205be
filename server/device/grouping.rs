//! Which chips make a board, and how many whole boards of each family there are.

use std::collections::BTreeMap;

use super::board::Family;
use super::finding::{Finding, Severity};
use super::host::{Board, Chip};

/// An n300 has a second chip that no sysfs file shows. It is listed without values, so that both sources agree.
pub fn add_unseen_partners(chips: &mut Vec<Chip>) {
    let alone: Vec<Chip> = chips
        .iter()
        .filter(|chip| chip.family == Some(Family::N300) && !chip.remote)
        .filter(|chip| {
            let is_partner = |other: &&Chip| other.remote && other.board_id == chip.board_id;
            !chips.iter().any(|other| is_partner(&other))
        })
        .cloned()
        .collect();
    chips.extend(alone.into_iter().map(|local| Chip {
        bus_id: None,
        node: None,
        remote: true,
        temperature_c: None,
        power_w: None,
        current_a: None,
        voltage_v: None,
        aiclk_mhz: None,
        heartbeat: None,
        fw_bundle: None,
        dram_ok: None,
        temperature_limit_c: None,
        power_limit_w: None,
        holders: Vec::new(),
        ..local
    }));
}

/// Boards, and how many whole ones of each family there are. A Galaxy is one board of many modules, counted by module.
pub fn group(chips: &[Chip], findings: &mut Vec<Finding>) -> (Vec<Board>, BTreeMap<Family, usize>) {
    let mut boards: Vec<Board> = Vec::new();
    for (index, chip) in chips.iter().enumerate() {
        let room = boards.iter_mut().find(|board| belongs(chip, board, chips));
        match room {
            Some(board) => board.chips.push(index),
            None => boards.push(Board {
                board_type: chip.board_type.clone(),
                board_id: chip.board_id.clone(),
                chips: vec![index],
            }),
        }
    }
    let mut counts = BTreeMap::new();
    for board in &boards {
        let Some(family) = board.chips.first().and_then(|first| chips[*first].family) else {
            findings.push(unknown_board(board));
            continue;
        };
        match family {
            Family::GalaxyWormhole | Family::GalaxyBlackhole => {
                *counts.entry(family).or_insert(0) += board.chips.len();
            }
            _ if board.chips.len() == family.chips_per_board() => *counts.entry(family).or_insert(0) += 1,
            _ => findings.push(half_board(board, family)),
        }
    }
    (boards, counts)
}

/// A board id joins chips; without one, two neighbouring p300 functions or an n300 and its remote chip are one board.
fn belongs(chip: &Chip, board: &Board, chips: &[Chip]) -> bool {
    let Some(family) = chip.family else { return false };
    let first = board.chips.first().map(|index| &chips[*index]);
    if first.and_then(|first| first.family) != Some(family) {
        return false;
    }
    if matches!(family, Family::GalaxyWormhole | Family::GalaxyBlackhole) {
        return true;
    }
    // An n300 is one chip on PCIe and one behind it, so two of a kind are never one board.
    let fits = board.chips.len() < family.chips_per_board()
        && (family != Family::N300 || first.is_some_and(|first| first.remote != chip.remote));
    fits && chip.board_id == board.board_id
}

fn unknown_board(board: &Board) -> Finding {
    Finding::new(
        "board.unknown",
        Severity::Warning,
        "A board of a kind that tt-jukebox does not know",
        format!("board type {}", board.board_type.as_deref().unwrap_or("not given")),
        "No model is offered for it. If the board is new, a newer tt-jukebox may know it.",
    )
}

fn half_board(board: &Board, family: Family) -> Finding {
    Finding::new(
        "board.partial",
        Severity::Warning,
        format!("Only a part of a {} is visible", family.label()),
        format!(
            "{} of {} chips of board {}",
            board.chips.len(),
            family.chips_per_board(),
            board.board_id.as_deref().unwrap_or("without an id")
        ),
        "In a container, pass every /dev/tenstorrent node of the board. On the host, the other chip may be off the bus.",
    )
}
