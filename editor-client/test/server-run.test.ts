/** A command that stands in the terminal of the server is followed once it runs, and nothing else is taken for it. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Terminal } from "vscode";
import type { Parts } from "../src/parts";
import { ServerRun, type Prepared } from "../src/server-run";
import { terminalEvents } from "./vscode.stub";

const TEXT = "cd /home/me/tt-vllm && \\\nenv \\\n  MESH_DEVICE=N150 \\\n  /env/bin/python /home/me/launch.py \\\n    --model a/b \\\n    --port 8000";
const EDITED = TEXT.replace("8000", "9000");
const folder = mkdtempSync(join(tmpdir(), "tt-run-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** A command that stands at the prompt; what the sidecar is told of it, and what runs in the terminal. */
function standing(traced: boolean) {
  const told: string[] = [];
  const typed = { text: TEXT };
  const request = (method: string) => {
    told.push(method);
    return Promise.resolve({});
  };
  const run = new ServerRun({
    context: { globalStorageUri: { fsPath: folder } },
    log: { warn: () => undefined },
    sidecar: { request },
    servers: { take: () => undefined },
    terminals: { state: () => typed },
  } as unknown as Parts);
  const terminal = { name: "Tenstorrent Server", processId: Promise.resolve(7), exitStatus: undefined } as unknown as Terminal;
  const marker = join(folder, `${Math.random()}`);
  const command = { program: "/env/bin/python", args: ["/home/me/launch.py"], model_id: "m", model_name: "M" } as Prepared["command"];
  run.expect({ command, port: 8000, traces: traced ? { marker, log: join(folder, "log") } : undefined }, terminal);
  const runs = (value: string) => {
    terminalEvents.started.fire({ terminal, execution: { commandLine: { value }, read: async function* () { /* Says nothing. */ } } });
    return sleep(10);
  };
  return { marker, run, runs, told, typed };
}

test("the command is followed when it runs, also when the person has changed it", async () => {
  for (const line of [TEXT, EDITED]) {
    const { run, runs, told } = standing(false);
    await runs(line);
    assert.deepEqual(told, ["tenstorrent/server/started"], line);
    run.dispose();
  }
});

test("another Python program is not that server, and after it the command does not stand there any more", async () => {
  const { run, runs, told } = standing(false);
  await runs("/env/bin/python train.py");
  await runs(TEXT);
  assert.deepEqual(told, []);
  run.dispose();
});

test("what was typed there later is not that server, whatever it looks like", async () => {
  const { run, runs, told, typed } = standing(false);
  typed.text = "python chat.py";
  await runs(TEXT);
  assert.deepEqual(told, []);
  run.dispose();
});

test("without shell integration the marker of the command tells that it runs, and no other program", { timeout: 10_000 }, async () => {
  const { marker, run, told } = standing(true);
  await sleep(1200);
  assert.deepEqual(told, []);
  writeFileSync(marker, "7 (sh) S\n");
  while (told.length === 0) {
    await sleep(50);
  }
  assert.deepEqual(told, ["tenstorrent/server/started"]);
  run.dispose();
});
