/** The question by curl: to the server that is meant, and by the program where the server has a key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parts } from "../src/parts";
import type { ServerInfo } from "../src/protocol";
import { tryWithCurl } from "../src/server-trials";

const URLS = ["http://127.0.0.1:8000", "http://127.0.0.1:8001"];

/** The line that is typed for a question to the second of two servers. */
async function lineFor(more: Partial<ServerInfo>): Promise<string> {
  const servers = URLS.map((url) => ({ name: "M", url, life: "ready", models: [{ id: "org/m" }], with_key: false, wants_key: false, ...more }));
  let line = "";
  const terminals = {
    ready: () => Promise.resolve({ shellIntegration: {} }),
    run: (_which: string, text: string) => {
      line = text;
      return Promise.resolve("busy");
    },
  };
  const sidecar = { binary: () => ({ path: "/x/tt-jukebox", origin: "bundled" }) };
  const parts = { servers: { look: () => Promise.resolve({ servers }) }, sidecar, terminals } as unknown as Parts;
  assert.equal(await tryWithCurl(parts, URLS[1]), false);
  return line;
}

test("a server without a key is asked by curl", async () => {
  assert.match(await lineFor({}), /^curl .* http:\/\/127\.0\.0\.1:8001\/v1\/chat\/completions$/);
});

test("a server with a key is asked by the program, whether or not the key is a good one, and no other server is", async () => {
  for (const more of [{ with_key: true }, { wants_key: true }]) {
    assert.match(await lineFor(more), /^\/x\/tt-jukebox ask --url http:\/\/127\.0\.0\.1:8001 'What is/);
  }
});
