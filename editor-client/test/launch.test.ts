/** Starting real files that are not a sidecar: each mistake gets its own words. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Origin } from "../src/binary";
import { CrashLimit } from "../src/crashes";
import { FailureError } from "../src/failure";
import { earlyExit, end, launch } from "../src/launch";

const folder = mkdtempSync(join(tmpdir(), "tt-launch-"));
after(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

async function kindOf(path: string, origin: Origin): Promise<string> {
  try {
    await end(await launch({ path, origin }), 50);
    return "started";
  } catch (error) {
    assert.ok(error instanceof FailureError);
    assert.ok(error.failure.why.includes(path), error.failure.why);
    return error.failure.kind;
  }
}

test("a missing file", async () => {
  assert.equal(await kindOf(join(folder, "nothing"), "setting"), "sidecar_missing");
});

test("a file whose loader is missing", async () => {
  assert.equal(await kindOf(file("loader", "#!/no/such/loader\n", 0o755), "bundled"), "sidecar_wrong_system");
});

test("a file that may not be executed is repaired only when it is our own", async () => {
  const path = file("plain", "#!/bin/sh\nexit 0\n", 0o644);
  assert.equal(await kindOf(path, "setting"), "sidecar_not_executable");
  assert.equal(statSync(path).mode & 0o111, 0);
  assert.equal(await kindOf(path, "bundled"), "started");
});

test("a process that ignores a polite end is ended all the same", async () => {
  const path = file("stubborn", '#!/bin/sh\ntrap "" TERM\nwhile :; do sleep 0.05; done\n', 0o755);
  const child = await launch({ path, origin: "path" });
  await end(child, 50);
  assert.ok(child.exitCode !== null || child.signalCode !== null);
});

test("a program for another processor is told from one that fails", () => {
  const foreign = earlyExit("/x", "exit code 126", "/x: cannot execute binary file: Exec format error");
  assert.equal(foreign.kind, "sidecar_wrong_system");
  assert.equal(earlyExit("/x", "exit code 2", '/x: 1: Syntax error: "(" unexpected').kind, "sidecar_wrong_system");
  const failing = earlyExit("/x", "exit code 1", "catalog not found");
  assert.equal(failing.kind, "sidecar_ended_early");
  assert.equal(failing.why, "/x: exit code 1: catalog not found");
});

test("four restarts in three minutes, not a fifth", () => {
  const limit = new CrashLimit();
  assert.deepEqual([0, 1, 2, 3, 4].map((second) => limit.allows(second * 1000)), [true, true, true, true, false]);
  assert.equal(limit.allows(300_000), true);
  limit.clear();
  assert.equal(limit.allows(300_001), true);
});
