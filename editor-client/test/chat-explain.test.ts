/** `/explain` asks the model that was chosen, with as much as that one takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../src/chat-explain";
import { WrittenReply } from "../src/chat-reply";
import { contextOf } from "../src/model-info";
import type { Parts } from "../src/parts";
import type { ChatParams, ServerState } from "../src/protocol";

const server = (url: string, life: string, id: string, length: number | null) => ({ url, life, models: [{ id, max_model_len: length }] });
const STATE = {
  servers: [server("http://a", "starting", "slow", 512), server("http://b", "ready", "small", 1024), server("http://c", "ready", "large", 65_536)],
} as unknown as ServerState;

test("the room is that of the model that will answer", () => {
  assert.equal(contextOf(STATE, undefined), 1024, "the first that answers");
  assert.equal(contextOf(STATE, { url: "http://c", model: "large" }), 65_536);
  assert.equal(contextOf(STATE, { url: "http://c", model: "gone" }), null);
  assert.equal(contextOf(undefined, undefined), null);
});

async function explained(chosen: { url: string; model: string } | undefined) {
  const asked: ChatParams[] = [];
  const parts = {
    servers: { latest: STATE },
    terminals: { shell: () => "bash", state: () => ({}) },
    sidecar: {
      request: () => Promise.resolve({ causes: [] }),
      chat: (params: ChatParams) => {
        asked.push(params);
        return Promise.resolve({ content: "because", reasoning: "", ended: "stop", notes: [], tool_calls: [], trouble: null });
      },
    },
  };
  const reply = new WrittenReply();
  const attachments = [{ name: "boot.log", text: "x".repeat(10_000) }];
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  await explain({ parts: parts as unknown as Parts, words: "", attachments, chosen, reply, token });
  const question = asked[0]?.messages.at(-1)?.content ?? "";
  return { options: asked[0]?.options, characters: /x+/.exec(/```\n(x+)/.exec(question)?.[1] ?? "")?.[0].length };
}

test("the chosen model explains, and gets what it has room for", async () => {
  const chosen = { url: "http://c", model: "large" };
  assert.deepEqual(await explained(chosen), { options: chosen, characters: 10_000 });
  assert.deepEqual(await explained(undefined), { options: undefined, characters: 2048 });
});
