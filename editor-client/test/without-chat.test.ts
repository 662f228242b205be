/** An editor without chat and without language models: everything else works, and nothing throws. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { registerTools } from "../src/agent-tools";
import { canChat } from "../src/ask";
import { hasChat, registerParticipant } from "../src/chat-participant";
import { registerMcpServer } from "../src/mcp-server";
import { registerModels } from "../src/model-provider";
import type { Parts } from "../src/parts";

test("what the editor does not have is not registered", () => {
  const parts = {} as Parts;
  assert.equal(hasChat(), false);
  assert.equal(canChat(), false);
  assert.equal(registerParticipant(parts), undefined);
  assert.equal(registerModels(parts), undefined);
  assert.equal(registerMcpServer(parts), undefined);
  assert.deepEqual(registerTools(parts), []);
});
