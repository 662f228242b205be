//! The devices of this host: read passively, named as products, judged with reasons.

pub mod board;
mod chips;
pub mod facts;
pub mod finding;
pub mod host;
pub mod resources;
pub mod simulate;
pub mod smi;
pub mod snapshot;
pub mod sysfs;
pub mod telemetry;
pub mod topology;

use std::path::Path;
use std::time::Duration;

pub use facts::Facts;
pub use finding::{Finding, Severity};
pub use host::{Health, Host, interpret};
pub use sysfs::Root;

use facts::FACTS_SCHEMA;

/// One hung chip may take this long before it is given up; the others have answered in microseconds.
const CHIP_DEADLINE: Duration = Duration::from_secs(1);

/// Reads this host without starting a process or opening a device node.
pub fn gather(root: &Root, weights_dir: &Path) -> Facts {
    Facts {
        schema: FACTS_SCHEMA,
        written_by: env!("CARGO_PKG_VERSION").into(),
        driver_version: sysfs::driver_version(root),
        pci: sysfs::pci_functions(root, CHIP_DEADLINE),
        resources: resources::read(root, weights_dir),
        ..Facts::default()
    }
}
