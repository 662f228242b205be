//! Writes facts as a believable `/sys`, `/proc` and `/dev`: relative links, an exclamation mark in names, trailing
//! newlines, and hwmon numbers that have nothing to do with device numbers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tt_jukebox::device::facts::{Attributes, Facts, PciFunction, Reading};
use tt_jukebox::device::{Root, gather, simulate};

/// A host made of files.
pub struct FakeTree {
    dir: TempDir,
}

impl FakeTree {
    /// The tree of a box that can be simulated.
    pub fn of(name: &str) -> Self {
        Self::from_facts(&simulate::facts(name).unwrap())
    }

    pub fn from_facts(facts: &Facts) -> Self {
        let tree = Self { dir: tempfile::tempdir().unwrap() };
        for folder in ["sys/bus/pci/devices", "sys/class", "proc", "dev"] {
            fs::create_dir_all(tree.path(folder)).unwrap();
        }
        if let Some(Reading::Text(version)) = &facts.driver_version {
            tree.write("sys/module/tenstorrent/version", version);
        }
        tree.write("proc/meminfo", "MemTotal:       67108864 kB\nMemAvailable:   60000000 kB");
        // Some other device, as every host has.
        tree.write("sys/bus/pci/devices/0000:00:1f.0/vendor", "0x8086");
        for (index, function) in facts.pci.iter().enumerate() {
            tree.add(function, 7 + index * 3);
        }
        tree
    }

    fn add(&self, function: &PciFunction, hwmon: usize) {
        let bus_id = &function.bus_id;
        let home = format!("sys/devices/pci0000:00/{bus_id}");
        self.write_all(&home, &function.attributes);
        self.link(&format!("sys/bus/pci/devices/{bus_id}"), &format!("../../../devices/pci0000:00/{bus_id}"));
        self.write_all(&format!("{home}/hwmon/hwmon{hwmon}"), &function.hwmon);
        if let Some(node) = function.node {
            let own = format!("{home}/tenstorrent/tenstorrent!{node}");
            self.write_all(&own, &function.driver);
            self.link(&format!("{own}/device"), &format!("../../../{bus_id}"));
            let target = format!("../../devices/pci0000:00/{bus_id}/tenstorrent/tenstorrent!{node}");
            self.link(&format!("sys/class/tenstorrent/tenstorrent!{node}"), &target);
            self.write(&format!("dev/tenstorrent/{node}"), "");
        }
    }

    fn write_all(&self, folder: &str, attributes: &Attributes) {
        fs::create_dir_all(self.path(folder)).unwrap();
        for (name, value) in attributes {
            self.write(&format!("{folder}/{name}"), value.text().unwrap_or_default());
        }
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }

    fn link(&self, path: &str, target: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn root(&self) -> Root {
        Root::new(self.dir.path())
    }

    pub fn gather(&self) -> Facts {
        gather(&self.root(), Path::new("/"))
    }
}
