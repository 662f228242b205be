/** The model in the editor's picker: what it says of itself, and messages and tools both ways. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { servedModel, servedModels } from "../src/model-info";
import { argumentsOf, chosenOptions, toMessages, toTools } from "../src/model-messages";
import type { ServerInfo, ServerState } from "../src/protocol";

const SERVER: ServerInfo = {
  source: "started", life: "ready", url: "http://127.0.0.1:8000", port: 8000,
  models: [{ id: "meta-llama/Llama-3.1-8B-Instruct", max_model_len: 65_536 }],
  model_id: null, name: "Llama-3.1-8B-Instruct", pid: 1, container: null, log: null, started_at: null, steps: [],
  load: null, exit_code: null, tool_calls: false, can_stop: true, wants_key: false, with_key: false, why: "", next: "",
};

function state(...servers: Partial<ServerInfo>[]): ServerState {
  const all = servers.map((server) => ({ ...SERVER, ...server }));
  return { schema: 1, life: "ready", text: "", summary: "", tooltip: "", servers: all, port_taken: null, revision: "1" };
}

test("a model is there while its server answers", () => {
  assert.deepEqual(servedModels(undefined, "N150"), []);
  for (const life of ["starting", "failing", "lost", "stopped", "idle"] as const) {
    assert.deepEqual(servedModels(state({ life }), "N150"), [], life);
  }
  const [model] = servedModels(state({}), "N150");
  assert.equal(model?.name, "Llama-3.1-8B-Instruct");
  assert.equal(model.detail, "N150 · ready");
  assert.match(model.tooltip ?? "", /meta-llama\/Llama-3\.1-8B-Instruct · http:\/\/127\.0\.0\.1:8000 · N150 · ready · 65536 tokens/);
  assert.equal(model.maxInputTokens + model.maxOutputTokens, 65_536);
  assert.deepEqual(model.capabilities, { toolCalling: false, imageInput: false });
});

test("that it works on requests changes nothing in the list, or it would flicker", () => {
  assert.deepEqual(servedModels(state({ life: "busy" }), "N150"), servedModels(state({}), "N150"));
});

test("tools only with a parser, another machine by its name, every model of a server", () => {
  const models = servedModels(
    state({ tool_calls: true }, { url: "https://lab.example", port: null, models: [{ id: "a", max_model_len: null }, { id: "b", max_model_len: 1024 }] }),
    null,
  );
  assert.deepEqual(models.map(({ name, detail }) => [name, detail]), [
    ["Llama-3.1-8B-Instruct", "ready"],
    ["a", "lab.example · ready"],
    ["b", "lab.example · ready"],
  ]);
  assert.equal(models[0]?.capabilities.toolCalling, true);
  assert.ok(models.every(({ maxInputTokens, maxOutputTokens }) => maxInputTokens > 0 && maxOutputTokens > 0));
});

test("a choice in the picker names its server and model", () => {
  const [model] = servedModels(state({}), null);
  assert.deepEqual(servedModel({ vendor: "tenstorrent", id: model?.id ?? "" }), { url: SERVER.url, model: SERVER.models[0]?.id });
  assert.equal(servedModel({ vendor: "copilot", id: "gpt" }), undefined);
  assert.equal(servedModel(undefined), undefined);
});

test("messages with calls of tools and their answers, in the order that servers want", () => {
  const messages = toMessages([
    { role: 3, content: [{ value: "Be brief." }] },
    { role: 1, content: [{ value: "What is " }, { value: "it?" }] },
    { role: 2, content: [{ value: "I look." }, { callId: "c1", name: "look", input: { at: 1 } }] },
    { role: 1, content: [{ value: "And then?" }, { callId: "c1", content: [{ value: "a cat" }, { value: { tsx: 1 } }] }] },
    { role: 2, content: [] },
  ]);
  assert.deepEqual(messages, [
    { role: "system", content: "Be brief." },
    { role: "user", content: "What is it?" },
    { role: "assistant", content: "I look.", tool_calls: [{ id: "c1", name: "look", arguments: '{"at":1}' }] },
    { role: "tool", tool_call_id: "c1", content: 'a cat\n{"tsx":1}' },
    { role: "user", content: "And then?" },
  ]);
});

test("a picture is refused, text as data is read, marks of the editor are passed over", () => {
  const data = (mimeType: string, text: string) => ({ role: 1, content: [{ mimeType, data: Buffer.from(text) }] });
  assert.throws(() => toMessages([data("image/png", "x")]), /text only.*image\/png was attached/);
  assert.deepEqual(toMessages([data("text/plain", "hello")]), [{ role: "user", content: "hello" }]);
  assert.deepEqual(toMessages([data("cache_control", "ephemeral")]), []);
});

test("tools go over with their schema, and calls come back with arguments that can be read", () => {
  assert.deepEqual(toTools([{ name: "a", description: "b" }])[0]?.parameters, { type: "object", properties: {} });
  assert.deepEqual(argumentsOf({ id: "1", name: "a", arguments: '{"x":1}' }), { x: 1 });
  assert.deepEqual(argumentsOf({ id: "1", name: "a", arguments: "" }), {});
  for (const broken of ['{"x":', "3", '"text"', "null"]) {
    assert.throws(() => argumentsOf({ id: "1", name: "a", arguments: broken }), /cannot be read/, broken);
  }
});

test("only numbers that servers know are passed on", () => {
  assert.deepEqual(chosenOptions({ temperature: 0.5, top_p: "1", api_key: "x", max_tokens: 10 }), { temperature: 0.5, max_tokens: 10 });
  assert.deepEqual(chosenOptions(undefined), {});
});
