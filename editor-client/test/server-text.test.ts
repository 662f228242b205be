/** What is said of model servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootStep, Life, ServerInfo } from "../src/protocol";
import { changeText, endpoint, mainServer, serverPart } from "../src/server-text";
import { statusView } from "../src/status";

const server = (life: Life, more: Partial<ServerInfo> = {}): ServerInfo => ({
  source: "started",
  life,
  url: "http://127.0.0.1:8000",
  port: 8000,
  models: [],
  model_id: null,
  name: "Llama-3.1-8B-Instruct",
  pid: null,
  container: null,
  log: null,
  started_at: null,
  exit_code: null,
  steps: [],
  load: null,
  tool_calls: false,
  can_stop: true,
  wants_key: false,
  with_key: false,
  why: "",
  next: "",
  ...more,
});
const step = (title: string, detail = ""): BootStep => ({ name: "x", title, detail, seconds: null, last_seconds: null, done: false });
const part = (one: ServerInfo) => serverPart({ servers: [one] });

test("the status bar has room for the model and its state", () => {
  assert.equal(part(server("ready")), "Llama-3.1-8B ready");
  assert.equal(part(server("busy")), "Llama-3.1-8B busy");
  assert.equal(part(server("starting")), "Llama-3.1-8B starting");
  assert.equal(part(server("starting", { steps: [step("Engine"), step("Weights", "3/8")] })), "Llama-3.1-8B starting: weights 3/8");
  assert.equal(part(server("failing")), "Llama-3.1-8B failing");
  for (const life of ["lost", "stopped", "idle"] as const) {
    assert.equal(part(server(life)), "", life);
  }
  assert.equal(serverPart(undefined), "");
});

test("one item shows the device and the server, to the eye and to a screen reader", () => {
  const status = { health: "healthy", text: "N300", summary: "Tenstorrent: N300, 2 chips, healthy", simulated: null } as const;
  const state = (life: Life) => ({ servers: [server(life)], summary: "Llama at http://x is ready" });
  assert.deepEqual(statusView(status, state("ready")), {
    text: "$(chip) TT: N300 · Llama-3.1-8B ready",
    label: "Tenstorrent: N300, 2 chips, healthy; Llama at http://x is ready",
    background: undefined,
  });
  assert.equal(statusView(status, state("failing")).background, "warning");
  assert.equal(statusView({ ...status, health: "error" }, state("failing")).background, "error");
  assert.equal(statusView(status, state("stopped")).text, "$(chip) TT: N300");
});

test("a message comes when somebody waits for it or has lost something, and not otherwise", () => {
  assert.match(changeText("starting", server("ready"))?.text ?? "", /answers at http:\/\/127\.0\.0\.1:8000\.$/);
  assert.equal(changeText("busy", server("ready")), undefined);
  assert.equal(changeText("ready", server("stopped")), undefined);
  assert.deepEqual(changeText("busy", server("lost", { why: "RuntimeError: x" })), {
    level: "error",
    text: "The server of Llama-3.1-8B-Instruct has ended: RuntimeError: x.",
  });
  assert.equal(changeText("ready", server("failing", { why: "it answers 500", next: "Stop it." }))?.level, "error");
  assert.equal(changeText("starting", server("failing")), undefined);
  assert.equal(changeText("lost", server("lost")), undefined);
});

test("the server that is meant is one that runs", () => {
  const both = { servers: [server("lost"), server("ready", { port: 1 })] };
  assert.equal(mainServer(both)?.port, 1);
  assert.equal(endpoint({ url: "http://h:1/" }), "http://h:1/v1");
});
