/** What the buttons of a server do where more than one runs: they are about the one that they were pressed for. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { runBenchmark } from "../src/benchmark";
import { showServerActions } from "../src/device-actions";
import type { Parts } from "../src/parts";
import type { ServerInfo } from "../src/protocol";
import { copyEndpoint, openServerLog, stopServer } from "../src/server-actions";
import { answering } from "../src/server-trials";
import { clipboard, offered, opened, picks, ran, shown } from "./vscode.stub";

const at = (port: number, more: Partial<ServerInfo> = {}) => ({
  name: `Model ${port}`,
  url: `http://127.0.0.1:${port}`,
  port,
  life: "ready",
  container: null,
  pid: port + 1,
  log: `/logs/${port}`,
  can_stop: true,
  ...more,
}) as Partial<ServerInfo> as ServerInfo;
const [first, second] = [at(8000), at(8001)];

/** Parts with these servers, and the requests that were made of the sidecar. */
function partsWith(...servers: readonly ServerInfo[]) {
  const asked: { method: string; params: unknown }[] = [];
  const state = { servers };
  const watch = { look: () => Promise.resolve(state), latest: state, take: () => state, ending: new Set() };
  const request = (method: string, params: unknown) => {
    asked.push({ method, params });
    return Promise.resolve(state);
  };
  const measure = (params: unknown) => {
    asked.push({ method: "measure", params });
    return Promise.resolve({ text: "" });
  };
  const sidecar = { request, measure, state: { kind: "running" } };
  const interrupted: number[] = [];
  const interrupt = (_which: string, pid: number) => {
    interrupted.push(pid);
    return Promise.resolve(false);
  };
  const parts = { servers: watch, sidecar, documents: { preview: () => Promise.resolve() }, terminals: { interrupt } };
  return { asked, interrupted, parts: parts as unknown as Parts };
}

beforeEach(() => {
  offered.length = picks.length = ran.length = shown.length = opened.length = 0;
});

const STOP = { method: "tenstorrent/server", params: { action: "stop", port: 8001 } };

test("the server is ended whose button was pressed, and nobody is asked", async () => {
  const { asked, parts } = partsWith(first, second);
  assert.equal(await stopServer(parts, second.url), true);
  assert.deepEqual([asked, offered], [[STOP], []]);
});

test("Ctrl-C is pressed for the process of that server, and not at all for a container or a process that is not known", async () => {
  for (const [more, wanted] of [[{}, [8002]], [{ container: "vllm" }, []], [{ pid: null }, []]] as const) {
    const { asked, interrupted, parts } = partsWith(at(8001, more));
    assert.equal(await stopServer(parts, second.url), true);
    assert.deepEqual([interrupted, asked], [wanted, [STOP]]);
  }
});

test("of several servers the person chooses the one to end, or none", async () => {
  const { asked, parts } = partsWith(first, second, at(8002, { can_stop: false }), at(8003, { life: "lost" }));
  assert.equal(await stopServer(parts), false);
  assert.deepEqual([asked, offered], [[], [["Model 8000", "Model 8001"]]]);
  picks.push("Model 8001");
  assert.equal(await stopServer(parts), true);
  assert.deepEqual(asked, [STOP]);
});

test("a server of somebody else is not ended, and no other in its place", async () => {
  const { asked, parts } = partsWith(first, at(8001, { can_stop: false }));
  assert.equal(await stopServer(parts, second.url), false);
  assert.equal(await stopServer(parts, "http://127.0.0.1:9"), false);
  assert.deepEqual(asked, []);
  assert.deepEqual(shown, ["Model 8001 was not started here, so it is not ended here.", "No model server runs that was started here."]);
});

test("log, address, measurement and question are those of the server that was named", async () => {
  const { asked, parts } = partsWith(first, second);
  await openServerLog(parts, second.url);
  assert.deepEqual(opened, ["/logs/8001"]);
  assert.equal(await copyEndpoint(parts, second.url), "http://127.0.0.1:8001/v1");
  assert.equal(clipboard.text, "http://127.0.0.1:8001/v1");
  picks.push("Quick");
  await runBenchmark(parts, second.url);
  assert.deepEqual(asked, [{ method: "measure", params: { url: second.url, quick: true } }]);
  assert.equal((await answering(parts, second.url)).port, 8001);
  assert.equal((await answering(parts)).port, 8000);
});

test("a click on a server's row opens the menu of that server", async () => {
  const { parts } = partsWith(first, at(8001, { life: "starting" }));
  picks.push("$(debug-stop) Stop the Model Server");
  await showServerActions(parts, second.url);
  assert.deepEqual(offered.map(({ length }) => length), [3]);
  assert.deepEqual(ran, [{ id: "tenstorrent.stopServer", args: [second.url] }]);
});
