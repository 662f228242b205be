//! What was read, before anybody thought about it. A [`Facts`] file is the bug report and the test fixture in one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::environment::EnvironmentFacts;

/// One small file as it was found: its trimmed text, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// The text of the file without the trailing newline.
    Text(String),
    /// Why it could not be read, for example `EIO` or `not UTF-8`.
    Error(String),
}

impl Reading {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Error(_) => None,
        }
    }
}

/// Small files of one directory by name. A file that does not exist is not listed.
pub type Attributes = BTreeMap<String, Reading>;

/// Everything that one probe has read from this host.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    /// Version of this format.
    pub schema: u32,
    /// Version of the program that wrote it.
    pub written_by: String,
    /// Name of the box where nothing was read but a box was made up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub simulated: Option<String>,
    /// `/sys/module/tenstorrent/version`: the kernel driver, when it is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver_version: Option<Reading>,
    /// Every PCI function with Tenstorrent's vendor id, in order of its address.
    pub pci: Vec<PciFunction>,
    /// What `tt-smi -s` said, when it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smi: Option<SmiAnswer>,
    /// True when a reset was under way, so that sensors were left alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reset_under_way: bool,
    /// Processes that hold a device, by id.
    pub processes: Vec<ProcessFacts>,
    /// For how many milliseconds each firmware counter has stood at its value, by PCI address: what must move can only be
    /// judged by who has looked before.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub heartbeats_standing: BTreeMap<String, u64>,
    /// Kernel, pages, container.
    pub system: SystemFacts,
    /// Memory, disk and the like.
    pub resources: ResourceFacts,
    /// Weights and checkouts, when they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentFacts>,
}

/// One PCI function of a Tenstorrent chip.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PciFunction {
    /// PCI address, for example `0000:01:00.0`.
    pub bus_id: String,
    /// `vendor`, `device`, `subsystem_device`, link speed and width.
    pub attributes: Attributes,
    /// The N of `/dev/tenstorrent/N` when the driver has bound it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<u32>,
    /// `tt_*` files of `/sys/class/tenstorrent/tenstorrent!N`.
    pub driver: Attributes,
    /// Sensor files of the hwmon directory that reads best.
    pub hwmon: Attributes,
    /// Highest link speed and width of the slot that the function sits in.
    pub slot: Attributes,
    /// State of `/dev/tenstorrent/N`; none when the driver has not bound the function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<NodeAccess>,
    /// Ids of the processes that hold the device, as this process sees them: 0 is one outside its PID namespace. None
    /// when nobody could say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holders: Option<Vec<u32>>,
}

/// What this user may do with a device node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeAccess {
    /// Readable and writable.
    Granted,
    /// There, but not for this user.
    Denied,
    /// No such node here: another container's device, or udev has not made it.
    Absent,
}

/// A process that holds a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessFacts {
    /// Process id.
    pub pid: u32,
    /// Name of its user, or the number where there is no name.
    pub user: String,
    /// Its command line, words joined by blanks.
    pub command: String,
    /// Start in clock ticks since boot; with the pid it names this very process and no later one.
    pub start_ticks: u64,
    /// Start in seconds since 1970.
    pub started: u64,
}

/// Things of the system that serving depends on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SystemFacts {
    /// Kernel release.
    pub kernel: String,
    /// True when a module file of the driver lies below `/lib/modules` of this kernel.
    pub module_file: bool,
    /// Number of 1 GB pages; none when the kernel offers none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub huge_pages: Option<u64>,
    /// Where a hugetlbfs with 1 GB pages is mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub huge_page_mount: Option<String>,
    /// True inside a container.
    pub container: bool,
}

/// The answer of one run of tt-smi.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SmiAnswer {
    /// The program that was run, or the file that was read in its place.
    pub program: String,
    /// Standard output as text; log lines and colour codes included.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub stdout: String,
    /// Why there is no usable output: not found, timed out, exit code …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What the host has to offer besides cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceFacts {
    /// `MemTotal` of `/proc/meminfo` in kibibytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_total_kib: Option<u64>,
    /// `MemAvailable` of `/proc/meminfo` in kibibytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_available_kib: Option<u64>,
    /// Folder where weights would go (the Hugging Face cache).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub weights_dir: String,
    /// Bytes that a normal user may still write there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_free_bytes: Option<u64>,
}

/// Version of the [`Facts`] format that this program writes.
pub const FACTS_SCHEMA: u32 = 1;
