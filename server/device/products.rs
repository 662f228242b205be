//! The devices that spec files name: what stands behind each name.
//!
//! Source: device table of tt-inference-server 0.20.0 (`workflows/workflow_types.py`) with the memory of the boards; for
//! Blackhole Galaxy the development catalogue of the same time.

use super::board::Arch;

/// A device name of the spec files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// As the spec files write it.
    pub name: &'static str,
    /// Architecture of its chips.
    pub arch: Arch,
    /// What it is made of, in words.
    pub made_of: &'static str,
    /// Number of chips (ASICs).
    pub chips: u32,
    /// Memory of all its chips in GB.
    pub dram_gb: u32,
    /// Machines that it spans.
    pub hosts: u32,
}

/// Every device that a published file has named and that is made of Tenstorrent chips.
pub const PRODUCTS: [Product; 15] = [
    product("N150", Arch::Wormhole, "one n150", 1, 12, 1),
    product("N300", Arch::Wormhole, "one n300", 2, 24, 1),
    product("N150X4", Arch::Wormhole, "four n150", 4, 48, 1),
    product("T3K", Arch::Wormhole, "four n300", 8, 96, 1),
    product("GALAXY_T3K", Arch::Wormhole, "one tray of a Wormhole Galaxy", 8, 96, 1),
    product("GALAXY", Arch::Wormhole, "a Wormhole Galaxy", 32, 384, 1),
    product("DUAL_GALAXY", Arch::Wormhole, "two Wormhole Galaxies as a cluster", 64, 768, 2),
    product("QUAD_GALAXY", Arch::Wormhole, "four Wormhole Galaxies as a cluster", 128, 1536, 4),
    product("P100", Arch::Blackhole, "one p100", 1, 28, 1),
    product("P150", Arch::Blackhole, "one p150", 1, 32, 1),
    product("P150X4", Arch::Blackhole, "four p150", 4, 128, 1),
    product("P150X8", Arch::Blackhole, "eight p150", 8, 256, 1),
    product("P300", Arch::Blackhole, "one p300", 2, 64, 1),
    product("P300X2", Arch::Blackhole, "two p300", 4, 128, 1),
    product("BLACKHOLE_GALAXY", Arch::Blackhole, "a Blackhole Galaxy", 32, 1024, 1),
];

const fn product(
    name: &'static str,
    arch: Arch,
    made_of: &'static str,
    chips: u32,
    dram_gb: u32,
    hosts: u32,
) -> Product {
    Product { name, arch, made_of, chips, dram_gb, hosts }
}

/// What stands behind a device name; none for names that are new or that are no Tenstorrent device (`GPU`).
pub fn find(device_type: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.name == device_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn every_published_device_is_known() {
        let catalog = Catalog::bundled().unwrap();
        let mut unknown: Vec<&str> = catalog.entries.iter().map(|entry| entry.spec.device_type.as_str()).collect();
        unknown.retain(|device| find(device).is_none());
        unknown.dedup();
        assert_eq!(unknown, ["GPU"]);
    }

    #[test]
    fn memory_is_that_of_the_chips() {
        for product in PRODUCTS {
            let per_chip = product.dram_gb / product.chips;
            let expected: &[u32] = match product.arch {
                Arch::Wormhole => &[12],
                _ => &[28, 32],
            };
            assert!(expected.contains(&per_chip) && product.dram_gb % product.chips == 0, "{product:?}");
        }
    }
}
