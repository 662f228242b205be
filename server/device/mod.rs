//! The devices of this host: read passively, named as products, judged with reasons.

pub mod board;
mod chips;
mod diagnosis;
pub mod facts;
pub mod finding;
mod grouping;
pub mod holders;
pub mod host;
mod nodes;
pub mod probe;
pub mod products;
pub mod resources;
pub mod simulate;
pub mod smi;
pub mod snapshot;
pub mod sysfs;
mod system;
pub mod telemetry;
pub mod topology;
pub mod version;

pub use facts::Facts;
pub use finding::{Finding, Severity};
pub use host::{Health, Host, interpret};
pub use probe::Prober;
pub use sysfs::Root;
