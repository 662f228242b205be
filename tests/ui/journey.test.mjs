/**
 * The journey of a person who has just installed the extension: see the device, open the walkthrough, choose a
 * model, find its serving command in the terminal.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { sidecarBinary } from "./places.mjs";
import { useSession } from "./session.mjs";
import { commandLines, standingLines } from "./terminal-text.mjs";

const run = promisify(execFile);
const LIMIT = { timeout: 120_000 };
const MODEL = "Llama-3.1-8B-Instruct";
const OTHER_MODEL = "Llama-3.2-1B-Instruct";
const CHOOSE = "Tenstorrent: Choose a Model and Prepare Its Serving Command";

const session = useSession();

test("the status bar names the device and says that it is simulated", LIMIT, async () => {
  const { workbench } = session;
  const item = await workbench.until("the device in the status bar", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  assert.match(item.text, /simulated/);
  assert.match(item.label, /n150/i);
  assert.match(await workbench.statusTooltip(), /n150/i);
  await workbench.screenshot("status-bar");
});

test("the walkthrough opens and shows its steps and the first lesson", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  const steps = await workbench.until("the walkthrough", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  assert.deepEqual(steps.slice(0, 2), ["See your hardware", "Verify the installation"]);
  await workbench.until("the lesson", () => workbench.framedText(), (text) => text.includes("See your hardware"));
  assert.deepEqual(await workbench.tickedSteps(), [], "nothing was done yet");
});

test("detecting the hardware says what is in the box, and ticks the step", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Detect Hardware");
  assert.match(await workbench.message(/n150/i), /simulated/i);
  const ticked = await workbench.until("the first tick", () => workbench.tickedSteps(), ({ length }) => length > 0);
  assert.deepEqual(ticked, ["See your hardware"]);
  await workbench.screenshot("walkthrough");
  await workbench.clearMessages();
});

test("the picker lists the models for this box", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand(CHOOSE);
  const rows = await workbench.until("the models", () => workbench.rows(), ({ length }) => length > 3);
  assert.match(await workbench.pickerTitle(), /n150.*simulated/i);
  assert.ok(rows.length > 3);
  await workbench.screenshot("model-picker");
  await workbench.page.keyboard.press("Escape");
});

test("the chosen model's command stands in the terminal, line by line as the command line prints it", LIMIT, async () => {
  await chooseAndCompare(MODEL);
  assert.deepEqual(await session.workbench.terminalNames(), ["Tenstorrent Server"]);
  await session.workbench.screenshot("serving-command");
});

test("the next choice replaces the command that stands there", LIMIT, async () => {
  await chooseAndCompare(OTHER_MODEL);
  assert.deepEqual(await session.workbench.terminalNames(), ["Tenstorrent Server"]);
  await session.workbench.screenshot("serving-command-replaced");
});

test("the explanation opens beside, with a source for every value", LIMIT, async () => {
  const { workbench } = session;
  await workbench.page.getByRole("button", { name: "Explain", exact: true }).last().click();
  const page = await workbench.until("the explanation", () => workbench.framedText(), (text) => text.includes("Where each value comes from"));
  for (const part of [OTHER_MODEL, "--max-model-len", "release 0.", "To try the server", "/v1/models"]) {
    assert.ok(page.includes(part), `${part} is missing in ${page}`);
  }
  await workbench.screenshot("command-explained");
});

test("the files that a command refers to are written on a click, and only then", LIMIT, async () => {
  const { server, workbench } = session;
  const launcher = join(server.sandbox.home, "tt-scratchpad", "start-vllm-server.py");
  assert.equal(existsSync(launcher), false);
  await workbench.page.getByRole("button", { name: "Write Its Files" }).last().click();
  await workbench.message(/Written: .*start-vllm-server\.py/);
  assert.match(readFileSync(launcher, "utf8"), /register_tt_models/);
  await workbench.screenshot("command-files-written");
});

test("a model that only a container can serve gets the command of its container", LIMIT, async () => {
  await chooseAndCompare("whisper-large-v3", /docker run|podman run/);
  await session.workbench.screenshot("container-command");
});

test("the doctor opens its report", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Doctor: Examine This Machine");
  await workbench.until("the report", () => workbench.framedText(), (text) => /Box: N150 \(simulated n150\)/.test(text));
  await workbench.screenshot("doctor");
});

async function chooseAndCompare(model, holds = /vllm/) {
  const { server, workbench } = session;
  await workbench.clearMessages();
  await workbench.runCommand(CHOOSE);
  await workbench.pick(model);
  await workbench.message(new RegExp(model.replaceAll(".", "\\.")));
  // The same program in the same home, asked on the command line.
  const { stdout } = await run(sidecarBinary, ["--simulate", "n150", "command", model], {
    env: server.sandbox.env,
    cwd: server.sandbox.project,
  });
  const expected = commandLines(stdout);
  const shown = await workbench.until(
    "the command in the terminal",
    async () => standingLines(await workbench.terminalText()),
    (lines) => lines.at(-1) === expected.at(-1),
  );
  assert.deepEqual(shown, expected);
  assert.match(stdout, holds);
}
