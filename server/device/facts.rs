//! What was read, before anybody thought about it. A [`Facts`] file is the bug report and the test fixture in one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    /// Memory, disk and the like.
    pub resources: ResourceFacts,
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
