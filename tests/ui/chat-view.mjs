/** The chat beside the editor, as a person uses it: ask, read the answer, press its buttons, choose a model. */

const INPUT = ".interactive-session .interactive-input-part";
const ANSWER = ".interactive-session .interactive-item-container.interactive-response";

export class ChatView {
  /** @param {import("./workbench.mjs").Workbench} workbench */
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  /** Opens the chat with the name of the participant in its input. */
  async open() {
    await this.workbench.runCommand("Tenstorrent: Ask the Model That Runs");
    await this.page.locator(INPUT).first().waitFor();
  }

  /** Begins a new conversation. */
  async anew() {
    await this.workbench.runCommand("Chat: New Chat");
    await this.workbench.until("an empty chat", () => this.page.locator(ANSWER).count(), (count) => count === 0);
  }

  /** Sends a question. It is put in at once: what one types opens lists of suggestions, which take the Enter. */
  async send(text) {
    const input = this.page.locator(`${INPUT} .monaco-editor`).first();
    const before = await this.page.locator(ANSWER).count();
    await input.click();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(`${text} `);
    await this.page.keyboard.press("Enter");
    await this.workbench.until(`an answer to "${text}"`, () => this.page.locator(ANSWER).count(), (count) => count > before);
  }

  /** Sends a question and waits for the end of its answer. */
  async ask(text) {
    await this.send(text);
    return this.answer(() => true);
  }

  /** The text of the last answer once it is whole and `accept` takes it. */
  async answer(accept, timeoutMs = 30_000) {
    const last = this.page.locator(ANSWER).last();
    const read = async () => ({
      text: await last.innerText(),
      busy: (await last.getAttribute("class"))?.includes("chat-response-loading") ?? false,
    });
    return (await this.workbench.until("the whole answer", read, ({ text, busy }) => !busy && accept(text), timeoutMs)).text;
  }

  /** The text of the last answer as it is now. */
  text() {
    return this.page.locator(ANSWER).last().innerText();
  }

  /** The names of the buttons under the last answer. */
  async buttons() {
    const names = await this.page.locator(ANSWER).last().locator(".chat-command-button .monaco-button").allInnerTexts();
    return names.map((name) => name.trim());
  }

  press(name) {
    return this.page.locator(ANSWER).last().locator(".chat-command-button .monaco-button", { hasText: name }).first().click();
  }

  /** What is offered as the next question. */
  async followUps() {
    const names = await this.page.locator(".interactive-session .interactive-session-followups .monaco-button").allInnerTexts();
    return names.map((name) => name.trim());
  }

  /** Opens the list of models and answers what it shows, with everything unfolded. */
  async models() {
    await this.page.locator(`${INPUT} .chat-input-picker-item, ${INPUT} .action-label`, { hasText: /@tenstorrent|tiny|Models/ }).last().click();
    const list = this.page.locator(".action-widget:visible");
    await list.waitFor();
    const other = list.locator(".monaco-list-row", { hasText: "Other Models" });
    if ((await other.count()) > 0 && (await other.first().locator(".codicon-chevron-right").count()) > 0) {
      await other.first().click();
    }
    await this.page.waitForTimeout(500);
    return (await list.locator(".monaco-list-row").allInnerTexts()).map((row) => row.replaceAll("\n", " ").trim());
  }

  async chooseModel(name) {
    await this.page.locator(".action-widget:visible .monaco-list-row", { hasText: name }).last().click();
  }
}
