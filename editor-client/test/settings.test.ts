/** What the sidecar is told of the settings: only what somebody has set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { editorProxy } from "../src/proxy";
import { sidecarSettings } from "../src/settings";
import { configured } from "./vscode.stub";

function set(values: Record<string, unknown>): void {
  configured.clear();
  Object.entries(values).forEach(([name, value]) => configured.set(name, value));
}

test("nothing set is nothing sent, so that the sidecar's own sources decide", () => {
  set({});
  assert.deepEqual(sidecarSettings(), {});
});

test("the look for newer models goes over as a switch and an address", () => {
  set({ "tenstorrent.catalogUpdates": false, "tenstorrent.catalogUrl": " https://mirror.example/specs " });
  assert.deepEqual(sidecarSettings(), { catalog_updates: "off", catalog_url: "https://mirror.example/specs" });
  set({ "tenstorrent.catalogUpdates": true });
  assert.deepEqual(sidecarSettings(), { catalog_updates: "on" });
});

test("a settings file can hold anything", () => {
  set({ "tenstorrent.catalogUpdates": "maybe", "tenstorrent.server.port": "8000", "tenstorrent.simulate": "" });
  assert.deepEqual(sidecarSettings(), {});
});

test("the editor's proxy, unless extensions are to do without", () => {
  set({});
  assert.equal(editorProxy(), undefined);
  set({ "http.proxy": "http://proxy.example:3128", "http.noProxy": ["a.example"] });
  assert.deepEqual(editorProxy(), { url: "http://proxy.example:3128", except: ["a.example"] });
  set({ "http.proxy": "http://proxy.example:3128", "http.proxySupport": "off" });
  assert.equal(editorProxy(), undefined);
});
