/**
 * The first time in a profile: the question and its three answers, what `auto` does without asking, and the way back. Each
 * time in an editor that has never seen the extension.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { Workbench } from "./workbench.mjs";

const LIMIT = { timeout: 240_000 };
const THEME = "workbench.colorTheme";
const QUESTION = /Tenstorrent is here/;
const ANSWERS = ["Set Up This Editor", "Just the Walkthrough", "Not Now"];
const UNDO = "Tenstorrent: Undo Editor Setup";

let browser;
const opened = [];
after(async () => {
  await browser?.close().catch(() => {});
  for (const server of opened) {
    await server.stop();
  }
}, { timeout: 60_000 });

test("set up: terminal, theme and walkthrough are there, and Undo brings back what was", LIMIT, async () => {
  const { server, workbench } = await firstTime({ "tenstorrent.firstRun": "ask" });
  await workbench.message(QUESTION);
  assert.deepEqual(await workbench.messageButtons(), ANSWERS);
  await workbench.screenshot("first-run-question");
  assert.equal(server.userSettings()[THEME], undefined);
  await press(workbench, ANSWERS[0]);
  await workbench.message(/This editor is set up/);
  await workbench.until("the terminal", () => workbench.terminalNames(), (names) => names.includes("Tenstorrent"));
  await workbench.until("the walkthrough", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  await workbench.until("the theme", () => server.userSettings()[THEME], (theme) => theme === "Tenstorrent Light" || theme === "Tenstorrent Dark");
  // The terminal has not taken the keyboard.
  assert.equal(await workbench.page.locator(".terminal-wrapper.active .xterm.focus").count(), 0);
  await workbench.screenshot("first-run-set-up");
  await workbench.clearMessages();

  await workbench.runCommand(UNDO);
  await workbench.message(/as it was before/);
  await workbench.until("no theme", () => server.userSettings(), (settings) => !(THEME in settings));
  await workbench.until("no terminal", () => workbench.page.locator(".terminal-wrapper").count(), (count) => count === 0);
  await workbench.screenshot("first-run-undone");
  await workbench.clearMessages();
  await workbench.runCommand(UNDO);
  await workbench.message(/nothing to undo/);

  // Whoever has answered is not asked again: not by this browser, and not by another one.
  const again = await anotherBrowser(server);
  await again.until("the device", () => again.statusItem(), ({ text }) => /n150/i.test(text));
  await again.page.waitForTimeout(3_000);
  assert.deepEqual(await again.messages(), []);
});

test("just the walkthrough: nothing else changes", LIMIT, async () => {
  const { server, workbench } = await firstTime({ "tenstorrent.firstRun": "ask" });
  await workbench.message(QUESTION);
  await press(workbench, ANSWERS[1]);
  await workbench.until("the walkthrough", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  assert.equal(server.userSettings()[THEME], undefined);
  assert.equal(await workbench.page.locator(".terminal-wrapper").count(), 0);
  await workbench.screenshot("first-run-walkthrough");
});

test("not now: nothing changes, and the next window does not ask", LIMIT, async () => {
  const { server, workbench } = await firstTime({ "tenstorrent.firstRun": "ask" });
  await workbench.message(QUESTION);
  await press(workbench, ANSWERS[2]);
  await workbench.page.waitForTimeout(1_000);
  await workbench.open(server.origin, server.sandbox.project);
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.page.waitForTimeout(3_000);
  assert.deepEqual(await workbench.messages(), []);
  assert.deepEqual(await workbench.walkthroughSteps(), []);
  assert.equal(server.userSettings()[THEME], undefined);
});

test("a walkthrough that is open stays, and ours is a button away", LIMIT, async () => {
  const { workbench } = await firstTime({ "tenstorrent.firstRun": "off" });
  const title = () => workbench.page.locator(".gettingStartedSlideDetails .category-title:visible").first().innerText();
  await workbench.runCommand("Welcome: Open Walkthrough...");
  await workbench.pick("Serve a Model in Five Minutes");
  await workbench.until("the other walkthrough", title, (name) => name === "Serve a Model in Five Minutes");
  await workbench.runCommand("Tenstorrent: Set Up This Editor");
  await workbench.message(/The page that was open stays/);
  assert.equal(await title(), "Serve a Model in Five Minutes");
  await workbench.screenshot("first-run-open-walkthrough");
  await press(workbench, "Open Walkthrough");
  await workbench.until("ours", title, (name) => name === "Get Started with Tenstorrent");
});

test("auto sets up without asking, and leaves a chosen theme alone", LIMIT, async () => {
  const { server, workbench } = await firstTime({ "tenstorrent.firstRun": "auto", [THEME]: "Monokai" });
  await workbench.message(/This editor is set up/);
  await workbench.until("the walkthrough", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  await workbench.until("the terminal", () => workbench.terminalNames(), (names) => names.includes("Tenstorrent"));
  assert.equal(server.userSettings()[THEME], "Monokai");
  await workbench.screenshot("first-run-auto");
});

async function firstTime(userSettings) {
  const server = await startServer({ userSettings });
  opened.push(server);
  return { server, workbench: await anotherBrowser(server) };
}

/** A browser that has never been here, as the editor sees it. */
async function anotherBrowser(server) {
  await browser?.close().catch(() => {});
  browser = await launchBrowser(server.sandbox);
  const workbench = new Workbench(await openPage(browser, server.origin));
  await workbench.open(server.origin, server.sandbox.project);
  return workbench;
}

async function press(workbench, name) {
  await workbench.page.locator(".notification-list-item-buttons-container .monaco-button:visible", { hasText: name }).first().click();
}
