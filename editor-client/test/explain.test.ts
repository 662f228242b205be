/** What is known of a selected command without a model. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { causesText, explainSelected, modelIn, settingsIn } from "../src/explain-text";
import type { ServeCommand } from "../src/protocol";

test("the model that a command serves", () => {
  for (const [text, model] of [
    ["python start.py --model meta-llama/Llama-3.1-8B --port 8000", "meta-llama/Llama-3.1-8B"],
    ["vllm serve 'Qwen/Qwen3-8B'", "Qwen/Qwen3-8B"],
    ["HF_MODEL=google/gemma-3-4b-it \\\n x", "google/gemma-3-4b-it"],
    ["tt-jukebox serve Llama-3.1-8B", "Llama-3.1-8B"],
    ["--model=a/b", "a/b"],
    ["error: --max-model-len is too long", undefined],
    ["how do I model this?", undefined],
  ] as const) {
    assert.equal(modelIn(text), model, text);
  }
});

test("flags and variables with their values, over lines and quotes", () => {
  const found = settingsIn("env A_B=1 \\\n  python x.py --model 'a b' --seed=9 --flag --port 8000");
  assert.deepEqual([...found], [["A_B", "1"], ["--model", "a b"], ["--seed", "9"], ["--flag", ""], ["--port", "8000"]]);
});

const COMMAND = {
  model_name: "Llama_8B",
  device_type: "N150",
  provenance: [
    { name: "--max-model-len", value: "65536", source: "release 0.2.0", rule: "" },
    { name: "--port", value: "8000", source: "the setting port", rule: "" },
  ],
} as unknown as ServeCommand;

test("values with their source, and those that are other than ours", () => {
  const text = explainSelected("x --max-model-len 131072 --enforce-eager", COMMAND);
  assert.match(text, /\*\*Llama\\_8B\*\* on N150/);
  assert.match(text, /`--max-model-len` `65536` {2}\n {2}release 0\.2\.0/);
  assert.match(text, /`--max-model-len` is `131072` here; tt-jukebox would set `65536`/);
  assert.match(text, /`--enforce-eager` is not set by tt-jukebox/);
  assert.doesNotMatch(text, /--port/);
});

test("known causes are named with their source", () => {
  const text = causesText([{ cause: "the disk is full", next: "Free some space.", source: "tools: ENOSPC" }]);
  assert.match(text, /\*\*the disk is full\.\*\* Free some space\. \*\(tools\\: ENOSPC\)\*/);
});
