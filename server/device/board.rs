//! The names of boards: what the driver, tt-smi and PCI call them, and what they are.
//!
//! Sources: board codes (UPI, bits 36..55 of `board_id`, equal to the PCI `subsystem_device`) from tt-smi 6.2.1 and
//! tt-kmd 2.10; spec names from tt-inference-server 0.20.0.

use serde::{Deserialize, Serialize};

/// Chip architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Arch {
    /// First generation, out of support since tt-kmd 2.2 and tt-smi 3.0.35.
    Grayskull,
    /// n150, n300, Galaxy.
    Wormhole,
    /// p100, p150, p300, Blackhole Galaxy.
    Blackhole,
}

/// The family of a board: variants that serve alike share one (p150a, p150b and p150c are `P150`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// One Wormhole chip.
    N150,
    /// Two Wormhole chips, one of them on PCIe.
    N300,
    /// One of the 32 modules of a Wormhole Galaxy.
    GalaxyWormhole,
    /// One Blackhole chip with 28 GB.
    P100,
    /// One Blackhole chip with 32 GB.
    P150,
    /// Two Blackhole chips.
    P300,
    /// One of the 32 modules of a Blackhole Galaxy.
    GalaxyBlackhole,
}

impl Family {
    /// Chips on one board.
    pub fn chips_per_board(self) -> usize {
        match self {
            Self::N300 | Self::P300 => 2,
            _ => 1,
        }
    }

    /// Architecture of its chips.
    pub fn arch(self) -> Arch {
        match self {
            Self::N150 | Self::N300 | Self::GalaxyWormhole => Arch::Wormhole,
            _ => Arch::Blackhole,
        }
    }

    /// Short name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::N150 => "n150",
            Self::N300 => "n300",
            Self::GalaxyWormhole => "galaxy-wormhole",
            Self::P100 => "p100",
            Self::P150 => "p150",
            Self::P300 => "p300",
            Self::GalaxyBlackhole => "galaxy-blackhole",
        }
    }

    /// Reads any name in circulation: `n300 L`, `p150b`, `tt-galaxy-wh L`, `galaxy-wormhole`, `P300`.
    pub fn from_name(name: &str) -> Option<Self> {
        let lower = name.trim().to_ascii_lowercase();
        let bare = lower.strip_suffix(" l").or_else(|| lower.strip_suffix(" r")).unwrap_or(&lower).trim();
        match bare {
            "n150" => Some(Self::N150),
            "n300" => Some(Self::N300),
            "tt-galaxy-wh" | "galaxy-wormhole" => Some(Self::GalaxyWormhole),
            "tt-galaxy-bh" | "galaxy-blackhole" => Some(Self::GalaxyBlackhole),
            "p100" | "p100a" | "bh-scrappy" => Some(Self::P100),
            "p150" | "p150a" | "p150b" | "p150c" => Some(Self::P150),
            "p300" | "p300a" | "p300b" | "p300c" => Some(Self::P300),
            _ => None,
        }
    }

    /// Reads a board code (PCI `subsystem_device`).
    pub fn from_code(code: u32) -> Option<Self> {
        board_name(code).and_then(Self::from_name)
    }
}

/// The name that tt-smi gives to a board code, without the ` L`/` R` of Wormhole.
pub fn board_name(code: u32) -> Option<&'static str> {
    Some(match code {
        0x03 => "e150",
        0x07 => "e75",
        0x0A => "e300",
        0x08 => "nb_cb",
        0x0B => "wh_4u",
        0x14 => "n300",
        0x18 => "n150",
        0x35 => "tt-galaxy-wh",
        0x36 => "bh-scrappy",
        0x40 => "p150a",
        0x41 => "p150b",
        0x42 => "p150c",
        0x43 => "p100a",
        0x44 => "p300b",
        0x45 => "p300a",
        0x46 => "p300c",
        0x47 | 0x202 => "tt-galaxy-bh",
        _ => return None,
    })
}

/// The board code inside a board id or serial number (hexadecimal, with or without leading zeros).
pub fn code_of_board_id(board_id: &str) -> Option<u32> {
    let id = u64::from_str_radix(board_id.trim().trim_start_matches("0x"), 16).ok()?;
    u32::try_from((id >> 36) & 0xF_FFFF).ok()
}

/// Architecture by PCI device id (tt-kmd 2.10: 0x401e Wormhole, 0xb140 Blackhole, 0xfaca Grayskull).
pub fn arch_of_pci_device(device: u32) -> Option<Arch> {
    match device {
        0x401e => Some(Arch::Wormhole),
        0xb140 => Some(Arch::Blackhole),
        0xfaca => Some(Arch::Grayskull),
        _ => None,
    }
}

/// One spelling for a board id: 16 lower-case digits; `N/A` and the like are no id.
pub fn normal_board_id(board_id: &str) -> Option<String> {
    let id = u64::from_str_radix(board_id.trim().trim_start_matches("0x"), 16).ok()?;
    (id != 0 && id != u64::MAX).then(|| format!("{id:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_circulation_is_read() {
        let rows = [
            ("n150 L", Some(Family::N150)),
            ("n300 R", Some(Family::N300)),
            ("P300", Some(Family::P300)),
            ("p300c", Some(Family::P300)),
            ("tt-galaxy-wh L", Some(Family::GalaxyWormhole)),
            ("galaxy-blackhole", Some(Family::GalaxyBlackhole)),
            ("bh-scrappy", Some(Family::P100)),
            ("wh_4u L", None),
            ("e150", None),
            ("N/A", None),
            ("", None),
        ];
        for (name, family) in rows {
            assert_eq!(Family::from_name(name), family, "{name}");
        }
    }

    #[test]
    fn a_board_id_carries_its_board_code() {
        assert_eq!(code_of_board_id("010001451170c0c4").and_then(Family::from_code), Some(Family::N300));
        assert_eq!(code_of_board_id("0000046131924062").and_then(Family::from_code), Some(Family::P300));
        assert_eq!(code_of_board_id("100035100000000").and_then(Family::from_code), Some(Family::GalaxyWormhole));
        assert_eq!(code_of_board_id("N/A"), None);
        assert_eq!(normal_board_id("100014511708001"), normal_board_id("0100014511708001"));
        assert_eq!(normal_board_id("N/A"), None);
    }
}
