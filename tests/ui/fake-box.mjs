/**
 * A machine with one n150 made of files, laid out as the kernel does it: the sidecar reads it in place of /sys, /proc
 * and /dev. Its heart beats as long as this process does, and a tt-smi that only knows this box stands beside it.
 * What the Rust tests need of such a tree, and more, is in tests/devices/fake_tree.rs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ADDRESS = "0000:01:00.0";
const PCI = `sys/devices/pci0000:00/${ADDRESS}`;
const DRIVER = `${PCI}/tenstorrent/tenstorrent!0`;
const NODE = "sys/class/tenstorrent/tenstorrent!0";
const NODE_TARGET = `../../devices/pci0000:00/${ADDRESS}/tenstorrent/tenstorrent!0`;
const HOLDERS = "proc/driver/tenstorrent/0/pids";
const BEAT_MS = 300;

const VALUES = {
  [`${PCI}/vendor`]: "0x1e52",
  [`${PCI}/device`]: "0x401e",
  [`${PCI}/subsystem_device`]: "0x0018",
  [`${PCI}/hwmon/hwmon7/temp1_input`]: "38600",
  [`${PCI}/hwmon/hwmon7/in0_input`]: "800",
  [`${PCI}/hwmon/hwmon7/curr1_input`]: "18000",
  [`${PCI}/hwmon/hwmon7/power1_input`]: "14000000",
  [`${DRIVER}/tt_card_type`]: "n150",
  [`${DRIVER}/tt_serial`]: "0100018611902001",
  [`${DRIVER}/tt_fw_bundle_ver`]: "19.5.0.0",
  [`${DRIVER}/tt_aiclk`]: "500",
  "dev/tenstorrent/0": "",
  "sys/module/tenstorrent/version": "2.9.0",
};

export class FakeBox {
  /** @param {string} home the folder that the tree and the tools go into */
  constructor(home) {
    this.root = join(home, "root");
    this.ttSmi = join(home, "tools", "tt-smi");
    this.resets = join(home, "resets");
    this.children = [];
    this.beats = 14913;
    this.beating = true;
    this.restore();
    // As on every machine; a holder is told apart from a later process by its real start.
    symlinkSync("/proc/stat", join(this.root, "proc", "stat"));
    symlinkSync("/etc", join(this.root, "etc"));
    this.write("sys/bus/pci/devices/0000:00:1f.0/vendor", "0x8086");
    this.write("proc/meminfo", "MemTotal:       67108864 kB\nMemAvailable:   60000000 kB");
    this.installTtSmi();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
  }

  /** Brings the card and the driver back as they were at the start. */
  restore() {
    for (const folder of ["sys/devices", "sys/bus/pci/devices", "sys/class/tenstorrent", "proc"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    Object.entries(VALUES).forEach(([path, value]) => this.write(path, value));
    this.write(HOLDERS, "");
    this.link(`${DRIVER}/device`, `../../../${ADDRESS}`);
    this.link(`sys/bus/pci/devices/${ADDRESS}`, `../../../devices/pci0000:00/${ADDRESS}`);
    this.link(NODE, NODE_TARGET);
    this.beating = true;
    this.beat();
  }

  /** Takes the card out; the driver stays. */
  removeCard() {
    this.remove(NODE, `sys/bus/pci/devices/${ADDRESS}`, PCI, "dev/tenstorrent");
  }

  /** Unloads the driver; the card stays on the bus. */
  removeDriver() {
    this.remove("sys/class/tenstorrent", "sys/module/tenstorrent", `${PCI}/tenstorrent`, `${PCI}/hwmon`, "dev/tenstorrent");
  }

  /** An old firmware, about which the probe warns. */
  useOldFirmware() {
    this.write(`${DRIVER}/tt_fw_bundle_ver`, "80.17.0.0");
  }

  /** Everything reads plausibly, but the firmware does not run any more. */
  stopHeart() {
    this.beating = false;
  }

  /**
   * Starts a process that holds the card, and lets it go when it is asked to end. Returns its process id and a promise
   * of its end.
   */
  async hold() {
    const pids = join(this.root, HOLDERS);
    const job = join(dirname(this.ttSmi), "train");
    writeProgram(job, [`trap ': > "${pids}"; exit 0' INT TERM`, "echo held", "while :; do sleep 0.1; done"]);
    const child = spawn(job, ["--epochs", "3"], { stdio: ["ignore", "pipe", "ignore"] });
    this.children.push(child);
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    this.link(`proc/${child.pid}`, `/proc/${child.pid}`);
    this.write(HOLDERS, `${child.pid}\n${child.pid}`);
    return { pid: child.pid, ended };
  }

  /** The arguments of every reset that tt-smi was asked for. */
  resetCalls() {
    try {
      return readFileSync(this.resets, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }

  dispose() {
    clearInterval(this.timer);
    this.children.forEach((child) => child.kill("SIGKILL"));
  }

  beat() {
    if (this.beating) {
      this.beats += 1;
      this.write(`${DRIVER}/tt_heartbeat`, String(this.beats));
    }
  }

  /** Like the real one it ends with 0 whether the board came back or not, and the node is gone for a moment. */
  installTtSmi() {
    const node = join(this.root, NODE);
    mkdirSync(dirname(this.ttSmi), { recursive: true });
    writeProgram(this.ttSmi, [
      'case "$1" in',
      "--version) echo 5.3.1 ;;",
      "-r)",
      `  echo "$*" >> '${this.resets}'`,
      '  echo " Starting reset on devices"',
      `  rm '${node}'`,
      "  sleep 1",
      `  ln -s '${NODE_TARGET}' '${node}'`,
      '  echo " Re-initializing boards after reset...." ;;',
      "*) exit 1 ;;",
      "esac",
      "exit 0",
    ]);
  }

  /** In one step: a reader must never see half a value. */
  write(path, value) {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${value}\n`);
    renameSync(`${file}.new`, file);
  }

  link(path, target) {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { force: true });
    symlinkSync(target, file);
  }

  remove(...paths) {
    this.beating = false;
    paths.forEach((path) => rmSync(join(this.root, path), { recursive: true, force: true }));
  }
}

function writeProgram(path, lines) {
  writeFileSync(path, `${["#!/bin/sh", ...lines].join("\n")}\n`);
  chmodSync(path, 0o755);
}
