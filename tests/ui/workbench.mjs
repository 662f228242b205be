/**
 * The editor as the tests see it: one page object that opens the workbench, runs commands, and reads the status
 * bar, pickers, messages and terminals. Selectors of VS Code's own markup live here and, for the
 * rows of a picker one by one, in quick-pick.mjs.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { screensFolder } from "./places.mjs";
import { KEYS } from "./server.mjs";

const PATIENCE_MS = 20_000;
/** As long as two seconds: a picture without its page is still a picture. */
const LOOKS_AT_FRAMES = 40;
const ATTEMPTS = 3;
const STATUS_ITEM = '.statusbar-item[id^="tenstorrent-jukebox.tt-jukebox."]';

export class Workbench {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** Opens `folder` and waits for the workbench; the extension comes up after it. */
  async open(origin, folder) {
    const address = new URL(origin);
    address.searchParams.set("folder", folder);
    await this.page.goto(address.href, { timeout: 60_000 });
    await this.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
  }

  /** Runs a command by its title from the palette. The palette loses keystrokes while the workbench is busy. */
  async runCommand(title) {
    await this.retry(`run "${title}"`, async () => {
      await this.closePicker();
      await this.page.keyboard.press("F1");
      await this.input().fill(`>${title}`, { timeout: 5_000 });
      await this.row(title).click({ timeout: 5_000 });
    });
  }

  /** Closes the open picker, if there is one: without one Escape would reach a shell, and twice is its key for completion. */
  async closePicker() {
    if (await this.input().isVisible()) {
      await this.page.keyboard.press("Escape");
    }
  }

  input() {
    return this.page.locator(".quick-input-widget:visible .quick-input-box input");
  }

  /** The first row of the open picker that holds `text`. */
  row(text) {
    return this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row", { hasText: text }).first();
  }

  /** The texts of the rows the open picker shows. */
  async rows() {
    const rows = this.page.locator(".quick-input-widget:visible .quick-input-list .monaco-list-row");
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** Types `text` into the open picker and takes the row that holds it. */
  async pick(text) {
    await this.input().fill(text);
    await this.row(text).click();
  }

  /** The title of the open picker. */
  pickerTitle() {
    return this.page.locator(".quick-input-widget:visible .quick-input-title").innerText();
  }

  /** The titles of the steps of the walkthrough on screen. */
  async walkthroughSteps() {
    const titles = await this.page.locator(".gettingStartedSlideDetails .step-title:visible").allInnerTexts();
    return titles.map((title) => title.trim());
  }

  /** Titles of the steps that are ticked. */
  async tickedSteps() {
    const steps = this.page.locator(".gettingStartedSlideDetails .getting-started-step:visible");
    const ticked = steps.filter({ has: this.page.locator(".codicon.complete") });
    const titles = await ticked.locator(".step-title").allInnerTexts();
    return titles.map((title) => title.trim());
  }

  /** Opens a step of the walkthrough that is on screen; its page follows. */
  async openStep(title) {
    const steps = this.page.locator(".gettingStartedSlideDetails .getting-started-step:visible");
    const step = steps.filter({ has: this.page.locator(".step-title", { hasText: title }) }).first();
    if (!(await step.evaluate((element) => element.classList.contains("expanded")))) {
      await step.locator(".step-title").click();
    }
  }

  /** The buttons of the step that is open. */
  async stepButtons() {
    const buttons = await this.page.locator(".gettingStartedSlideDetails .expanded .button-container .monaco-button:visible").allInnerTexts();
    return buttons.map((title) => title.trim());
  }

  /** What the pages drawn in frames say: a lesson beside the walkthrough's steps, a rendered document. */
  async framedText() {
    const frames = this.page.frames().filter((frame) => frame !== this.page.mainFrame());
    const texts = await Promise.all(frames.map((frame) => frame.locator("body").innerText({ timeout: 1_000 }).catch(() => "")));
    return texts.join("\n");
  }

  /** The extension's status bar item: its shown text and what a screen reader says. */
  async statusItem() {
    const item = this.page.locator(STATUS_ITEM).first();
    await item.waitFor();
    const text = (await item.innerText()).trim();
    const label = (await item.locator("[aria-label]").first().getAttribute("aria-label")) ?? "";
    return { text, label };
  }

  /** How the status bar item looks: its icon and its colour, `warning`, `error` or none. */
  async statusLook() {
    const item = this.page.locator(STATUS_ITEM).first();
    const classes = (await item.getAttribute("class")) ?? "";
    const icons = (await item.locator(".codicon").first().getAttribute("class")) ?? "";
    return {
      icon: /codicon-(?!modifier)([\w-]+)/.exec(icons)?.[1],
      colour: /\b(warning|error)-kind\b/.exec(classes)?.[1],
    };
  }

  /** Opens the menu behind the status bar item and waits for its first row. */
  async openDeviceMenu() {
    await this.retry("open the device menu", async () => {
      await this.closePicker();
      await this.page.locator(STATUS_ITEM).first().click();
      await this.row("Refresh").waitFor({ timeout: 5_000 });
    });
  }

  /** Waits for the modal question and returns its texts and the names of its buttons. */
  async question() {
    const box = this.page.locator(".monaco-dialog-box");
    await box.waitFor();
    return {
      message: await box.locator(".dialog-message-text").innerText(),
      detail: await box.locator(".dialog-message-detail").innerText(),
      buttons: (await box.locator(".dialog-buttons .monaco-button").allInnerTexts()).map((name) => name.trim()),
    };
  }

  /** Presses a button of the modal question. */
  async answer(button) {
    const box = this.page.locator(".monaco-dialog-box");
    await box.getByRole("button", { name: button, exact: true }).click();
    await box.waitFor({ state: "detached" });
  }

  /** Shows the tooltip of the status bar item and returns its text. */
  async statusTooltip() {
    return this.retry("read the status bar's tooltip", async () => {
      await this.page.mouse.move(600, 300);
      await this.page.locator(STATUS_ITEM).first().hover();
      const hover = this.page.locator(".monaco-hover:visible").first();
      await hover.waitFor({ timeout: 5_000 });
      return hover.innerText();
    });
  }

  /** The names of the open editors. */
  editorTabs() {
    return this.page.locator(".tabs-container .tab").evaluateAll((tabs) => tabs.map((tab) => tab.dataset.resourceName));
  }

  /** The messages on screen. */
  async messages() {
    return this.page.locator(".notification-list-item-message:visible").allInnerTexts();
  }

  /** The buttons of the messages on screen. */
  async messageButtons() {
    return this.page.locator(".notification-list-item-buttons-container .monaco-button:visible").allInnerTexts();
  }

  /** Takes all messages away, also those in the notification centre. */
  async clearMessages() {
    await this.runCommand("Notifications: Clear All Notifications");
  }

  /** Waits for a message that matches and returns it. */
  async message(pattern, timeoutMs = PATIENCE_MS) {
    const found = this.page.locator(".notification-list-item-message:visible", { hasText: pattern });
    await found.first().waitFor({ timeout: timeoutMs });
    return found.first().innerText();
  }

  /** The names of the open terminals, from the tab list or, with a single one, from the panel's title. */
  async terminalNames() {
    const tabs = this.page.locator(".terminal-tabs-entry .label-name, .single-terminal-tab");
    await tabs.first().waitFor();
    return (await tabs.allInnerTexts()).map((name) => name.trim());
  }

  /** The whole text of the active terminal, wrapped rows joined, copied as a person would. */
  async terminalText() {
    // A terminal behind this one is active in its own group; and sticky scroll puts a second, smaller screen over it.
    const screen = this.page.locator(".terminal-wrapper.active .xterm-screen:visible").first();
    await screen.click();
    await this.page.evaluate(() => navigator.clipboard.writeText(""));
    await this.page.keyboard.press(KEYS.selectAll);
    await this.page.keyboard.press(KEYS.copy);
    const text = await this.page.evaluate(() => navigator.clipboard.readText());
    // A click without a drag takes the selection away again.
    await screen.click();
    return text.replaceAll("\r", "").replaceAll("\u00a0", " ");
  }

  /** Types at the empty prompt of the active terminal, as a person does, and leaves it there. */
  async typeInTerminal(text) {
    await this.page.locator(".terminal-wrapper.active .xterm-screen:visible").first().click();
    // An Escape that was meant for a picker can have reached the shell, which takes it for the start of a key; and
    // what is typed while the shell deals with Ctrl-C is lost.
    await this.page.keyboard.press("Control+c");
    await this.page.waitForTimeout(1_000);
    await this.page.keyboard.type(text, { delay: 20 });
    await this.until(`"${text}" at the prompt`, () => this.terminalText(), (shown) => shown.trimEnd().endsWith(`$ ${text}`));
  }

  /** Waits until `read()` answers something `accept` takes; the last answer is in the error. */
  async until(what, read, accept, timeoutMs = PATIENCE_MS) {
    const end = Date.now() + timeoutMs;
    for (;;) {
      const answer = await read();
      if (accept(answer)) {
        return answer;
      }
      if (Date.now() > end) {
        throw new Error(`waited ${timeoutMs / 1000} s for ${what}; the last answer was: ${JSON.stringify(answer)}`);
      }
      await this.page.waitForTimeout(250);
    }
  }

  /** Keeps a picture of the page, or of the part `clip` of it, in `target/screens`. */
  async screenshot(name, clip) {
    mkdirSync(screensFolder, { recursive: true });
    await this.drawn();
    await this.page.screenshot({ path: join(screensFolder, `${name}.png`), animations: "disabled", clip });
  }

  /** A rendered document is read into a hidden frame first, and shown when it is whole. */
  async drawn() {
    for (let look = 0; look < LOOKS_AT_FRAMES; look += 1) {
      const hidden = this.page.frames().map((frame) => frame.locator("#pending-frame").count().catch(() => 0));
      if ((await Promise.all(hidden)).every((count) => count === 0)) {
        return;
      }
      await this.page.waitForTimeout(50);
    }
  }

  async retry(what, action) {
    let last;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`could not ${what} in ${ATTEMPTS} attempts: ${last.message}`, { cause: last });
  }
}
