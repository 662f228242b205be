/**
 * Another extension was there first and owns some of our command ids, as an extension for the same cards may: those stay
 * its own, that is said once, and everything else works.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
const VSCE = fileURLToPath(new URL("../../editor-client/node_modules/@vscode/vsce/vsce", import.meta.url));
/** Ids that the extension before ours had, and that its successor has as well. */
const TAKEN = [
  "runHardwareDetection",
  "verifyInstallation",
  "downloadModel",
  "startVllmServer",
  "resetDevice",
  "showDeviceActions",
  "openWalkthrough",
  "testChat",
].map((name) => `tenstorrent.${name}`);
/** It activates before ours does: at the start, and not when the start is over. */
const MANIFEST = {
  name: "stub", publisher: "example", version: "0.0.1", engines: { vscode: "^1.90.0" }, main: "./main.js",
  activationEvents: ["*"], repository: "https://example.org/stub",
  contributes: { commands: TAKEN.map((command) => ({ command, title: `Stub ${command.split(".")[1]}` })) },
};
const MAIN = `exports.activate = () => {
  for (const id of ${JSON.stringify(TAKEN)}) {
    require("vscode").commands.registerCommand(id, () => require("vscode").window.showInformationMessage("the stub did " + id));
  }
};`;

const session = useSession({ beside });

async function beside({ root, env }) {
  const folder = join(root, "stub");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify(MANIFEST));
  writeFileSync(join(folder, "main.js"), MAIN);
  writeFileSync(join(folder, "README.md"), "# Stub\n");
  writeFileSync(join(folder, "LICENSE"), "none\n");
  const vsix = join(root, "stub.vsix");
  await promisify(execFile)("node", [VSCE, "package", "--no-dependencies", "--out", vsix], { cwd: folder, env });
  return [vsix];
}

test("the ids that are taken are named in one message", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  const text = await workbench.message(/Another extension owns these commands/);
  for (const id of TAKEN) {
    assert.ok(text.includes(id), `${id} in: ${text}`);
  }
  assert.equal((await workbench.messages()).length, 1);
  await workbench.screenshot("beside-one-message");
  await workbench.clearMessages();
});

test("a command of the other one does what the other one says", LIMIT, async () => {
  const { workbench } = session;
  // Two manifests declare it; the palette shows the title of one of them.
  await workbench.runCommand("Tenstorrent: Reset Device");
  await workbench.message(/the stub did tenstorrent\.resetDevice/);
  await workbench.clearMessages();
});

test("everything else is ours and works", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Doctor");
  await workbench.until("the report", () => workbench.editorTabs(), (tabs) => tabs.some((name) => /doctor/i.test(name)));
  await workbench.runCommand("Tenstorrent: List Models for This Machine");
  await workbench.until("the models", () => workbench.pickerTitle(), (title) => /n150/i.test(title));
  await workbench.closePicker();
});
