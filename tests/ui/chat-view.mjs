/** The chat beside the editor, as a person uses it: ask, read the answer, press its buttons, choose a model. */

const INPUT = ".interactive-session .interactive-input-part";
const BUTTON = ".chat-command-button .monaco-button";
const ROW = ".interactive-session .interactive-list .monaco-list-row";
const ANSWER = ".interactive-item-container.interactive-response";

export class ChatView {
  #session;

  /** `session` has its workbench once the first test runs. */
  constructor(session) {
    this.#session = session;
  }

  get workbench() {
    return this.#session.workbench;
  }

  get page() {
    return this.workbench.page;
  }

  /** Opens the chat with the name of the participant in its input. */
  async open() {
    await this.workbench.runCommand("Tenstorrent: Ask the Model That Runs");
    await this.page.locator(INPUT).first().waitFor();
  }

  /** Sends a question. It is put in at once: what one types opens lists of suggestions, which take the Enter. */
  async send(text) {
    const before = await this.#last();
    await this.page.locator(`${INPUT} .monaco-editor`).first().click();
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.insertText(`${text} `);
    await this.page.keyboard.press("Enter");
    // The question is a row, and the answer another.
    await this.workbench.until(`an answer to "${text}"`, () => this.#last(), (last) => last >= before + 2);
  }

  /** Sends a question and waits for the end of its answer. */
  async ask(text) {
    await this.send(text);
    return this.answer();
  }

  /** The text of the last answer once it is whole and `accept` takes it. */
  async answer(accept = () => true, timeoutMs = 30_000) {
    const read = async () => {
      const answer = (await this.#answer()).locator(ANSWER);
      const busy = (await answer.getAttribute("class"))?.includes("chat-response-loading") ?? false;
      return { text: plain(await answer.innerText()), busy };
    };
    return (await this.workbench.until("the whole answer", read, ({ text, busy }) => !busy && accept(text), timeoutMs)).text;
  }

  /** The text of the last answer as it is now. */
  async text() {
    return plain(await (await this.#answer()).innerText());
  }

  /** The names of the buttons under the last answer. */
  async buttons() {
    const names = await (await this.#answer()).locator(BUTTON).allInnerTexts();
    return names.map((name) => name.trim());
  }

  async press(name) {
    await (await this.#answer()).locator(BUTTON, { hasText: name }).first().click();
  }

  /** The newest row is drawn; older ones may not be, since the list draws what is in sight. */
  async #answer() {
    return this.page.locator(`${ROW}[data-index="${await this.#last()}"]`);
  }

  /** The number of the newest row; -1 in an empty chat. */
  async #last() {
    const indexes = await this.page.locator(ROW).evaluateAll((rows) => rows.map((row) => Number(row.dataset.index)));
    return Math.max(-1, ...indexes);
  }

  /** What is offered as the next question. */
  async followUps() {
    const names = await this.page.locator(".interactive-session .interactive-session-followups .monaco-button").allInnerTexts();
    return names.map((name) => name.trim());
  }

  /** Attaches a file of the project, as one does from the explorer's menu. */
  async attach(file) {
    await this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).click({ button: "right" });
    await this.choose("Add File to Chat");
    await this.page.locator(`${INPUT} .chat-attached-context-attachment`, { hasText: file }).waitFor();
  }

  /** Takes an entry of the open menu, which takes no click so soon after the one that opened it. */
  async choose(entry) {
    await this.page.locator(".monaco-menu .action-item", { hasText: entry }).hover();
    await this.page.keyboard.press("Enter");
  }

  /** The questions in sight. */
  async questions() {
    return (await this.page.locator(`${ROW} .interactive-request`).allInnerTexts()).join("\n");
  }

  /** Presses the button that ends the answer that is being written. */
  stop() {
    return this.page.locator(`${INPUT} .codicon-stop-circle, ${INPUT} .codicon-debug-stop, ${INPUT} [aria-label^="Cancel"], ${INPUT} [aria-label^="Stop"]`).first().click();
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

/** Blocks of code are drawn with spaces of another kind. */
const plain = (text) => text.replaceAll("\u00a0", " ");
