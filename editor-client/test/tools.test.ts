/** The tools for agents: the manifest says what `content/tools.json` says, and nothing acts unasked. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { question, type AgentTool } from "../src/agent-tools";

interface Row extends AgentTool {
  reference: string;
  description: string;
  input_schema: object;
}

const root = process.cwd();
const { tools } = JSON.parse(readFileSync(join(root, "..", "content", "tools.json"), "utf8")) as { tools: Row[] };
const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  contributes: { languageModelTools: object[] };
};

test("the manifest declares the list, word for word", () => {
  const declared = tools.map((tool) => ({
    name: tool.name,
    toolReferenceName: tool.reference,
    canBeReferencedInPrompt: true,
    displayName: `%tools.${tool.name}%`,
    userDescription: `%tools.${tool.name}%`,
    modelDescription: tool.description,
    tags: ["tenstorrent"],
    icon: "$(chip)",
    inputSchema: tool.input_schema,
  }));
  assert.deepEqual(manifest.contributes.languageModelTools, declared);
  for (const { name, title } of tools) {
    assert.equal(texts[`tools.${name}`], title);
  }
});

test("whatever acts asks first, and whatever only tells does not", () => {
  for (const tool of tools) {
    const asked = question(tool, { model: "Llama", confirm: true }).confirmationMessages;
    assert.equal(asked === undefined, tool.read_only, tool.name);
    assert.equal(question(tool, { model: "Llama" }).confirmationMessages, undefined, "without confirm it only tells");
  }
});

test("a name from a model is no markup in the question", () => {
  const tool = tools.find(({ ask }) => ask?.includes("{model}"));
  assert.ok(tool);
  const asked = question(tool, { model: "[x](command:y) $& $1", confirm: true }).confirmationMessages;
  const message = asked?.message as { value: string };
  assert.ok(message.value.includes("**\\[x\\]\\(command\\:y\\) \\$\\& \\$1**"), message.value);
});
