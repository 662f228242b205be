/** Lessons on a box that cannot do all of them: the list says which, and the lesson says why and what is nearest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };

const session = useSession({ simulate: "p100" });

test("the list says what this box cannot do, and what is nearest", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /p100/i.test(text));
  await workbench.runCommand("Tenstorrent: Open a Lesson for This Machine…");
  await workbench.input().fill("forge");
  const rows = await workbench.until("the lesson", () => workbench.rows(), ({ length }) => length === 1);
  assert.match(rows[0], /not on this machine/);
  assert.match(rows[0], /no model of the engine forge is published for P100\. Nearest: Cook with TT-Metalium/);
  await workbench.screenshot("lesson-list-elsewhere");
});

test("its lesson says so first", LIMIT, async () => {
  const { workbench } = session;
  await workbench.page.keyboard.press("Enter");
  const text = await workbench.until("the lesson", () => workbench.framedText(), (page) => page.includes("cannot do this step"));
  for (const part of ["For a simulated p100", "The nearest that it can: Cook with TT-Metalium", "lesson metalium-cookbook"]) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  assert.ok(!text.includes("On this machine"), text);
  await workbench.screenshot("lesson-elsewhere");
});

test("a lesson that it can do has the commands of this box and of no other", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Open a Lesson for This Machine…");
  await workbench.pick("Serve with vLLM");
  const text = await workbench.until("the lesson", () => workbench.framedText(), (page) => page.includes("MESH_DEVICE"));
  assert.match(text, /on P100: up to \d+ tokens/);
  assert.doesNotMatch(text, /N150|N300|T3K|P150|P300/);
  await workbench.screenshot("lesson-p100");
});

test("its button types nothing, says why, and opens what is nearest", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  const step = "Classify a picture with TT-Forge";
  await workbench.until("the steps", () => workbench.walkthroughSteps(), (steps) => steps.includes(step));
  await workbench.openStep(step);
  await workbench.page.locator(".expanded .button-container .monaco-button:visible", { hasText: "Install TT-Forge" }).click();
  assert.match(await workbench.message(/This machine cannot do/), /no model of the engine forge is published for P100/);
  assert.equal(await workbench.page.locator(".terminal-wrapper").count(), 0);
  await workbench.screenshot("lesson-button-elsewhere");
  await workbench.page.getByRole("button", { name: "Open the Nearest Lesson", exact: true }).click();
  await workbench.until("the lesson", () => workbench.framedText(), (page) => page.includes("game_of_life.py"));
});
