/** Windows share the secrets, and each has a sidecar of its own: what one window sets, the others' are told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parts } from "../src/parts";
import { handOverSecrets } from "../src/secrets";

const URL = "https://models.example";

/** A window; `change` is what the editor says when a window has changed a secret. */
function window(kind: string) {
  const secrets = new Map<string, string>();
  const told: { method: string; params: unknown }[] = [];
  const heard: { state?: (state: { kind: string }) => void; secret?: (change: { key: string }) => void } = {};
  const listener = (name: keyof typeof heard) => (listens: never) => {
    heard[name] = listens;
    return { dispose: () => undefined };
  };
  const parts = {
    context: {
      secrets: { get: (key: string) => Promise.resolve(secrets.get(key)), onDidChange: listener("secret") },
      globalState: { get: () => [URL] },
    },
    log: { warn: (text: string) => assert.fail(text) },
    servers: { take: () => undefined },
    sidecar: {
      state: { kind },
      onState: listener("state"),
      request: (method: string, params: unknown) => {
        told.push({ method, params });
        return Promise.resolve({});
      },
    },
  };
  handOverSecrets(parts as unknown as Parts);
  const change = async (key: string, value?: string) => {
    if (value === undefined) {
      secrets.delete(key);
    } else {
      secrets.set(key, value);
    }
    heard.secret?.({ key });
    await new Promise(setImmediate);
  };
  const start = async () => {
    heard.state?.({ kind: "running" });
    await new Promise(setImmediate);
  };
  return { change, start, told };
}

test("a secret that another window has set or taken away is handed on", async () => {
  const { change, told } = window("running");
  await change("huggingFaceToken", "hf_x");
  await change("huggingFaceToken");
  await change(`serverKey ${URL}`, "k");
  await change(`serverKey ${URL}`);
  await change("of somebody else", "x");
  assert.deepEqual(told, [
    { method: "tenstorrent/token/set", params: { token: "hf_x" } },
    { method: "tenstorrent/token/set", params: { token: null } },
    { method: "tenstorrent/server/key", params: { url: URL, key: "k" } },
    { method: "tenstorrent/server/key", params: { url: URL, key: null } },
  ]);
});

test("no sidecar is started for it: one that starts is told what there is", async () => {
  const { change, start, told } = window("stopped");
  await change("huggingFaceToken", "hf_x");
  await change(`serverKey ${URL}`, "k");
  assert.deepEqual(told, []);
  await start();
  assert.deepEqual(told.map(({ params }) => params), [{ token: "hf_x" }, { url: URL, key: "k" }]);
});
