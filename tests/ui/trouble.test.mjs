/**
 * What a person sees when the sidecar is in trouble: one message that says what to do, never a heap of them, and
 * never a status bar that pretends.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { useSession } from "./session.mjs";
import { sidecarPids } from "./sidecar-processes.mjs";

const LIMIT = { timeout: 120_000 };
const KILLS = 12;

const session = useSession();

test("a sidecar that keeps dying ends in one message and a status bar that says so", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  const pids = () => sidecarPids(server.sandbox.home);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const [pid] = await workbench.until("a sidecar, or none for good", pids, ({ length }) => length > 0, 5_000).catch(() => []);
    if (pid === undefined) {
      break;
    }
    process.kill(pid, "SIGKILL");
    await workbench.until("its end", pids, (left) => !left.includes(pid));
  }
  // The second wording is for a kill that came while the sidecar was still starting.
  await workbench.message(/keeps crashing|ended before it was ready/);
  assert.equal((await workbench.messages()).length, 1);
  assert.deepEqual(await workbench.messageButtons(), ["Restart", "Show Log"]);
  assert.match((await workbench.statusItem()).text, /not running/);
  await workbench.screenshot("sidecar-keeps-crashing");
});

test("restarting it by hand is enough", LIMIT, async () => {
  const { workbench } = session;
  await workbench.clearMessages();
  await workbench.runCommand("Tenstorrent: Restart Sidecar");
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  assert.deepEqual(await workbench.messages(), []);
});

test("a setting that names no sidecar is said, with the path and the remedy", LIMIT, async () => {
  const { server, workbench } = session;
  const missing = join(server.sandbox.home, "no-such-sidecar");
  server.settings({ "tenstorrent.sidecar.path": missing });
  const message = await workbench.message(/could not be started/);
  assert.ok(message.includes(missing), message);
  assert.match(message, /tenstorrent\.sidecar\.path/);
  assert.match((await workbench.statusItem()).text, /not running/);
  await workbench.screenshot("sidecar-missing");
});

test("taking the setting back brings the device back", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({});
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
});
