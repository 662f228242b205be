/** The end of a sidecar, and what is asked of it in the meantime. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { CancellationToken } from "vscode";
import { slowSidecar } from "./sidecars";
import { pressing, settingsChanged, shown } from "./vscode.stub";

const LIMIT = { timeout: 20_000 };

test("a request during the end of a sidecar waits for it and starts the next one", LIMIT, async () => {
  const { notes, remove, sidecar } = slowSidecar(300);
  try {
    await sidecar.start();
    const stopping = sidecar.stop();
    assert.equal(sidecar.state.kind, "stopping");
    await sidecar.request("tenstorrent/environments", {});
    await stopping;
    assert.deepEqual(notes(), ["start", "end", "start"]);
    assert.equal(sidecar.state.kind, "running");
  } finally {
    await remove();
  }
});

test("who stops a sidecar that is on its way out waits for its end too", LIMIT, async () => {
  const { notes, remove, sidecar } = slowSidecar(300);
  try {
    await sidecar.start();
    const first = sidecar.stop();
    await sidecar.stop();
    assert.deepEqual(notes(), ["start", "end"]);
    assert.equal(sidecar.state.kind, "stopped");
    await first;
  } finally {
    await remove();
  }
});

test("a sidecar that has a setup to end is not cut off in the middle of that", LIMIT, async () => {
  const { notes, remove, sidecar } = slowSidecar(2500);
  try {
    await sidecar.start();
    await sidecar.stop();
    assert.deepEqual(notes(), ["start", "end"]);
  } finally {
    await remove();
  }
});

test("a change of settings does not end a setup unasked", LIMIT, async () => {
  const { notes, remove, sidecar } = slowSidecar(10);
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) } as unknown as CancellationToken;
  try {
    const setup = sidecar.setUp({ model: "m", device: null }, () => undefined, token);
    await sidecar.start();
    settingsChanged.fire({ affectsConfiguration: (name) => name === "tenstorrent.server.port" });
    await sleep(1500);
    assert.deepEqual(notes(), ["start"]);
    assert.match(shown.join(), /ends what it has under way: a setup\./);
    pressing.button = "Restart Now";
    const restart = sidecar.restartWhenFree();
    await assert.rejects(setup);
    await restart;
    assert.deepEqual(notes(), ["start", "end", "start"]);
  } finally {
    await remove();
  }
});
