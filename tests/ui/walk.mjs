/**
 * Walks the walkthrough on one box: every button of every step is pressed as its list has them, first while its tools
 * fail, then while they work. A step is ticked by success alone, and a picture is kept after every button.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { projectRoot } from "./places.mjs";
import { freePort } from "./serving-home.mjs";
import { useSession } from "./session.mjs";
import { ROWS } from "./walk-buttons.mjs";
import { CHAT, furnish, left, startHub } from "./walk-home.mjs";

const LIMIT = { timeout: 300_000 };
const { walkthroughs } = JSON.parse(readFileSync(join(projectRoot, "content", "walkthrough.json"), "utf8"));
/** Those of the original; a lesson that somebody adds needs no row in the table of buttons. */
const FOURTEEN = 14;
const steps = walkthroughs.find(({ id }) => id === "tenstorrent.setup").steps.slice(0, FOURTEEN).map((step) => ({
  ...step,
  buttons: step.description.filter(({ command }) => command !== undefined),
}));
/** What an earlier step brings about besides: a command that serves has been made for this machine. */
const ALSO = { "vllm-production": ["Choose a model"] };

/** `cannot` are the steps that this box cannot do. */
export async function walk(box, { cannot = [] } = {}) {
  const hub = await startHub();
  const port = await freePort();
  const session = useSession({ fakeBox: box, prepare: (sandbox) => furnish(sandbox, { box, hub, port }) });
  const walker = new Walker(session, { box, hub, port });
  after(() => {
    hub.stop();
    // What a failed test has left behind.
    for (const pid of session.server === undefined ? [] : left(session.server.sandbox.home)) {
      process.kill(pid, "SIGKILL");
    }
  });

  test("every button has a row that says what is seen after it was pressed", () => {
    assert.equal(steps.length, FOURTEEN);
    const without = steps.flatMap(({ buttons }) => buttons).filter(({ command }) => ROWS[command] === undefined);
    assert.deepEqual(without, []);
  });

  for (const [index, step] of steps.entries()) {
    const can = !cannot.includes(step.id);
    test(`${index + 1} ${step.title}${can ? "" : ", which this box cannot do"}`, LIMIT, async () => {
      await walker.begin(step);
      const expected = new Set(await walker.ticks());
      // Another step may have brought it about before: a serving command is made for many.
      const before = expected.has(step.title);
      for (const { button, command } of step.buttons) {
        const row = ROWS[command];
        const fails = can ? row.fails : (row.cannot ?? row.fails);
        if (fails !== undefined) {
          const repair = await fails(walker, () => walker.press(step, button));
          await walker.screenshot(step, button, can ? "fails" : "cannot");
          walker.mood(0);
          await repair?.();
          assert.equal(await walker.isTicked(step), before, `${button} failed`);
          await walker.clear();
        }
      }
      for (const { button, command } of step.buttons) {
        const { cannot: refuses, works } = ROWS[command];
        if (can || refuses === undefined && ROWS[command].fails === undefined) {
          const afterwards = await works(walker, () => walker.press(step, button));
          await walker.screenshot(step, button);
          await afterwards?.();
          await walker.clear();
        }
      }
      if (can) {
        [step.title, ...(ALSO[step.id] ?? [])].forEach((title) => expected.add(title));
      }
      const shown = await walker.until("the ticks", () => walker.ticks(), (titles) => titles.length === expected.size);
      assert.deepEqual(new Set(shown), expected);
      await walker.screenshot(step, "ticked");
    });
  }

  test("every step that this box can do is ticked, and nothing is left running", LIMIT, async () => {
    const can = steps.filter(({ id }) => !cannot.includes(id)).map(({ title }) => title);
    assert.deepEqual(await walker.ticks(), can);
    await walker.stopServer();
    await walker.until("no process is left", () => left(walker.home), (pids) => pids.length === 0);
  });
}

/** What a row of the table needs: the editor, the box, and the moods of the tools. */
class Walker {
  constructor(session, { box, hub, port }) {
    Object.assign(this, { session, boxName: box, hub, port });
  }

  get workbench() {
    return this.session.workbench;
  }

  get page() {
    return this.workbench.page;
  }

  get home() {
    return this.session.server.sandbox.home;
  }

  get files() {
    return this.session.server.box;
  }

  at(...names) {
    return join(this.home, ...names);
  }

  /** How the stand-ins end from now on: 0 is well. */
  mood(code) {
    writeFileSync(this.at("mood"), `${code}\n`);
  }

  calls() {
    return existsSync(this.at("calls")) ? readFileSync(this.at("calls"), "utf8").trim().split("\n") : [];
  }

  until(...args) {
    return this.workbench.until(...args);
  }

  message(pattern, ms = 40_000) {
    return this.workbench.message(pattern, ms);
  }

  async begin(step) {
    await this.status(new RegExp(this.boxName, "i"));
    await this.show();
    await this.workbench.openStep(step.title);
  }

  /** Brings the walkthrough on screen. */
  async show() {
    const { workbench } = this;
    if (!(await this.page.locator(".gettingStartedSlideDetails .getting-started-step").first().isVisible())) {
      await workbench.runCommand("Tenstorrent: Open Walkthrough");
    }
    await this.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length === steps.length);
  }

  async press(step, button) {
    await this.show();
    await this.workbench.openStep(step.title);
    const buttons = this.page.locator(".gettingStartedSlideDetails .expanded .button-container .monaco-button:visible");
    await buttons.filter({ hasText: new RegExp(`^\\s*${button}\\s*$`) }).click();
  }

  /** Presses a button of a message. */
  async answer(button) {
    const shown = this.page.locator(".notification-list-item-buttons-container .monaco-button:visible");
    const wanted = shown.filter({ hasText: new RegExp(`^\\s*${button}\\s*$`) }).first();
    await wanted.waitFor();
    // A message of progress that goes away moves the others, and the click meets what was there before.
    await this.workbench.retry(`press ${button}`, async () => {
      if (await wanted.isVisible()) {
        await wanted.click({ timeout: 5_000 });
        await wanted.waitFor({ state: "hidden", timeout: 3_000 });
      }
    });
  }

  /** Waits for buttons of messages. */
  buttons(names) {
    const all = (shown) => names.every((name) => shown.includes(name));
    return this.until(names.join(", "), () => this.workbench.messageButtons(), all, 60_000);
  }

  async ticks() {
    await this.show();
    return (await this.workbench.tickedSteps()).filter((ticked) => steps.some(({ title }) => title === ticked));
  }

  async isTicked({ title }) {
    return (await this.ticks()).includes(title);
  }

  status(pattern) {
    return this.until("the status bar", () => this.workbench.statusItem(), ({ text }) => pattern.test(text), 60_000);
  }

  /** Waits for an open editor of that name. */
  opened(name) {
    return this.until(name, () => this.workbench.editorTabs(), (tabs) => tabs.includes(name));
  }

  /** Waits for words in the active terminal. */
  terminal(pattern) {
    return this.until(String(pattern), () => this.workbench.terminalText(), (text) => pattern.test(text), 40_000);
  }

  /** Types a line into the active terminal. */
  async type(text) {
    await this.page.locator(".terminal-wrapper.active .xterm-screen:visible").first().click();
    await this.page.keyboard.type(`${text}\n`, { delay: 10 });
  }

  /** Waits for a page in a frame. */
  framed(pattern) {
    return this.until(String(pattern), () => this.workbench.framedText(), (text) => pattern.test(text), 40_000);
  }

  /** Waits for words in an answer of the chat. */
  chatSays(pattern) {
    const answers = this.page.locator(".interactive-session .interactive-response");
    return this.until(String(pattern), () => answers.allInnerTexts(), (texts) => texts.some((text) => pattern.test(text)), 40_000);
  }

  /** The server of the model for chats, by the command that everybody has. */
  async startServer(name = CHAT) {
    await this.workbench.runCommand("Tenstorrent: Start a Model Server");
    await this.workbench.pick(name);
    await this.status(/ready/i);
    await this.workbench.clearMessages();
  }

  async stopServer() {
    if (left(this.home).length > 0) {
      await this.workbench.runCommand("Tenstorrent: Stop the Model Server");
      await this.until("the end of the server", () => left(this.home), (pids) => pids.length === 0, 40_000);
      await this.status(new RegExp(`${this.boxName}$`, "i"));
    }
  }

  /** Takes away what a button has left on screen, but for terminals and the walkthrough. */
  async clear() {
    const cancel = this.page.locator(".monaco-dialog-box").getByRole("button", { name: "Cancel", exact: true });
    if (await cancel.isVisible()) {
      await this.workbench.answer("Cancel");
    }
    await this.workbench.closePicker();
    await this.workbench.clearMessages();
    // On a busy machine the command is carried out later, and must not take the next message away.
    await this.page.waitForTimeout(500);
    const tabs = await this.workbench.editorTabs();
    if (tabs.length > 1) {
      await this.workbench.runCommand("View: Close All Editors");
    }
  }

  screenshot({ id }, button, kind) {
    const number = String(steps.findIndex((step) => step.id === id) + 1).padStart(2, "0");
    const name = [`walk-${this.boxName}-${number}`, button.replaceAll(/\W+/g, "-").toLowerCase(), kind].filter(Boolean).join("-");
    return this.workbench.screenshot(name);
  }
}
