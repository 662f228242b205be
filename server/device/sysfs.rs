//! The passive reader: PCI, driver and sensor files. It starts no process and opens no device node, so it can neither
//! wake an idle board nor disturb a running job.
//!
//! Paths and attribute names: tt-kmd 2.10.1 (`/sys/class/tenstorrent/tenstorrent!N/tt_*`, hwmon below the PCI device).

use std::fs::{self, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::facts::{Attributes, PciFunction, Reading};

/// Tenstorrent's PCI vendor id.
const VENDOR: &str = "0x1e52";
/// A file of sysfs holds one short value; anything longer is not one.
const MAX_BYTES: u64 = 4096;

const PCI_FILES: [&str; 7] = [
    "vendor",
    "device",
    "subsystem_device",
    "current_link_speed",
    "current_link_width",
    "max_link_speed",
    "max_link_width",
];
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
/// Opens without blocking and insists on a regular file, so that a FIFO or a directory in its place is an error and not
/// a hang.
pub fn read_small(path: &Path) -> Option<Reading> {
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::CLOEXEC;
    let opened = OpenOptions::new().read(true).custom_flags(i32::try_from(flags.bits()).unwrap_or(0)).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => return Some(Reading::Error(describe(&error))),
    };
    match file.metadata() {
        Ok(meta) if meta.is_file() => {}
        Ok(_) => return Some(Reading::Error("not a regular file".into())),
        Err(error) => return Some(Reading::Error(describe(&error))),
    }
    let mut bytes = Vec::with_capacity(64);
    if let Err(error) = file.take(MAX_BYTES).read_to_end(&mut bytes) {
        return Some(Reading::Error(describe(&error)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Some(Reading::Text(text.trim_end_matches('\n').trim().to_owned())),
        Err(_) => Some(Reading::Error("not UTF-8".into())),
    }
}

fn describe(error: &std::io::Error) -> String {
    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::IO) => "EIO (input/output error)".into(),
        Some(rustix::io::Errno::NODEV) => "ENODEV (the device is detached)".into(),
        Some(rustix::io::Errno::NODATA) => "ENODATA (in reset or not initialised)".into(),
        Some(rustix::io::Errno::ACCESS) => "EACCES (no permission)".into(),
        _ => error.to_string(),
    }
}

fn read_attributes(dir: &Path, names: &[&str]) -> Attributes {
    names.iter().filter_map(|name| Some(((*name).to_owned(), read_small(&dir.join(name))?))).collect()
}

/// The kernel driver's version, when the module is loaded.
pub fn driver_version(root: &Root) -> Option<Reading> {
    read_small(&root.path("/sys/module/tenstorrent/version"))
}

/// Reads every Tenstorrent PCI function, each in a thread of its own.
///
/// A function whose reads do not end within `deadline` is listed with an error instead of values: one hung chip must not
/// hide the others. Its thread is left behind; the kernel ends it when the read returns.
pub fn pci_functions(root: &Root, deadline: Duration) -> Vec<PciFunction> {
    let nodes = driver_nodes(root);
    let mut functions: Vec<PciFunction> = tenstorrent_addresses(root)
        .into_iter()
        .map(|bus_id| PciFunction {
            node: nodes.iter().find(|(address, _)| *address == bus_id).map(|(_, node)| *node),
            bus_id,
            ..PciFunction::default()
        })
        .collect();
    let (sender, receiver) = mpsc::channel();
    for (index, function) in functions.iter().enumerate() {
        let (sender, root, bus_id, node) = (sender.clone(), root.clone(), function.bus_id.clone(), function.node);
        // A thread that cannot be started leaves its function without an answer, which is reported below.
        let _ = thread::Builder::new().name(format!("probe {bus_id}")).spawn(move || {
            let _ = sender.send((index, read_function(&root, &bus_id, node)));
        });
    }
    drop(sender);
    let until = Instant::now() + deadline;
    let mut answered = vec![false; functions.len()];
    while let Ok((index, function)) = receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if let (Some(slot), Some(done)) = (functions.get_mut(index), answered.get_mut(index)) {
            *slot = function;
            *done = true;
        }
    }
    for (function, _) in functions.iter_mut().zip(&answered).filter(|(_, done)| !**done) {
        let error = Reading::Error(format!("no answer within {} ms", deadline.as_millis()));
        function.attributes.insert("vendor".into(), error);
    }
    functions
}

fn tenstorrent_addresses(root: &Root) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root.path("/sys/bus/pci/devices")) else { return Vec::new() };
    let mut addresses: Vec<String> = entries
        .flatten()
        .filter(|entry| read_small(&entry.path().join("vendor")) == Some(Reading::Text(VENDOR.into())))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    addresses.sort();
    addresses
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

fn read_function(root: &Root, bus_id: &str, node: Option<u32>) -> PciFunction {
    let pci = root.path("/sys/bus/pci/devices").join(bus_id);
    let driver = node.map_or_else(Attributes::new, |node| {
        read_attributes(&root.path(&format!("/sys/class/tenstorrent/tenstorrent!{node}")), &DRIVER_FILES)
    });
    PciFunction {
        bus_id: bus_id.to_owned(),
        attributes: read_attributes(&pci, &PCI_FILES),
        node,
        driver,
        hwmon: read_hwmon(&pci.join("hwmon")),
        ..PciFunction::default()
    }
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
