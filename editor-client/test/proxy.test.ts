/** The editor's proxy on its way to the sidecar. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";
import { launch } from "../src/launch";
import { withProxy } from "../src/proxy";

const proxy = { url: "http://me:secret@proxy.example:3128", except: ["*.example.org"] };
const folder = mkdtempSync(join(tmpdir(), "tt-proxy-"));
after(() => {
  rmSync(folder, { recursive: true });
});

test("it is handed on, and this machine is asked directly", () => {
  assert.deepEqual(withProxy({ PATH: "/bin" }, proxy), {
    PATH: "/bin",
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
    NO_PROXY: "*.example.org,localhost,127.0.0.1,::1",
    no_proxy: "*.example.org,localhost,127.0.0.1,::1",
  });
});

test("what the environment says itself stays", () => {
  const unchanged = [{ HTTPS_PROXY: "http://own" }, { https_proxy: "http://own" }, { ALL_PROXY: "http://own" }, {}];
  for (const env of unchanged) {
    assert.equal(withProxy(env, Object.keys(env).length === 0 ? undefined : proxy), env);
  }
  const env = withProxy({ http_proxy: "http://own", no_proxy: ".corp", HTTPS_PROXY: "" }, proxy);
  assert.equal(env.HTTPS_PROXY, proxy.url);
  assert.equal(env.HTTP_PROXY, undefined);
  assert.equal(env.NO_PROXY, ".corp,*.example.org,localhost,127.0.0.1,::1");
});

test("the process sees it in its environment and not on its command line", async () => {
  const path = join(folder, "sidecar");
  writeFileSync(path, '#!/bin/sh\necho "$HTTPS_PROXY $*"\n');
  chmodSync(path, 0o755);
  const named = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const before = named.map((name) => [name, process.env[name]] as const);
  named.forEach((name) => Reflect.deleteProperty(process.env, name));
  try {
    const child = await launch({ path, origin: "path" }, proxy);
    assert.equal(await text(child.stdout), `${proxy.url} lsp\n`);
  } finally {
    for (const [name, value] of before) {
      if (value !== undefined) {
        process.env[name] = value;
      }
    }
  }
});
