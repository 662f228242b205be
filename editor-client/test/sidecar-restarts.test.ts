/** When a change of settings starts the sidecar again. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Restarts } from "../src/sidecar-restarts";
import { pressing, shown } from "./vscode.stub";

const TYPED_MS = 30;

/** How often it was started again, and a piece of work with its end. */
function wishes() {
  const counted = { restarts: 0 };
  const restarts = new Restarts(() => {
    counted.restarts += 1;
    return Promise.resolve();
  }, TYPED_MS);
  const work = (what: string) => {
    let end: (() => void) | undefined;
    const done = restarts.during(what, () => new Promise<void>((resolve) => (end = resolve)));
    return () => {
      end?.();
      return done;
    };
  };
  return { counted, restarts, work };
}

beforeEach(() => {
  shown.length = 0;
  delete pressing.button;
});

test("one restart for a word that is typed letter by letter", async () => {
  const { counted, restarts } = wishes();
  for (let letter = 0; letter < 5; letter += 1) {
    restarts.soon();
    await sleep(TYPED_MS / 6);
  }
  assert.equal(counted.restarts, 0);
  await sleep(3 * TYPED_MS);
  assert.deepEqual([counted.restarts, shown], [1, []]);
});

test("work that is under way is asked about once, and goes on until it is done", async () => {
  const { counted, restarts, work } = wishes();
  pressing.button = "When It Is Done";
  const [end, endOther] = [work("a setup"), work("a benchmark")];
  await restarts.now();
  assert.equal(shown.length, 1);
  assert.match(shown[0] ?? "", /a setup, a benchmark\.$/);
  await end();
  assert.equal(counted.restarts, 0);
  await endOther();
  assert.equal(counted.restarts, 1);
  await work("an answer")();
  assert.equal(counted.restarts, 1);
});

test("whoever wants it now gets it now, and not once more afterwards", async () => {
  const { counted, restarts, work } = wishes();
  const end = work("a setup");
  pressing.button = "Restart Now";
  await restarts.now();
  assert.equal(counted.restarts, 1);
  await end();
  assert.equal(counted.restarts, 1);
});

test("a failed piece of work does not keep it waiting", async () => {
  const { counted, restarts } = wishes();
  const failing = restarts.during("a setup", async () => {
    await sleep(5);
    throw new Error("no space");
  });
  await restarts.now();
  await assert.rejects(failing);
  assert.equal(counted.restarts, 1);
});

test("nothing is started after the end of the editor", async () => {
  const { counted, restarts } = wishes();
  restarts.soon();
  restarts.dispose();
  await sleep(3 * TYPED_MS);
  assert.equal(counted.restarts, 0);
});
