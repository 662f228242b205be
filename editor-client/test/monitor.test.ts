/** Intervals and the menu behind the status bar item. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../src/commands";
import { menuRows, serverRows } from "../src/device-actions";
import { INTERVALS, intervalText, monitorParams, toInterval } from "../src/monitor-interval";
import type { Life } from "../src/protocol";

test("every interval has its seconds and its words", () => {
  const table = INTERVALS.map((interval) => [
    interval,
    monitorParams({ interval, autoUpdate: true }).interval_s,
    intervalText(interval),
  ]);
  assert.deepEqual(table, [
    ["live", 2, "live, every 2 seconds"],
    ["30s", 30, "30 seconds"],
    ["1m", 60, "1 minute"],
    ["2m", 120, "2 minutes"],
    ["5m", 300, "5 minutes"],
    ["10m", 600, "10 minutes"],
  ]);
});

test("a settings file can hold anything", () => {
  for (const odd of ["", "3m", 60, null, undefined, "toString"]) {
    assert.equal(toInterval(odd), "1m");
  }
  assert.deepEqual(monitorParams({ interval: "5m", autoUpdate: false }), { interval_s: 300, auto_update: false });
});

test("the menu shows the present values, and each entry is a command", () => {
  const rows = menuRows({ interval: "2m", autoUpdate: true }, undefined);
  assert.deepEqual(
    rows.map(({ label }) => label.replace(/^\$\([\w-]+\) /, "")),
    [
      "Start a Model Server…",
      "Refresh",
      "Check in Terminal",
      "Firmware",
      "Reset Device…",
      "Clear Device State…",
      "Update Interval… (2 minutes)",
      "Auto-Update: on",
      "Choose a Model",
      "Doctor",
      "Show Log",
      "Restart Sidecar",
    ],
  );
  assert.ok(rows.every(({ id }) => id in COMMANDS));
  assert.match(menuRows({ interval: "live", autoUpdate: false }, undefined)[7]?.label ?? "", /Auto-Update: off$/);
});

test("what the menu offers about a server depends on how it is", () => {
  const titles = (life: Life | undefined) => serverRows(life).map(({ label }) => label.replace(/^\$\([\w-]+\) /, ""));
  const always = ["Stop the Model Server", "Open Server Log", "Copy Endpoint"];
  assert.deepEqual(titles(undefined), ["Start a Model Server…"]);
  assert.deepEqual(titles("starting"), always);
  assert.deepEqual(titles("busy"), [...always, "Benchmark"]);
  assert.deepEqual(titles("lost"), ["Open Server Log", "Start a Model Server…"]);
  assert.ok(serverRows("ready").every(({ id }) => id in COMMANDS));
});

test("the menu of one server is about that one, and starting one is about none", () => {
  assert.ok(serverRows("ready", "http://x").every(({ argument }) => argument === "http://x"));
  assert.deepEqual(serverRows("lost", "http://x").map(({ argument }) => argument), ["http://x", undefined]);
});
