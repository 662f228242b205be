/** Texts that a person reads go through the translation, also those that are found in a list. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { question, type AgentTool } from "../src/agent-tools";
import { pageIsOpen } from "../src/editor-setup";
import { ORIGINAL_COMMANDS } from "../src/original-commands";
import type { Parts } from "../src/parts";
import type { SetupProgress } from "../src/protocol";
import { news } from "../src/setup-text";
import { copyTemplate } from "../src/templates";
import { configured, language, ran, window, withChat } from "./vscode.stub";

before(() => { language.mark = "~"; });
after(() => { language.mark = ""; });

test("what a tool is called, and what is asked before it acts", () => {
  const tool: AgentTool = { name: "x", title: "Start a server", read_only: false, ask: "Start {model}?" };
  const { confirmationMessages, invocationMessage } = question(tool, { confirm: true, model: "m" });
  assert.equal(invocationMessage, "~Start a server");
  assert.equal(confirmationMessages?.title, "~Start a server");
  assert.equal((confirmationMessages.message as { value?: string }).value, "~Start **m**?");
});

test("how a step of a setup stands", () => {
  const step = { id: "a", title: "Build", state: "failed", line: "" };
  assert.deepEqual(news(undefined, { steps: [step] } as unknown as SetupProgress), ["[Build] ~failed"]);
});

test("a page of the editor is known by having no file, and not by its English name", () => {
  const tabs: { label: string; input: unknown }[] = [{ label: "README.md", input: {} }];
  window.tabGroups.all.push({ tabs });
  assert.equal(pageIsOpen(), false);
  tabs.push({ label: "Exemplarische Vorgehensweise", input: undefined });
  assert.equal(pageIsOpen(), true);
  configured.set("workbench.startupEditor", "welcomePage");
  assert.equal(pageIsOpen(), false, "it may be the start page");
});

test("a template that is not there", async () => {
  const sidecar = { request: () => Promise.resolve({ templates: [] }) };
  await assert.rejects(copyTemplate({ sidecar } as unknown as Parts, "x"), /^FailureError: ~There is no template x: ~/);
});

test("the first question", async () => {
  withChat();
  await ORIGINAL_COMMANDS["tenstorrent.testChat"]?.({} as Parts);
  assert.match((ran.at(-1)?.args[0] as { query: string }).query, /^@tenstorrent ~What is a tensor/);
});
