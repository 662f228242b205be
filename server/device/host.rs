//! The answer to "what is in this box?": facts in, a [`Host`] out. Pure.

use serde::{Deserialize, Serialize};

use super::board::{Arch, Family};
use super::facts::Facts;
use super::finding::{Finding, Severity};
use super::topology::{self, Placement};
use super::{chips, grouping};

/// How the box is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing is known yet.
    Checking,
    /// Every chip reads well and is free.
    Healthy,
    /// Every chip reads well and somebody uses one.
    Busy,
    /// Usable, with a finding.
    Warning,
    /// What is shown is old: the last look has not come to its end.
    Stale,
    /// No Tenstorrent PCI function is here.
    NoDevice,
    /// A card is here, but its kernel driver is not loaded.
    NoDriver,
    /// A chip does not answer.
    Error,
}

/// One chip (ASIC). A missing value is null and its reason stands in the findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Chip {
    /// PCI address; null for a chip behind another chip's Ethernet.
    pub bus_id: Option<String>,
    /// The N of `/dev/tenstorrent/N`.
    pub node: Option<u32>,
    /// Board name, for example `n300` or `p150b`.
    pub board_type: Option<String>,
    /// Family that decides the product; null for an unknown board.
    pub family: Option<Family>,
    /// Board id as 16 hexadecimal digits; chips of one board share it.
    pub board_id: Option<String>,
    /// Architecture.
    pub arch: Option<Arch>,
    /// True for a chip without PCIe of its own.
    pub remote: bool,
    /// Degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Watt.
    pub power_w: Option<f64>,
    /// Ampere.
    pub current_a: Option<f64>,
    /// Volt.
    pub voltage_v: Option<f64>,
    /// Megahertz.
    pub aiclk_mhz: Option<f64>,
    /// Firmware bundle version.
    pub fw_bundle: Option<String>,
    /// Counter of the firmware; it moves while the firmware lives.
    pub heartbeat: Option<u64>,
    /// tt-smi's word on the memory training; null when it was not asked. False is a hint and no more on Blackhole: tt-smi
    /// before 4.1.1 says so of healthy boards with firmware 19.7.
    pub dram_ok: Option<bool>,
    /// Temperature at which it throttles, in degrees Celsius.
    pub temperature_limit_c: Option<f64>,
    /// Power that it may draw, in watt; only tt-smi tells.
    pub power_limit_w: Option<f64>,
    /// Processes that hold it.
    pub holders: Vec<Holder>,
}

/// A process that holds a device. Pid and start together name this very process and no later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Holder {
    /// Process id; 0 for a process outside this container.
    pub pid: u32,
    /// Its user; null when it cannot be seen.
    pub user: Option<String>,
    /// Its command line; null when it cannot be seen.
    pub command: Option<String>,
    /// Start in clock ticks since boot; null when it cannot be seen.
    pub start_ticks: Option<u64>,
    /// Start in seconds since 1970; null when it cannot be seen.
    pub started: Option<u64>,
    /// True for a service that watches every chip of a Galaxy: it does not make the box busy.
    pub telemetry: bool,
}

impl Holder {
    /// Program and pid, for example `python (4242)`; one that cannot be seen says so.
    pub fn short_name(&self) -> String {
        let program = self.command.as_deref().and_then(|command| command.split_whitespace().next()?.rsplit('/').next());
        match program {
            Some(program) => format!("{program} ({})", self.pid),
            None => "a process elsewhere".to_owned(),
        }
    }
}

/// One board, or one Galaxy: the chips that share a board id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Board {
    /// Board name, for example `n300`.
    pub board_type: Option<String>,
    /// Board id as 16 hexadecimal digits.
    pub board_id: Option<String>,
    /// Positions in `chips`.
    pub chips: Vec<usize>,
}

/// What the host has to offer besides cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Resources {
    /// Installed memory in GiB.
    pub ram_total_gib: Option<f64>,
    /// Memory that programs can still get, in GiB.
    pub ram_available_gib: Option<f64>,
    /// Free space in GiB where weights go.
    pub disk_free_gib: Option<f64>,
    /// Folder where weights go.
    pub weights_dir: String,
}

/// What is in this box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Host {
    /// Version of this shape.
    pub schema: u32,
    /// Name of the simulated box; null for a real one.
    pub simulated: Option<String>,
    /// Spec name of the whole box (`N300`, `T3K` …), or null.
    pub product: Option<String>,
    /// Why it has that name, or none.
    pub product_reason: String,
    /// Every spec name that this box can run, the whole box first.
    pub runnable: Vec<String>,
    /// The same with reasons.
    pub placements: Vec<Placement>,
    /// Boards.
    pub boards: Vec<Board>,
    /// Chips, those on PCIe first, in order of their address.
    pub chips: Vec<Chip>,
    /// Version of the kernel driver.
    pub driver: Option<String>,
    /// Memory and disk.
    pub resources: Resources,
    /// How it is.
    pub health: Health,
    /// What is worth telling, the worst first.
    pub findings: Vec<Finding>,
}

const KIB_PER_GIB: f64 = 1024.0 * 1024.0;

/// Makes sense of what was read.
pub fn interpret(facts: &Facts) -> Host {
    let mut findings = Vec::new();
    let (chips, driver) = chips::merge(facts, &mut findings);
    let (boards, counts) = grouping::group(&chips, &mut findings);
    let topology = topology::resolve(&counts);
    let health = judge(facts, &chips, driver.as_deref(), &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Host {
        schema: 1,
        simulated: facts.simulated.clone(),
        product: topology.product,
        product_reason: topology.reason,
        runnable: topology.placements.iter().map(|placement| placement.device_type.clone()).collect(),
        placements: topology.placements,
        boards,
        chips,
        driver,
        resources: resources(facts),
        health,
        findings,
    }
}

fn resources(facts: &Facts) -> Resources {
    let read = &facts.resources;
    #[expect(clippy::cast_precision_loss, reason = "GiB for people: 53 bits are enough")]
    let gib = |kib: u64| (kib as f64 / KIB_PER_GIB * 10.0).round() / 10.0;
    Resources {
        ram_total_gib: read.mem_total_kib.map(gib),
        ram_available_gib: read.mem_available_kib.map(gib),
        disk_free_gib: read.disk_free_bytes.map(|bytes| gib(bytes / 1024)),
        weights_dir: read.weights_dir.clone(),
    }
}

fn judge(facts: &Facts, chips: &[Chip], driver: Option<&str>, findings: &mut Vec<Finding>) -> Health {
    if chips.is_empty() && !facts.pci.is_empty() {
        return Health::Error;
    }
    if chips.is_empty() {
        findings.push(Finding::new(
            "device.none",
            Severity::Error,
            "No Tenstorrent device found",
            match &facts.smi {
                Some(smi) => format!("no PCI function with vendor 0x1e52; {}: {}", smi.program, smi_said(facts)),
                None => "no PCI function with vendor 0x1e52 below /sys/bus/pci/devices".to_owned(),
            },
            if facts.system.container {
                "This is a container: start it with --device /dev/tenstorrent. To look around without a card: `tt-jukebox \
                 --simulate n150 devices`."
            } else {
                "Check that the card is seated and powered, then power the machine off and on (a warm reboot is not \
                 enough). To look around without a card: `tt-jukebox --simulate n150 devices`."
            },
        ));
        return Health::NoDevice;
    }
    if driver.is_none() {
        findings.push(
            Finding::new(
                "driver.missing",
                Severity::Error,
                "The kernel driver is not loaded",
                format!("{} Tenstorrent PCI function(s), but no /sys/module/tenstorrent/version", chips.len()),
                "sudo modprobe tenstorrent; if that finds no module, install tt-kmd for this kernel",
            )
            .with_link("https://github.com/tenstorrent/tt-kmd"),
        );
        return Health::NoDriver;
    }
    let busy = chips.iter().flat_map(|chip| &chip.holders).any(|holder| !holder.telemetry);
    match findings.iter().map(|finding| finding.severity).max() {
        Some(Severity::Error) => Health::Error,
        Some(Severity::Warning) => Health::Warning,
        _ if busy => Health::Busy,
        _ => Health::Healthy,
    }
}

fn smi_said(facts: &Facts) -> String {
    facts.smi.as_ref().and_then(|smi| smi.error.clone()).unwrap_or_else(|| "lists no device".into())
}
