/** Only a setup that was cut off is offered again, and only while something is left of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError } from "../src/failure";
import type { Parts } from "../src/parts";
import { run } from "../src/setup";
import { offerUnfinished } from "../src/setup-unfinished";
import { pressing, progressToken, shown } from "./vscode.stub";

const GOAL = { model: "id", device: null, name: "Llama" };

/** A window that remembers, with a sidecar whose setups end like this, and whose plan has these steps. */
function window(end: () => Promise<unknown>, steps: readonly boolean[] = [true, false]) {
  const kept = new Map<string, unknown>();
  const parts = {
    context: {
      workspaceState: {
        get: (key: string) => kept.get(key),
        update: (key: string, value: unknown) => {
          if (value === undefined) {
            kept.delete(key);
          } else {
            kept.set(key, value);
          }
          return Promise.resolve();
        },
      },
    },
    sidecar: { setUp: end, request: () => Promise.resolve({ steps: steps.map((done) => ({ done })) }) },
  };
  return { kept, parts: parts as unknown as Parts };
}

const fails = (kind: string) => () => Promise.reject(new FailureError({ kind, what: "w", why: "y", next: "n" }));

async function leftBy(end: () => Promise<unknown>, cancelled = false): Promise<boolean> {
  const { kept, parts } = window(end);
  progressToken.isCancellationRequested = cancelled;
  await run(parts, GOAL);
  progressToken.isCancellationRequested = false;
  return kept.size > 0;
}

test("what the person was told about is not offered again", async () => {
  assert.equal(await leftBy(() => Promise.resolve({ text: "ready" })), false, "done");
  assert.equal(await leftBy(fails("tool")), false, "failed");
  assert.equal(await leftBy(fails("cancelled"), true), false, "Cancel was pressed");
});

test("what was cut off is kept: the sidecar ends a setup too when the window goes", async () => {
  assert.equal(await leftBy(fails("cancelled")), true);
  assert.equal(await leftBy(fails("sidecar_stopped")), true);
  const during = window(() => {
    assert.equal(during.kept.size, 1, "while it runs");
    return Promise.resolve({ text: "" });
  });
  await run(during.parts, GOAL);
});

/** What is said and done about a setup that was left behind. */
async function offered(steps: readonly boolean[], button?: string) {
  const { kept, parts } = window(() => Promise.resolve({ text: "" }), steps);
  kept.set("setup.unfinished", GOAL);
  shown.length = 0;
  if (button !== undefined) {
    pressing.button = button;
  }
  let carried = 0;
  await offerUnfinished(parts, () => Promise.resolve((carried += 1)));
  delete pressing.button;
  return { said: shown.length, carried, kept: kept.size };
}

test("it is offered once, and a message that is closed is an answer", async () => {
  assert.deepEqual(await offered([true, false], "Carry On"), { said: 1, carried: 1, kept: 1 });
  assert.deepEqual(await offered([true, false], "Forget It"), { said: 1, carried: 0, kept: 0 });
  assert.deepEqual(await offered([true, false]), { said: 1, carried: 0, kept: 0 });
});

test("what has been done elsewhere meanwhile is not offered", async () => {
  assert.deepEqual(await offered([true, true]), { said: 0, carried: 0, kept: 0 });
});
