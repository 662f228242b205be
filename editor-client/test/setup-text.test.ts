import assert from "node:assert/strict";
import { test } from "node:test";
import type { SetupPlan, SetupProgress, StepProgress } from "../src/protocol";
import { duration, logOf, news, obstaclesText, planText, progressText } from "../src/setup-text";

const step: StepProgress = {
  id: "image", title: "Pull the image", state: "running", done: 10, total: 40, unit: "bytes", rate: 1, seconds_left: 90,
  stalled: false, line: "layer 1", log: "/logs/image.log", ran: true,
};
const progress: SetupProgress = {
  schema: 1, kind: "report", title: "", message: "", plan: "p", state: "running", step: 2, of: 5, joined: false, failure: null, failed: null,
  steps: [{ ...step, id: "volume", title: "Make the volume", state: "done", line: "", log: null }, step],
};

test("the line under the title says how far it is, what runs, and what is left", () => {
  assert.equal(progressText(progress), "2 of 5 steps · Pull the image, 25 %, about 2 min left");
  const silent = { ...step, total: null, seconds_left: null, stalled: true };
  assert.equal(
    progressText({ ...progress, joined: true, steps: [silent] }),
    "2 of 5 steps · another window runs it · Pull the image, nothing heard for a minute",
  );
  const waiting = { ...step, state: "waiting" as const, done: null, seconds_left: null };
  assert.equal(progressText({ ...progress, steps: [waiting] }), "2 of 5 steps · Pull the image, waits for you");
});

test("nobody plans by the second", () => {
  assert.deepEqual([5, 59.2, 61, 5340, 6000].map(duration), ["5 s", "60 s", "2 min", "89 min", "2 h"]);
});

test("the channel gets what is new, and the log is that of the step that failed", () => {
  assert.deepEqual(news(undefined, progress), ["[Make the volume] done", "[Pull the image] running", "[Pull the image] layer 1"]);
  assert.deepEqual(news(progress, progress), []);
  assert.deepEqual(news(progress, { ...progress, steps: [{ ...step, line: "layer 2" }] }), ["[Pull the image] layer 2"]);
  const failed = { ...step, state: "failed" as const, log: "/logs/failed.log" };
  assert.equal(logOf({ ...progress, steps: [failed, step] }), "/logs/failed.log");
  assert.equal(logOf(progress), "/logs/image.log");
  assert.equal(logOf(undefined), undefined);
});

test("what stands in the way is said at once, and a warning does not", () => {
  const obstacle = { id: "disk", blocking: true, what: "The disk is too small", why: "", next: "Free 9 GB." };
  const plan = {
    model_name: "M", device_type: "N150", steps: [{ done: true }, { done: false }], obstacles: [obstacle],
  } as unknown as SetupPlan;
  assert.equal(obstaclesText(plan), "M cannot be set up yet. The disk is too small. Free 9 GB.");
  assert.equal(obstaclesText({ ...plan, obstacles: [{ ...obstacle, blocking: false }] }), "");
  assert.match(planText(plan), /^Set up M on N150: 1 of 2 steps are done\./);
});
