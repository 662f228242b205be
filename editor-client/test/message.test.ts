/** A button of a message whose work fails says so, however it fails. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FailureError } from "../src/failure";
import { pressed, say } from "../src/message";
import { pressing, shown } from "./vscode.stub";

const failure = { kind: "no_driver", what: "No driver", why: "it is not loaded", next: "Load it." };
const failing = [
  () => {
    throw new FailureError(failure);
  },
  () => Promise.reject(new FailureError(failure)),
];

for (const run of failing) {
  test("the failure of a button is told", async () => {
    shown.length = 0;
    pressing.button = "Go";
    say("info", "Ready.", [{ title: "Go", run }]);
    await sleep(20);
    assert.deepEqual(shown, ["Ready.", "No driver: it is not loaded. Load it."]);
  });
}

test("what the person cancelled is not told", async () => {
  shown.length = 0;
  pressing.button = "Go";
  say("info", "Ready.", [{ title: "Go", run: () => Promise.reject(new FailureError({ ...failure, kind: "cancelled" })) }]);
  await sleep(20);
  assert.deepEqual(shown, ["Ready."]);
});

test("who asks hears which button it was", async () => {
  const [yes, no] = ["Yes", "No"].map((title) => ({ title, run: () => undefined }));
  assert.ok(yes !== undefined && no !== undefined);
  pressing.button = "No";
  assert.equal(await pressed("info", "Shall it?", [yes, no]), no);
  delete pressing.button;
  assert.equal(await pressed("info", "Shall it?", [yes, no]), undefined);
});
