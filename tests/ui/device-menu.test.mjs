/**
 * The menu behind the status bar item: it shows every entry, and what it changes is in the settings afterwards.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
const ENTRIES = [
  "Start a Model Server…",
  "Refresh",
  "Check in Terminal",
  "Firmware",
  "Reset Device…",
  "Clear Device State…",
  "Update Interval… (1 minute)",
  "Auto-Update: on",
  "Choose a Model",
  "Doctor",
  "Show Log",
  "Restart Sidecar",
];

const session = useSession();

test("a click on the status bar shows every entry", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.openDeviceMenu();
  assert.deepEqual((await workbench.rows()).map((row) => row.trim()), ENTRIES);
  await workbench.screenshot("device-menu");
});

test("choosing an interval writes the setting and shows in the menu", LIMIT, async () => {
  const { server, workbench } = session;
  await choose("Update Interval…");
  await workbench.row("5 minutes").waitFor();
  const rows = await workbench.rows();
  assert.equal(rows.length, 6);
  assert.match(rows.find((row) => row.includes("1 minute")) ?? "", /current/);
  await workbench.screenshot("update-interval");
  await workbench.pick("5 minutes");
  await workbench.until("the setting", () => server.readSettings()["tenstorrent.monitor.interval"], (value) => value === "5m");
  await workbench.openDeviceMenu();
  assert.ok((await workbench.rows()).some((row) => row.includes("Update Interval… (5 minutes)")));
});

test("auto-update is switched off and on again", LIMIT, async () => {
  const { server, workbench } = session;
  const setting = () => server.readSettings()["tenstorrent.monitor.autoUpdate"];
  await choose("Auto-Update: on");
  await workbench.until("the setting", setting, (value) => value === false);
  await choose("Auto-Update: off");
  await workbench.until("the setting", setting, (value) => value !== false);
  assert.deepEqual(await workbench.messages(), []);
});

test("the firmware of the board and the driver are listed", LIMIT, async () => {
  const { workbench } = session;
  await choose("Firmware");
  await workbench.row("Kernel driver").waitFor();
  const rows = await workbench.rows();
  assert.match(rows[0], /n150 at 0000:01:00\.0[^]*19\.5\.0\.0/);
  assert.match(rows[1], /Kernel driver[^]*2\.9\.0/);
  assert.match(await workbench.pickerTitle(), /simulated/);
  await workbench.screenshot("firmware");
  await workbench.page.keyboard.press("Escape");
});

test("a simulated box is asked about and never reset", LIMIT, async () => {
  const { workbench } = session;
  await choose("Reset Device…");
  const { message, detail, buttons } = await workbench.question();
  assert.match(message, /n150/);
  assert.match(detail, /simulated \(n150\): nothing will be run/);
  assert.deepEqual(buttons, ["OK"]);
  await workbench.screenshot("reset-simulated");
  await workbench.answer("OK");
  assert.deepEqual(await workbench.messages(), []);
});

test("the check runs in the terminal", LIMIT, async () => {
  const { workbench } = session;
  await choose("Check in Terminal");
  await workbench.until("the devices", () => workbench.terminalText(), (text) => /tt-jukebox devices[^]*0000:01:00\.0/.test(text));
  assert.deepEqual(await workbench.terminalNames(), ["Tenstorrent"]);
  await workbench.screenshot("check-in-terminal");
});

test("of several boards, one or all can be reset", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({ "tenstorrent.simulate": "t3k" });
  await workbench.until("the other box", () => workbench.statusItem(), ({ text }) => /t3k/i.test(text));
  await choose("Reset Device…");
  await workbench.row("All boards").waitFor();
  assert.equal((await workbench.rows()).length, 5);
  await workbench.screenshot("reset-which-board");
  await workbench.pick("0000:c1:00.0");
  const { message, detail } = await workbench.question();
  assert.equal(message, "Reset n300 at 0000:c1:00.0?");
  assert.doesNotMatch(detail, /0000:41:00/);
  await workbench.answer("OK");

  await choose("Clear Device State…");
  const all = await workbench.question();
  assert.equal(all.message, "Free and reset all 4 boards?");
  assert.match(all.detail, /0000:41:00\.0[^]*0000:c2:00\.0/);
  await workbench.screenshot("clear-several-boards");
  await workbench.answer("OK");
});

async function choose(entry) {
  const { workbench } = session;
  // The file of settings is written before the menu knows of it.
  await workbench.retry(`choose "${entry}"`, async () => {
    await workbench.openDeviceMenu();
    await workbench.row(entry).click({ timeout: 5_000 });
  });
}
