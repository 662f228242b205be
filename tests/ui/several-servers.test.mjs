/**
 * Two model servers, one in the editor's terminal and one that a shell has started: what a button of a row does, it does
 * to the server of that row.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { sidecarBinary } from "./places.mjs";
import { freePort, furnish, MODEL, processesOf, setMood } from "./serving-home.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 180_000 };
const VIEW = ".sidebar .tree-explorer-viewlet-tree-view";
const run = promisify(execFile);

const port = await freePort();
const otherPort = await freePort();
const session = useSession({ fakeBox: true, prepare });
const left = () => processesOf(session.server.sandbox.home);

function prepare(sandbox) {
  furnish(sandbox, port);
  // As on Debian and Ubuntu. Of a line in parts bash then tells the first part alone.
  appendFileSync(join(sandbox.home, ".bashrc"), "HISTCONTROL=ignoreboth\n");
}

after(() => {
  for (const pid of session.server === undefined ? [] : left()) {
    process.kill(pid, "SIGKILL");
  }
});

test("the log and the stop of a row are those of its server, and Ctrl-C goes to no other", LIMIT, async () => {
  const { server, workbench } = session;
  const { env, home } = server.sandbox;
  setMood(home, "0.05");
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await run(sidecarBinary, ["serve", MODEL, "--install-files", "--detach", "--port", String(otherPort)], { env, timeout: 60_000 });
  const others = left();
  assert.equal(others.length, 2);
  await workbench.runCommand("Tenstorrent: Start a Model Server");
  await workbench.pick(MODEL);
  await workbench.until("the server of the terminal", left, ({ length }) => length === 4);
  const own = left().filter((pid) => !others.includes(pid));
  await workbench.page.locator(".activitybar .action-label[aria-label^='Tenstorrent']").click();
  await workbench.until("two rows", () => rows().count(), (count) => count === 2);
  await workbench.until("both ready", () => rows().allInnerTexts(), (texts) => texts.every((text) => /ready/.test(text)));
  const order = await addresses();
  assert.deepEqual([...order].sort(), [port, otherPort].map((at) => `http://127.0.0.1:${at}`).sort());

  const row = rows().nth(order.findIndex((url) => url.endsWith(`:${otherPort}`)));
  await row.hover();
  await workbench.screenshot("servers-two-rows");
  await row.getByRole("button", { name: "Open the Log of the Model Server" }).click();
  await workbench.until("the other log", () => workbench.editorTabs(), (tabs) => tabs.some((tab) => tab.includes(String(otherPort))));
  await workbench.runCommand("View: Close All Editors");
  await row.hover();
  await row.getByRole("button", { name: "Stop the Model Server" }).click();
  await workbench.until("its end", left, (pids) => !pids.some((pid) => others.includes(pid)), 30_000);
  // The stop has been answered, so nothing more is on its way to the terminal.
  await workbench.until("the end of the stopping", () => workbench.messages(), (all) => !all.some((text) => text.includes("Stopping")), 30_000);
  assert.deepEqual(left(), own);
  assert.doesNotMatch(readFileSync(await ownLog(), "utf8"), /shutdown/);
  await workbench.screenshot("servers-one-stopped");
});

test("the server of the terminal is ended by Ctrl-C, and its prompt comes back", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Stop the Model Server");
  await workbench.until("no process is left", left, ({ length }) => length === 0);
  assert.match(await workbench.terminalText(), /\^C[^]*shutdown complete[^]*\$ $/);
});

/** The rows of servers; both have the name of the one model. */
function rows() {
  return session.workbench.page.locator(`${VIEW} .monaco-list-row[aria-level="2"]`, { hasText: MODEL });
}

/** The addresses of the rows, as a screen reader says them. */
async function addresses() {
  const spoken = await rows().evaluateAll((all) => all.map((row) => row.getAttribute("aria-label")));
  return spoken.map((text) => /http:\/\/[\d.:]+/.exec(text)?.[0]);
}

async function ownLog() {
  const { env } = session.server.sandbox;
  const { stdout } = await run(sidecarBinary, ["--json", "ps"], { env });
  return JSON.parse(stdout).servers.find((server) => server.port === port).log;
}
