/** Where the sidecar is looked for, and in which order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, choose, type BinaryPlaces } from "../src/binary";

const places: BinaryPlaces = {
  env: { TT_SIDECAR_PATH: "/dev/build/tt-jukebox", PATH: "/usr/bin:relative::/opt/bin" },
  setting: "~/own/tt-jukebox",
  trusted: true,
  extensionPath: "/ext",
  home: "/home/me",
};
const origins = (changes: Partial<BinaryPlaces>) => candidates({ ...places, ...changes }).map(({ origin }) => origin);

test("environment, setting, bundled, PATH: in this order", () => {
  assert.deepEqual(candidates(places), [
    { path: "/dev/build/tt-jukebox", origin: "environment" },
    { path: "/home/me/own/tt-jukebox", origin: "setting" },
    { path: "/ext/bin/tt-jukebox", origin: "bundled" },
    { path: "/usr/bin/tt-jukebox", origin: "path" },
    { path: "/opt/bin/tt-jukebox", origin: "path" },
  ]);
});

test("an untrusted workspace cannot name the program", () => {
  assert.deepEqual(origins({ trusted: false }), ["environment", "bundled", "path", "path"]);
});

test("empty values are no candidates", () => {
  assert.deepEqual(origins({ env: { TT_SIDECAR_PATH: " " }, setting: "  " }), ["bundled"]);
});

test("a named binary wins even when it is missing, so that the mistake shows", () => {
  assert.equal(choose(candidates({ ...places, env: {} }), () => false)?.origin, "setting");
});

test("without a named one the first that exists is taken", () => {
  const list = candidates({ ...places, env: { PATH: "/usr/bin:/opt/bin" }, setting: "" });
  assert.equal(choose(list, (path) => path.startsWith("/opt"))?.path, "/opt/bin/tt-jukebox");
  assert.equal(choose(list, () => true)?.origin, "bundled");
  assert.equal(
    choose(list, () => false),
    undefined,
  );
});
