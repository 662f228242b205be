/** Every way through a reset, with the order of its steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResetPlan } from "../src/protocol";
import { resetFlow, type ResetSteps } from "../src/reset-flow";
import { holder, plan, verified } from "./reset-plans";

/** Steps that all go well, and what was done; plans are handed out in order, the last one again and again. */
function steps(plans: readonly ResetPlan[], changes: Partial<ResetSteps> = {}) {
  const done: string[] = [];
  const waiting = [...plans];
  const answer = <T>(step: string, value: T): Promise<T> => {
    done.push(step);
    return Promise.resolve(value);
  };
  const all: ResetSteps = {
    plan: (ids) => answer(`plan ${ids.join()}`.trim(), waiting.length > 1 ? (waiting.shift() ?? plan) : (waiting[0] ?? plan)),
    ask: ({ button }) => answer(`ask ${button ?? "nothing"}`, button !== undefined),
    canRun: (_text, holders) => answer(`can run ${holders.map(({ pid }) => pid).join()}`, true),
    release: (holders) => answer(`release ${holders.map(({ pid }) => pid).join()}`, { schema: 1, gone: [], left: [] }),
    run: (text) => answer(`run ${text}`, true),
    commandEnd: () => answer("wait", { kind: "ended", exitCode: 0 } as const),
    verify: ({ expected }) => answer(`verify ${expected.length}`, verified),
    say: (level, text) => {
      done.push(`say ${level}: ${text}`);
    },
  };
  return { done, steps: { ...all, ...changes } };
}

const RUN = "run tt-smi -r 0000:01:00.0";
const WELL = "say info: n300 is back and alive.";

test("a free board: asked, run, waited for, verified", async () => {
  const { done, steps: all } = steps([plan]);
  assert.equal(await resetFlow(all, ["0000:01:00.0"], "reset"), "verified");
  const look = "plan 0000:01:00.0";
  assert.deepEqual(done, [look, "ask Reset", look, RUN, "wait", "verify 1", WELL]);
});

test("a held board: its holders go first", async () => {
  const { done, steps: all } = steps([{ ...plan, holders: [holder] }, plan]);
  assert.equal(await resetFlow(all, [], "clear"), "verified");
  assert.deepEqual(done, ["plan", "ask Stop Them and Reset", "can run 4711", "release 4711", "plan", RUN, "wait", "verify 1", WELL]);
});

test("a busy terminal saves the holders: nobody is ended for a command that cannot be typed", async () => {
  const { done, steps: all } = steps([{ ...plan, holders: [holder] }], { canRun: () => Promise.resolve(false) });
  assert.equal(await resetFlow(all, [], "clear"), "not run");
  assert.deepEqual(done, ["plan", "ask Stop Them and Reset"]);
});

test("Cancel does nothing", async () => {
  const { done, steps: all } = steps([{ ...plan, holders: [holder] }], { ask: () => Promise.resolve(false) });
  assert.equal(await resetFlow(all, [], "reset"), "refused");
  assert.deepEqual(done, ["plan"]);
});

test("a simulated box is asked about and then left alone", async () => {
  const { done, steps: all } = steps([{ ...plan, holders: [holder], simulated: "n300" }]);
  assert.equal(await resetFlow(all, [], "reset"), "simulated");
  assert.deepEqual(done, ["plan", "ask nothing"]);
});

test("a process that stays prevents the reset", async () => {
  const left = [{ pid: 4711, why: "not permitted", next: "Ask alice." }];
  const { done, steps: all } = steps([{ ...plan, holders: [holder] }], {
    release: () => Promise.resolve({ schema: 1, gone: [], left }),
  });
  assert.equal(await resetFlow(all, [], "reset"), "held");
  assert.match(done.at(-1) ?? "", /^say warning: Nothing was reset.*not permitted\. Ask alice\./);
  assert.ok(!done.includes(RUN));
});

test("a process that came after the question prevents the reset", async () => {
  const { done, steps: all } = steps([plan, { ...plan, holders: [holder] }]);
  assert.equal(await resetFlow(all, [], "reset"), "taken");
  assert.ok(!done.includes(RUN));
});

test("who cannot be stopped is not sent to be stopped", async () => {
  const hidden = { ...plan, holders: [{ ...holder, start_ticks: null }], unseen_holders: true };
  const { done, steps: all } = steps([hidden]);
  assert.equal(await resetFlow(all, [], "reset"), "verified");
  assert.deepEqual(done.slice(0, 4), ["plan", "ask Reset Anyway", "plan", RUN]);
});

test("a busy terminal ends it", async () => {
  const { done, steps: all } = steps([plan], { run: () => Promise.resolve(false) });
  assert.equal(await resetFlow(all, [], "reset"), "not run");
  assert.deepEqual(done, ["plan", "ask Reset", "plan"]);
});

test("whoever does not want to wait gets no verdict", async () => {
  const { done, steps: all } = steps([plan], { commandEnd: () => Promise.resolve(undefined) });
  assert.equal(await resetFlow(all, [], "reset"), "not waited");
  assert.equal(done.at(-1), RUN);
});

test("boards that did not come back are an error, whatever the command said", async () => {
  const bad = { ...verified, ok: false, text: "n300 did not come back", next: "Reset it again." };
  const { done, steps: all } = steps([plan], { verify: () => Promise.resolve(bad) });
  assert.equal(await resetFlow(all, [], "reset"), "problems");
  assert.equal(done.at(-1), "say error: n300 did not come back. Reset it again.");
});
