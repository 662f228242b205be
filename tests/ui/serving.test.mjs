/** A model server in its terminal, from the start to its end. Everything is done by commands and buttons, as a person does it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort, furnish, MODEL, processesOf, setMood } from "./serving-home.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 180_000 };
const START = "Tenstorrent: Start a Model Server";
const STOP = "Tenstorrent: Stop the Model Server";
const READY = /n150 · Example-8B ready/i;

const port = await freePort();
const session = useSession({ fakeBox: true, prepare: (sandbox) => furnish(sandbox, port) });

const at = (name) => join(session.server.sandbox.home, name);
const mood = (text) => setMood(session.server.sandbox.home, text);
const left = () => processesOf(session.server.sandbox.home);
const shows = (what, pattern, ms) => session.workbench.until(what, () => session.workbench.statusItem(), ({ text }) => pattern.test(text), ms);
const gone = () => session.workbench.until("no process is left", left, (some) => some.length === 0);
const press = (name) => session.workbench.page.getByRole("button", { name, exact: true }).last().click();

/** What a failed test has left behind, by the numbers that the stand-ins wrote down themselves. */
after(() => {
  for (const pid of session.server === undefined ? [] : left()) {
    process.kill(pid, "SIGKILL");
  }
});

async function start() {
  const { workbench } = session;
  await workbench.clearMessages();
  await workbench.runCommand(START);
  await workbench.pick(MODEL);
}

test("the first start needs a file, writes it on a click, and shows each phase until it answers", LIMIT, async () => {
  const { workbench } = session;
  await shows("the device", /n150/i);
  await start();
  assert.match(await workbench.message(/is not there/), /start-vllm-server\.py is not there/);
  assert.equal(existsSync(at("tt-scratchpad/start-vllm-server.py")), false);
  await workbench.screenshot("serving-needs-its-file");
  await press("Write Its Files and Start");
  await shows("a phase of the start", /n150 · Example-8B starting: \w+/i);
  await workbench.screenshot("serving-starting");
  await shows("the server", READY);
  assert.match(await workbench.message(/answers at/), new RegExp(`answers at http://127\\.0\\.0\\.1:${port}`));
  assert.deepEqual(await workbench.terminalNames(), ["Tenstorrent Server"]);
  const { label } = await workbench.statusItem();
  assert.match(label, /n150.*Example-8B-Instruct at http:\S+ is ready/i);
  await workbench.screenshot("serving-ready");
});

test("the tooltip has its figures, and the menu what one does with it", LIMIT, async () => {
  const { workbench } = session;
  await workbench.clearMessages();
  const tooltip = await workbench.statusTooltip();
  assert.match(tooltip, /Example-8B-Instruct ready/);
  assert.match(tooltip, /0 running, 0 waiting/);
  await workbench.screenshot("serving-tooltip");
  await workbench.openDeviceMenu();
  const rows = (await workbench.rows()).map((row) => row.trim());
  assert.deepEqual(rows.slice(0, 4), ["Stop the Model Server", "Open Server Log", "Copy Endpoint", "Benchmark"]);
  await workbench.screenshot("serving-menu");
  await workbench.pick("Copy Endpoint");
  await workbench.message(/is in the clipboard/);
  assert.equal(await workbench.page.evaluate(() => navigator.clipboard.readText()), `http://127.0.0.1:${port}/v1`);
});

test("its log is the text of its terminal, without the colours", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Open the Log of the Model Server");
  await workbench.until("the log", () => workbench.editorTabs(), (tabs) => tabs.includes(`${port}.log`));
  const text = await workbench.page.locator(".monaco-editor:visible .view-lines").first().innerText();
  assert.match(text.replaceAll("\u00a0", " "), /Initializing a V1 LLM engine/);
  await workbench.runCommand("View: Close All Editors");
});

test("a benchmark is a choice, a count, and a page with a chart", LIMIT, async () => {
  const { workbench } = session;
  await workbench.clearMessages();
  await workbench.runCommand("Tenstorrent: Benchmark the Model Server");
  assert.equal(await workbench.pickerTitle(), `Benchmark ${MODEL}`);
  await workbench.pick("Quick");
  const page = await workbench.until("the page", () => workbench.framedText(), (text) => /First token ms/.test(text), 60_000);
  assert.match(page, /At once/);
  const pictures = workbench.page.frames().map((frame) => frame.locator("img").evaluateAll((all) => all.map(({ naturalWidth }) => naturalWidth)).catch(() => []));
  assert.ok((await Promise.all(pictures)).flat().some((width) => width > 500), "the chart is drawn");
  await workbench.screenshot("serving-benchmark");
  await workbench.runCommand("View: Close All Editors");
});

test("stopping presses Ctrl-C in the terminal, and nothing is left", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand(STOP);
  await gone();
  await shows("the device alone", /n150$/i);
  assert.match(await workbench.terminalText(), /Application shutdown complete[^]*\$ $/);
  assert.doesNotMatch((await workbench.messages()).join("\n"), /has ended/);
});

test("a window that is reloaded in the middle of a start finds it again", LIMIT, async () => {
  const { server, workbench } = session;
  await start();
  await shows("a phase of the start", /starting: \w+/i);
  await workbench.open(server.origin, server.sandbox.project);
  await shows("the start again", /Example-8B (starting|ready)/i);
  await workbench.screenshot("serving-after-reload");
  await shows("the server", READY);
  assert.equal((await workbench.terminalNames()).length, 1);
  await workbench.runCommand(STOP);
  await gone();
  await shows("the device alone", /n150$/i);
});

test("a start that fails says why and can be tried again", LIMIT, async () => {
  const { workbench } = session;
  mood("0.3 die");
  await start();
  assert.match(await workbench.message(/has ended/), /RuntimeError: no device is free/);
  await workbench.screenshot("serving-died");
  mood("0.3");
  await press("Start Again");
  await shows("the server", READY);
});

test("a server that is killed is told as such", LIMIT, async () => {
  const { workbench } = session;
  await workbench.clearMessages();
  process.kill(left()[0], "SIGKILL");
  await workbench.message(/has ended/);
  await shows("the device alone", /n150$/i);
  await workbench.screenshot("serving-killed");
  left().forEach((pid) => process.kill(pid, "SIGKILL"));
});

test("a port that somebody else has is told with who, and the next one is taken on a click", LIMIT, async () => {
  const { workbench } = session;
  const other = createServer((_, answer) => answer.writeHead(404).end());
  await new Promise((resolve) => other.listen(port, "127.0.0.1", resolve));
  try {
    await start();
    const text = await workbench.message(/is taken/);
    assert.match(text, new RegExp(`Port ${port} is taken: .*process ${process.pid}`));
    await workbench.screenshot("serving-port-taken");
    const [button] = (await workbench.messageButtons()).filter((name) => /^Use Port/.test(name));
    await press(button);
    await shows("the server", READY);
    assert.match(await workbench.message(/answers at/), new RegExp(`:${button.split(" ").at(-1)}`));
    await workbench.runCommand(STOP);
    await gone();
  } finally {
    other.close();
  }
});

test("without shell integration the command itself leaves its exit code and its log", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({ "terminal.integrated.shellIntegration.enabled": false });
  await workbench.runCommand("Terminal: Kill All Terminals");
  mood("0.5 die");
  await start();
  assert.match(await workbench.message(/has ended/, 40_000), /RuntimeError: no device is free/);
  mood("0.5");
  await start();
  await shows("a phase of the start", /starting: \w+/i, 40_000);
  await shows("the server", READY, 40_000);
  await workbench.screenshot("serving-without-integration");
  await workbench.runCommand(STOP);
  await gone();
  await shows("the device alone", /n150$/i);
  server.settings({});
  await workbench.runCommand("Terminal: Kill All Terminals");
});

test("twenty rounds leave no process, no busy terminal and no third one", { timeout: 600_000 }, async () => {
  const { workbench } = session;
  mood("0.01");
  for (let round = 0; round < 20; round += 1) {
    await start();
    await shows(`round ${round}: the server`, READY);
    await workbench.runCommand(STOP);
    await gone();
    await shows(`round ${round}: the device alone`, /n150$/i);
  }
  // The folder that the command went to stands behind the name.
  const names = (await workbench.terminalNames()).map((name) => name.split(" - ")[0]);
  assert.deepEqual(names, ["Tenstorrent Server"]);
  assert.doesNotMatch((await workbench.messages()).join("\n"), /busy/);
});
