//! Writes facts as a believable `/sys`, `/proc` and `/dev`: relative links, an exclamation mark in names, trailing
//! newlines, and hwmon numbers that have nothing to do with device numbers.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tt_jukebox::device::facts::{Attributes, Facts, PciFunction, ProcessFacts, Reading};
use tt_jukebox::device::{Prober, Root, simulate};

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
        tree.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/bash");
        tree.write("proc/stat", "cpu 1 2 3\nbtime 1700000000");
        for process in &facts.processes {
            tree.add_process(process);
        }
        tree
    }

    pub fn add(&self, function: &PciFunction, hwmon: usize) {
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
            if let Some(holders) = &function.holders {
                // One line for each open file: most programs have a device open twice.
                let lines: Vec<String> = holders.iter().flat_map(|pid| [pid.to_string(), pid.to_string()]).collect();
                self.write(&format!("proc/driver/tenstorrent/{node}/pids"), &lines.join("\n"));
            }
        }
    }

    pub fn add_process(&self, process: &ProcessFacts) {
        let home = format!("proc/{}", process.pid);
        let ticks = process.start_ticks;
        self.write(
            &format!("{home}/stat"),
            &format!("{} (py (x) S) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {ticks} 0", process.pid),
        );
        self.write(&format!("{home}/status"), "Name:\tpython\nUid:\t1000\t1000\t1000\t1000");
        fs::write(self.path(&format!("{home}/cmdline")), process.command.replace(' ', "\0")).unwrap();
    }

    /// Takes a PCI function away with all that belongs to it, as a reset or a dead chip does.
    pub fn remove(&self, function: &PciFunction) {
        if let Some(node) = function.node {
            let _ = fs::remove_file(self.path(&format!("sys/class/tenstorrent/tenstorrent!{node}")));
            let _ = fs::remove_file(self.path(&format!("dev/tenstorrent/{node}")));
        }
        let _ = fs::remove_file(self.path(&format!("sys/bus/pci/devices/{}", function.bus_id)));
        let _ = fs::remove_dir_all(self.path(&format!("sys/devices/pci0000:00/{}", function.bus_id)));
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

    pub fn prober(&self) -> Prober {
        Prober::new(self.root(), Path::new("/"))
    }

    pub fn gather(&self) -> Facts {
        self.prober().look()
    }
}
