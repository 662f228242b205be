/** The question by curl: to the server that is meant, and by the program where the server has a key. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import type { Parts } from "../src/parts";
import type { ServerInfo } from "../src/protocol";
import { tryWithCurl } from "../src/server-trials";

const URLS: [string, string] = ["http://127.0.0.1:8000", "http://127.0.0.1:8001"];

/** The line that is typed for a question to the second of two servers. */
async function lineFor(more: Partial<ServerInfo>, urls = URLS): Promise<string> {
  const servers = urls.map((url) => ({ name: "M", url, life: "ready", models: [{ id: "org/m" }], with_key: false, wants_key: false, ...more }));
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
  assert.equal(await tryWithCurl(parts, urls[1]), false);
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

test("that a key was sent says nothing: a server that answers without one is asked by curl", async () => {
  for (const [status, program] of [[200, "curl "], [401, "/x/tt-jukebox ask"]] as const) {
    const server = createServer((_request, response) => response.writeHead(status).end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const line = await lineFor({ with_key: true }, [URLS[0], url]);
      assert.ok(line.startsWith(program), line);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }
});
