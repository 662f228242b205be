/** The status bar after a sidecar was given up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Status } from "../src/protocol";
import type { ServerWatch } from "../src/server-watch";
import type { Sidecar, SidecarState } from "../src/sidecar";
import { StatusItem } from "../src/status";
import { items } from "./vscode.stub";

/** The item, and a sidecar whose state and status the test says. */
function bar() {
  const heard: { state?: (state: SidecarState) => void; status?: (status: Status) => void } = {};
  const silent = { dispose: () => undefined };
  const sidecar = {
    state: { kind: "starting" } as SidecarState,
    onState: (listener: (state: SidecarState) => void) => {
      heard.state = listener;
      return silent;
    },
    onStatus: (listener: (status: Status) => void) => {
      heard.status = listener;
      return silent;
    },
  };
  const item = new StatusItem(sidecar as unknown as Sidecar, { onChange: () => silent, latest: undefined } as unknown as ServerWatch);
  const become = (state: SidecarState) => {
    sidecar.state = state;
    heard.state?.(state);
  };
  const tell = (text: string) => heard.status?.({ health: "healthy", text, summary: text, tooltip: "", simulated: null } as unknown as Status);
  return { item, become, tell, text: () => items.at(-1)?.text ?? "" };
}

const failed: SidecarState = { kind: "failed", failure: { kind: "sidecar_crash_loop", what: "it keeps crashing", why: "w", next: "n" } };

test("a look at the devices without a sidecar leaves the bar red", async () => {
  const { item, become, text } = bar();
  become(failed);
  assert.match(text(), /not running/);
  const looked = item.checkingDuring(Promise.reject(new Error("given up")));
  assert.match(text(), /checking/);
  await assert.rejects(looked);
  assert.match(text(), /not running/);
});

test("a look that changes nothing brings back what stood there", async () => {
  const { item, become, tell, text } = bar();
  become({ kind: "running", path: "", pid: 1 });
  tell("N150");
  const looked = item.checkingDuring(Promise.resolve());
  assert.match(text(), /checking/);
  await looked;
  assert.match(text(), /N150/);
});
