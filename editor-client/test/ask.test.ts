/** The selection of a terminal is read through the clipboard, which keeps what it held. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { explainSelection } from "../src/ask";
import type { Parts } from "../src/parts";
import { clipboard, ran, shown, withChat } from "./vscode.stub";

const PARTS = {} as Parts;

beforeEach(() => {
  withChat();
  Object.assign(clipboard, { text: "mine", refused: false, selected: "" });
  ran.length = shown.length = 0;
});

/** What the chat was opened with. */
function asked() {
  const opened = ran.find(({ id }) => id === "workbench.action.chat.open");
  return opened?.args[0] as { query: string; isPartialQuery: boolean } | undefined;
}

test("what is selected is explained, and the clipboard holds what it held", async () => {
  clipboard.selected = "error: no such device";
  await explainSelection(PARTS, "terminal");
  assert.deepEqual([asked()?.query, asked()?.isPartialQuery], ["@tenstorrent /explain the selection in the terminal", false]);
  assert.equal(clipboard.text, "mine");
  assert.deepEqual(shown, []);
});

test("where nothing is selected, nothing else is explained in its place", async () => {
  await explainSelection(PARTS, "terminal");
  assert.match(shown.join(), /could not be read/);
  assert.deepEqual([asked()?.query, asked()?.isPartialQuery], ["@tenstorrent /explain ", true], "the question waits to be finished");
  assert.equal(clipboard.text, "mine");
});

test("a clipboard that may not be read is not emptied", async () => {
  clipboard.refused = true;
  await explainSelection(PARTS, "terminal");
  assert.match(shown.join(), /may not read the clipboard/);
  assert.equal(clipboard.text, "mine");
});

test("in a file without a selection the chat decides what is meant", async () => {
  await explainSelection(PARTS, "editor");
  assert.deepEqual([asked()?.query, asked()?.isPartialQuery], ["@tenstorrent /explain", false]);
});
