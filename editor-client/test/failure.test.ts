/** Everything that is thrown becomes what, why and what to do next. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FailureError, failureText, showFailure, toFailure } from "../src/failure";
import { shown } from "./vscode.stub";

const failure = { kind: "no_driver", what: "No driver.", why: "the module is not loaded.", next: "Load it." };

test("the text has one stop between its parts", () => {
  assert.equal(failureText(failure), "No driver: the module is not loaded. Load it.");
  assert.equal(failureText({ ...failure, why: "", next: "" }), "No driver.");
  for (const [what, text] of [["docker cannot be used", "Docker cannot be used."], ["tt-smi is missing", "tt-smi is missing."], ["/x is full", "/x is full."], ["http://h/x failed", "http://h/x failed."]] as const) {
    assert.equal(failureText({ ...failure, what, why: "", next: "" }), text);
  }
});

test("the data of a JSON-RPC error passes through unchanged", () => {
  assert.equal(toFailure({ code: -32000, message: "x", data: failure }), failure);
  assert.equal(toFailure(new FailureError(failure)), failure);
});

test("data of another shape is not taken for a failure", () => {
  const made = toFailure({ code: -32603, message: "boom", data: { kind: "x", what: 1 } });
  assert.equal(made.kind, "internal");
  assert.equal(made.why, "boom");
});

test("codes of the protocol get words", () => {
  const kinds = [-32601, -32800, -32097].map((code) => toFailure({ code, message: "m" }).kind);
  assert.deepEqual(kinds, ["sidecar_outdated", "cancelled", "sidecar_stopped"]);
});

test("anything else still says something", () => {
  assert.equal(toFailure("odd").why, "odd");
  assert.equal(toFailure(undefined).why, "undefined");
  assert.equal(toFailure(new Error("boom")).why, "boom");
});

test("what the person cancelled is not shown", () => {
  shown.length = 0;
  showFailure(toFailure({ code: -32800, message: "m" }));
  showFailure(failure);
  assert.deepEqual(shown, ["No driver: the module is not loaded. Load it."]);
});
