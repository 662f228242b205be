/**
 * The view "Tenstorrent" on two boxes: devices, server, models, environments and lessons with their states, the buttons of a
 * row, what a screen reader says, and what stands there when nothing runs.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { Workbench } from "./workbench.mjs";

const LIMIT = { timeout: 240_000 };
const VIEW = ".sidebar .tree-explorer-viewlet-tree-view";
let browser;
let server;
after(async () => {
  await browser?.close().catch(() => {});
  await server?.stop();
}, { timeout: 60_000 });

for (const [box, boards] of [["n150", 1], ["p300x2", 2]]) {
  test(`${box}: every section has what this box has`, LIMIT, async () => {
    const workbench = await editorOn(box);
    await openView(workbench);
    assert.deepEqual(await labels(workbench, 1), ["Devices", "Model Server", "Models", "Environments", "Lessons"]);
    const first = await workbench.until("the boards", () => texts(workbench), (rows) => rows.filter((row) => / °C/.test(row)).length === boards);
    assert.match(first[0], new RegExp(`Devices.*${box}`, "i"));
    assert.ok(first.some((row) => row.startsWith("No model server runs")), first.join("\n"));
    await workbench.screenshot(`tree-${box}`);

    await toggle(workbench, "Devices");
    await toggle(workbench, "Models");
    const models = await workbench.until("the models", () => texts(workbench), (rows) => rows.some((row) => /^All \d+ models…/.test(row)));
    assert.ok(models.some((row) => /needs setup|needs download|ready/.test(row)), models.join("\n"));
    await workbench.screenshot(`tree-${box}-models`);
    await toggle(workbench, "Models");
    await toggle(workbench, "Environments");
    await workbench.until("the environments", () => texts(workbench), (rows) => rows.some((row) => row.startsWith("None yet")));
    await toggle(workbench, "Environments");
    await toggle(workbench, "Lessons");
    const lessons = await workbench.until("the lessons", () => texts(workbench), (rows) => rows.some((row) => row.includes("See your hardware")));
    // The boards were seen by the view itself.
    assert.ok(lessons.some((row) => /^See your hardware\s*done/.test(row)), lessons.join("\n"));
    await workbench.screenshot(`tree-${box}-lessons`);
    const spoken = await row(workbench, "See your hardware").getAttribute("aria-label");
    assert.match(spoken, /See your hardware, done/);
  });
}

test("a lesson opens, a model's buttons are those of its state, and a menu has the commands", LIMIT, async () => {
  const workbench = await editorOn("n150");
  await openView(workbench);
  await toggle(workbench, "Devices");
  await toggle(workbench, "Models");
  const model = row(workbench, "needs setup");
  await model.hover();
  assert.equal(await model.getByRole("button", { name: "Set Up a Model" }).count(), 1);
  await model.click({ button: "right" });
  const items = workbench.page.locator(".monaco-menu .action-label");
  await items.first().waitFor();
  const names = (await items.allInnerTexts()).filter(Boolean);
  assert.deepEqual(names, ["Choose a Model and Prepare Its Serving Command", "Set Up a Model", "Download a Model", "Show a Model's Details"]);
  await workbench.screenshot("tree-menu");
  await workbench.page.keyboard.press("Escape");
  await model.hover();
  await model.getByRole("button", { name: "Set Up a Model" }).click();
  await workbench.until("the plan of that model", () => workbench.editorTabs(), (tabs) => tabs.some((tab) => tab.startsWith("Set up ")));
  await workbench.until("its text", () => workbench.framedText(), (text) => text.includes("tt-metal"));
  await toggle(workbench, "Models");
  await toggle(workbench, "Lessons");
  await row(workbench, "Verify the installation").click();
  await workbench.until("the lesson", () => workbench.framedText(), (text) => text.includes("run_op_on_device"));
});

test("without a sidecar the view says so, and its button brings it back", LIMIT, async () => {
  const workbench = await editorOn("n150");
  server.settings({ "tenstorrent.sidecar.path": "/no/such/tt-jukebox" });
  await openView(workbench, false);
  const welcome = workbench.page.locator(".sidebar .welcome-view-content");
  await workbench.until("the words", () => welcome.innerText().catch(() => ""), (text) => /does not run/.test(text));
  await workbench.screenshot("tree-no-sidecar");
  server.settings({});
  await workbench.until("the sections", () => labels(workbench, 1), ({ length }) => length === 5);
});

async function editorOn(simulate) {
  await browser?.close().catch(() => {});
  await server?.stop();
  server = await startServer({ simulate });
  browser = await launchBrowser(server.sandbox);
  const workbench = new Workbench(await openPage(browser, server.origin));
  await workbench.open(server.origin, server.sandbox.project);
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150|p300/i.test(text));
  return workbench;
}

async function openView(workbench, withRows = true) {
  await workbench.page.locator(".activitybar .action-label[aria-label^='Tenstorrent']").click();
  if (withRows) {
    await workbench.until("the sections", () => labels(workbench, 1), ({ length }) => length === 5);
  }
}

function row(workbench, text) {
  return workbench.page.locator(`${VIEW} .monaco-list-row`, { hasText: text }).first();
}

async function toggle(workbench, label) {
  await workbench.page.locator(`${VIEW} .monaco-list-row[aria-level="1"]`, { hasText: label }).first().click();
}

/** The rows on screen: what stands in each, its description after the label. */
async function texts(workbench) {
  const rows = await workbench.page.locator(`${VIEW} .monaco-list-row .monaco-icon-label-container`).allInnerTexts();
  return rows.map((text) => text.replaceAll(/\s+/g, " ").trim());
}

function labels(workbench, level) {
  return workbench.page.locator(`${VIEW} .monaco-list-row[aria-level="${level}"] .label-name`).allInnerTexts();
}
