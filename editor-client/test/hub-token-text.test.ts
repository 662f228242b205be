import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenText } from "../src/hub-token-text";
import type { TokenState } from "../src/protocol";

const state: TokenState = { schema: 1, source: "the editor", who: "tester", trouble: null, repos: [] };

test("a token says whose it is, where it comes from, and what it may not read", () => {
  assert.deepEqual(tokenText(state), { level: "info", text: "The token is that of tester. It comes from: the editor." });
  const refused = { kind: "network", what: "gated", why: "403", next: "Accept the terms." } as const;
  const repos = [
    { repo: "o/open", models: ["A"], refused: null },
    { repo: "o/gated", models: ["B"], refused },
  ];
  assert.match(tokenText({ ...state, repos }).text, /1 of 2 repositories .* for example o\/gated: Accept the terms\./);
  const bad = tokenText({ ...state, who: null, trouble: { ...refused, what: "the token is not good" } });
  assert.deepEqual(bad, { level: "warning", text: "the token is not good: 403. Accept the terms." });
});
