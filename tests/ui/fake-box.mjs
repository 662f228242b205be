/**
 * A machine made of files, laid out as the kernel does it, with the boards of a box that can be simulated: the sidecar
 * reads it in place of /sys, /proc and /dev, and takes it for real. Its heart beats as long as this process does, and a
 * tt-smi that only knows this box stands beside it.
 * What the Rust tests need of such a tree, and more, is in tests/devices/fake_tree.rs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { projectRoot } from "./places.mjs";

const BOXES = JSON.parse(readFileSync(join(projectRoot, "content", "simulated-boxes.json"), "utf8"));
const HOLDERS = "proc/driver/tenstorrent/0/pids";
const BEAT_MS = 300;
const MODULE = { "sys/module/tenstorrent/version": "2.9.0" };

/** Every chip of the box: where its files lie, and what they say. */
function chipsOf(name) {
  const { boards } = BOXES.find((box) => box.name === name);
  const functions = boards.flatMap((board) => board.functions.map((address) => ({ board, address })));
  return functions.map(({ board, address }, index) => {
    const pci = `sys/devices/pci0000:00/${address}`;
    const driver = `${pci}/tenstorrent/tenstorrent!${index}`;
    const hwmon = `${pci}/hwmon/hwmon${7 + index}`;
    return {
      address,
      pci,
      driver,
      node: `sys/class/tenstorrent/tenstorrent!${index}`,
      nodeTarget: `../../devices/pci0000:00/${address}/tenstorrent/tenstorrent!${index}`,
      bus: `sys/bus/pci/devices/${address}`,
      holders: `proc/driver/tenstorrent/${index}/pids`,
      values: {
        [`${pci}/vendor`]: "0x1e52",
        [`${pci}/device`]: board.pci_device,
        [`${pci}/subsystem_device`]: board.board_code,
        [`${hwmon}/temp1_input`]: "38600",
        [`${hwmon}/in0_input`]: "800",
        [`${hwmon}/curr1_input`]: "18000",
        [`${hwmon}/power1_input`]: "14000000",
        [`${driver}/tt_card_type`]: board.card_type,
        [`${driver}/tt_serial`]: board.serial,
        [`${driver}/tt_fw_bundle_ver`]: "19.5.0.0",
        [`${driver}/tt_aiclk`]: "500",
        [`dev/tenstorrent/${index}`]: "",
      },
    };
  });
}

export class FakeBox {
  /**
   * @param {string} home the folder that the tree and the tools go into
   * @param {string} name one of the boxes that can be simulated
   */
  constructor(home, name = "n150") {
    this.chips = chipsOf(name);
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
    for (const { address, bus, driver, holders, node, nodeTarget, values } of this.chips) {
      Object.entries({ ...values, ...MODULE }).forEach(([path, value]) => this.write(path, value));
      this.write(holders, "");
      this.link(`${driver}/device`, `../../../${address}`);
      this.link(bus, `../../../devices/pci0000:00/${address}`);
      this.link(node, nodeTarget);
    }
    this.beating = true;
    this.beat();
  }

  /** Takes the cards out; the driver stays. */
  removeCard() {
    this.remove(...this.chips.flatMap(({ bus, node, pci }) => [node, bus, pci]), "dev/tenstorrent");
  }

  /** Unloads the driver; the cards stay on the bus. */
  removeDriver() {
    const own = this.chips.flatMap(({ pci }) => [`${pci}/tenstorrent`, `${pci}/hwmon`]);
    this.remove("sys/class/tenstorrent", "sys/module/tenstorrent", "dev/tenstorrent", ...own);
  }

  /** An old firmware, about which the probe warns. */
  useOldFirmware() {
    this.chips.forEach(({ driver }) => this.write(`${driver}/tt_fw_bundle_ver`, "80.17.0.0"));
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
      this.chips.forEach(({ driver }) => this.write(`${driver}/tt_heartbeat`, String(this.beats)));
    }
  }

  /** Like the real one it ends with 0 whether the board came back or not, and the node is gone for a moment. */
  installTtSmi() {
    const nodes = this.chips.map(({ node, nodeTarget }) => ({ node: join(this.root, node), nodeTarget }));
    mkdirSync(dirname(this.ttSmi), { recursive: true });
    writeProgram(this.ttSmi, [
      'case "$1" in',
      "--version) echo 5.3.1 ;;",
      "-r)",
      `  echo "$*" >> '${this.resets}'`,
      '  echo " Starting reset on devices"',
      ...nodes.map(({ node }) => `  rm '${node}'`),
      "  sleep 1",
      ...nodes.map(({ node, nodeTarget }) => `  ln -s '${nodeTarget}' '${node}'`),
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
