//! The passive reader: PCI, driver and sensor files. It starts no process and opens no device node, so it can neither
//! wake an idle board nor disturb a running job.
//!
//! Paths and attribute names: tt-kmd 2.10.1 (`/sys/class/tenstorrent/tenstorrent!N/tt_*`, hwmon below the PCI device).

use std::fs;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::{Errno, read};

use super::facts::{Attributes, PciFunction, Reading};
use super::{holders, nodes};

/// Tenstorrent's PCI vendor id.
const VENDOR: &str = "0x1e52";
/// A file of sysfs holds one short value and gives it in one read.
const MAX_BYTES: usize = 4096;

const PCI_FILES: [&str; 8] = [
    "vendor",
    "device",
    "subsystem_device",
    "current_link_speed",
    "current_link_width",
    "max_link_speed",
    "max_link_width",
    "iommu_group/type",
];
const SLOT_FILES: [&str; 2] = ["max_link_speed", "max_link_width"];
const DRIVER_FILES: [&str; 5] = ["tt_card_type", "tt_serial", "tt_fw_bundle_ver", "tt_aiclk", "tt_heartbeat"];
const HWMON_FILES: [&str; 5] = ["temp1_input", "in0_input", "curr1_input", "power1_input", "temp1_max"];

/// The directory that stands in front of `/sys`, `/proc` and `/dev`; `/` on a real host.
#[derive(Debug, Clone)]
pub struct Root(PathBuf);

impl Root {
    /// A root at `dir`.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self(dir.into())
    }

    /// `path` (absolute, as on a real host) below this root.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }
}

/// Reads one small file. `None` when it does not exist.
///
/// Opens without blocking, so that a FIFO in its place reads as empty and not as a hang. No file that we read is ever
/// empty, so an empty one is an error, and there is no need to ask what kind of file it is.
pub fn read_small(path: &Path) -> Option<Reading> {
    read_at(CWD, path)
}

/// Reads a file of many lines, as `/proc` has them, up to a megabyte. Empty when it cannot be read: what it would have told
/// is then not known. Does not block on a FIFO either.
pub fn read_lines(path: &Path) -> String {
    const MAX_LINES_BYTES: usize = 1 << 20;
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = openat(CWD, path, flags, Mode::empty()) else { return String::new() };
    let mut bytes = Vec::new();
    let mut part = [0; MAX_BYTES];
    while let Ok(length) = read(&file, &mut part) {
        bytes.extend_from_slice(&part[..length]);
        if length == 0 || bytes.len() > MAX_LINES_BYTES {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same, below an open directory: the kernel then walks one name and not a whole path.
fn read_at(dir: BorrowedFd<'_>, path: &Path) -> Option<Reading> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(dir, path, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT | Errno::NOTDIR) => return None,
        Err(error) => return Some(Reading::Error(describe(error))),
    };
    let mut bytes = [0; MAX_BYTES];
    let length = match read(&file, &mut bytes) {
        Ok(length) => length,
        Err(error) => return Some(Reading::Error(describe(error))),
    };
    Some(match std::str::from_utf8(&bytes[..length]).map(str::trim) {
        Ok("") => Reading::Error("it is empty".into()),
        Ok(text) => Reading::Text(text.to_owned()),
        Err(_) => Reading::Error("not UTF-8".into()),
    })
}

fn describe(error: Errno) -> String {
    match error {
        Errno::IO => "EIO (input/output error)".into(),
        Errno::NODEV => "ENODEV (the device is detached)".into(),
        Errno::NODATA => "ENODATA (in reset or not initialised)".into(),
        Errno::ACCESS => "EACCES (no permission)".into(),
        _ => std::io::Error::from(error).to_string(),
    }
}

fn read_attributes(dir: &Path, names: &[&str]) -> Attributes {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(dir) = openat(CWD, dir, flags, Mode::empty()) else { return Attributes::new() };
    let read = |name: &&str| Some(((*name).to_owned(), read_at(dir.as_fd(), Path::new(name))?));
    names.iter().filter_map(read).collect()
}

/// The kernel driver's version, when the module is loaded.
pub fn driver_version(root: &Root) -> Option<Reading> {
    read_small(&root.path("/sys/module/tenstorrent/version"))
}

/// Every Tenstorrent PCI function with its driver number and its holders, nothing else read yet. A function that the driver still knows
/// is listed even when its vendor id does not read as ours any more: it has fallen off the bus.
pub fn list_functions(root: &Root) -> Vec<PciFunction> {
    let nodes = driver_nodes(root);
    let mut addresses = tenstorrent_addresses(root);
    addresses.extend(nodes.iter().map(|(address, _)| address.clone()));
    addresses.sort();
    addresses.dedup();
    addresses
        .into_iter()
        .map(|bus_id| {
            let node = nodes.iter().find(|(address, _)| *address == bus_id).map(|(_, node)| *node);
            let holders = node.and_then(|node| holders::from_driver(root, node));
            PciFunction { node, bus_id, holders, ..PciFunction::default() }
        })
        .collect()
}

fn tenstorrent_addresses(root: &Root) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.path("/sys/bus/pci/devices")) else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| read_small(&entry.path().join("vendor")) == Some(Reading::Text(VENDOR.into())))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

/// `(PCI address, N)` of every `/sys/class/tenstorrent/tenstorrent!N`.
fn driver_nodes(root: &Root) -> Vec<(String, u32)> {
    let Ok(entries) = fs::read_dir(root.path("/sys/class/tenstorrent")) else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let node = entry.file_name().to_str()?.strip_prefix("tenstorrent!")?.parse().ok()?;
            let device = fs::read_link(entry.path().join("device")).ok()?;
            Some((device.file_name()?.to_str()?.to_owned(), node))
        })
        .collect()
}

/// Reads one function. `sensors` false leaves them alone, as while a reset is under way.
pub fn read_function(root: &Root, listed: PciFunction, sensors: bool) -> PciFunction {
    let pci = root.path("/sys/bus/pci/devices").join(&listed.bus_id);
    let mut function = PciFunction { attributes: read_attributes(&pci, &PCI_FILES), ..listed };
    // The parent of a function in the device tree is the port of its slot.
    function.slot = read_attributes(&pci.join(".."), &SLOT_FILES);
    if let Some(node) = function.node {
        let class = root.path(&format!("/sys/class/tenstorrent/tenstorrent!{node}"));
        function.access = Some(nodes::access(root, node, read_small(&class.join("dev")).as_ref()));
        if sensors {
            function.driver = read_attributes(&class, &DRIVER_FILES);
        }
    }
    if sensors {
        function.hwmon = read_hwmon(&pci.join("hwmon"));
    }
    function
}

/// Sensors of the newest hwmon directory that reads; after a reset an older one can be left behind (tt-kmd#25).
fn read_hwmon(dir: &Path) -> Attributes {
    let Ok(entries) = fs::read_dir(dir) else { return Attributes::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix("hwmon")?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    found.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let mut first = None;
    for (_, path) in found {
        let values = read_attributes(&path, &HWMON_FILES);
        if values.values().any(|value| value.text().is_some()) {
            return values;
        }
        first.get_or_insert(values);
    }
    first.unwrap_or_default()
}
