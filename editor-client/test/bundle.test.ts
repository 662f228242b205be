/** The built bundle: what it does while it is loaded decides how long activation takes. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInThisContext } from "node:vm";
import { createRequire } from "node:module";

const dist = join(process.cwd(), "dist");
const bundle = join(dist, "main.js");
const MAIN_LIMIT_BYTES = 120_000;

test("activation loads neither that library nor much of anything", () => {
  const loaded: string[] = [];
  const require = createRequire(bundle);
  const wrapped = runInThisContext(`(function (exports, require, module) {${readFileSync(bundle, "utf8")}\n})`) as (
    exports: object,
    require: (id: string) => unknown,
    module: { exports: Record<string, unknown> },
  ) => void;
  const module = { exports: {} as Record<string, unknown> };
  wrapped(
    module.exports,
    (id) => {
      loaded.push(id);
      return id === "vscode" ? {} : require(id);
    },
    module,
  );
  assert.equal(typeof module.exports.activate, "function");
  assert.ok(loaded.includes("vscode"));
  assert.ok(!loaded.some((id) => ["./client.js", "./lesson-actions.js"].includes(id)), loaded.join(", "));
  assert.ok(statSync(bundle).size < MAIN_LIMIT_BYTES, `${statSync(bundle).size} bytes`);
});

test("the library that speaks to the sidecar is in the other file", () => {
  const client = readFileSync(join(dist, "client.js"), "utf8");
  assert.ok(client.includes("$/cancelRequest"));
  assert.ok(!readFileSync(bundle, "utf8").includes("$/cancelRequest"));
});
