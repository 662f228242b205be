/**
 * The walkthroughs in the editor: every step with its page, a tick only for what is proved, and the lesson with the
 * commands of this box. A picture of every step.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { projectRoot } from "./places.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 240_000 };
const { walkthroughs } = JSON.parse(readFileSync(join(projectRoot, "content", "walkthrough.json"), "utf8"));
const [setup] = walkthroughs;

const session = useSession();

test("the walkthrough has the steps of its list, and none is ticked before anything was done", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  const titles = setup.steps.map(({ title }) => title);
  const shown = await workbench.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length === titles.length);
  assert.deepEqual(shown, titles);
  assert.deepEqual(await workbench.tickedSteps(), []);
});

test("every step has its buttons and its page, without anything left to fill in", LIMIT, async () => {
  const { workbench } = session;
  const manifest = JSON.parse(readFileSync(join(projectRoot, "editor-client", "package.json"), "utf8"));
  const declared = new Set(manifest.contributes.commands.map(({ command }) => command));
  for (const step of setup.steps) {
    await workbench.openStep(step.title);
    const isPage = (page) => page.replaceAll(/\s+/g, " ").includes(`${step.title} What you will have`);
    const text = await workbench.until(`the page of ${step.id}`, () => workbench.framedText(), isPage);
    assert.ok(!text.includes("{{"), text);
    const buttons = step.description.filter(({ command }) => declared.has(command)).map(({ button }) => button);
    assert.deepEqual(await workbench.stepButtons(), [...buttons, "This Lesson for This Machine"], step.id);
    await workbench.screenshot(`lesson-${step.lesson.replace(".md", "")}`);
  }
});

test("a look at the hardware ticks its step", LIMIT, async () => {
  const { workbench } = session;
  await workbench.openStep(setup.steps[0].title);
  await workbench.page.locator(".button-container .monaco-button:visible", { hasText: "Detect Hardware" }).click();
  await workbench.message(/n150/i);
  const ticked = await workbench.until("the tick", () => workbench.tickedSteps(), ({ length }) => length > 0);
  assert.ok(ticked.includes(setup.steps[0].title), ticked.join(", "));
  await workbench.screenshot("lesson-ticked");
  await workbench.clearMessages();
});

test("the lesson for this machine has its commands", LIMIT, async () => {
  const { workbench } = session;
  await workbench.openStep("Serve with vLLM");
  await workbench.page.locator(".button-container .monaco-button:visible", { hasText: "This Lesson for This Machine" }).click();
  const text = await workbench.until("the lesson", () => workbench.framedText(), (page) => page.includes("--max-model-len"));
  await workbench.page.mouse.move(1_000, 600);
  await workbench.page.mouse.wheel(0, 420);
  for (const part of ["For a simulated n150", "MESH_DEVICE=N150", "up to 65536 tokens", "/v1/chat/completions"]) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  await workbench.screenshot("lesson-for-this-machine");
});

test("the list of lessons says which cannot be done here", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Open a Lesson for This Machine…");
  const rows = await workbench.until("the lessons", () => workbench.rows(), ({ length }) => length > 5);
  assert.match(rows[0].label ?? rows[0], /See your hardware/);
  await workbench.screenshot("lesson-list");
  await workbench.page.keyboard.press("Escape");
});
