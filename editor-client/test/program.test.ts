/** Programs beside the sidecar know the settings that it knows: in a terminal, as an MCP server, as a child. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { registerMcpServer } from "../src/mcp-server";
import type { Parts } from "../src/parts";
import { callOf, programEnvironment } from "../src/program";
import { settingVariables } from "../src/settings";
import { configured, withMcp } from "./vscode.stub";

const SIDECAR = { binary: () => ({ path: "/usr/bin/printenv", origin: "path" as const }), onState: () => ({ dispose: () => undefined }) };
const SETTINGS = {
  "tenstorrent.simulate": "t3k",
  "tenstorrent.catalog": "/my specs/it's.json",
  "tenstorrent.catalogUpdates": false,
  "tenstorrent.catalogUrl": "https://mirror.example/specs",
  "tenstorrent.ttSmi": "/opt/tt-smi",
  "tenstorrent.server.host": "0.0.0.0",
  "tenstorrent.serverUrl": "http://models.example:8001",
  "tenstorrent.server.port": 8123,
  "tenstorrent.metalHome": "~/metal",
  "tenstorrent.vllmHome": "~/vllm",
};
const VARIABLES = {
  TT_JUKEBOX_SIMULATE: "t3k",
  TT_JUKEBOX_CATALOG: "/my specs/it's.json",
  TT_JUKEBOX_CATALOG_UPDATES: "off",
  TT_JUKEBOX_CATALOG_URL: "https://mirror.example/specs",
  TT_JUKEBOX_TT_SMI: "/opt/tt-smi",
  TT_JUKEBOX_HOST: "0.0.0.0",
  TT_JUKEBOX_SERVER_URL: "http://models.example:8001",
  TT_JUKEBOX_PORT: "8123",
  TT_JUKEBOX_METAL_HOME: "~/metal",
  TT_JUKEBOX_VLLM_HOME: "~/vllm",
};

beforeEach(() => { configured.clear(); });
const set = (values: object) => { Object.entries(values).forEach(([name, value]) => configured.set(name, value)); };

test("every setting that the sidecar is told has its variable, by the sidecar's own list", () => {
  set(SETTINGS);
  assert.deepEqual(settingVariables(), VARIABLES);
  const list = readFileSync(join(process.cwd(), "../server/settings/list.rs"), "utf8");
  Object.keys(VARIABLES).forEach((name) => { assert.ok(list.includes(`env: "${name}"`), name); });
});

test("a line for a terminal carries them, whatever they hold, and any shell understands it", () => {
  assert.equal(callOf(SIDECAR, "devices"), "/usr/bin/printenv devices");
  set(SETTINGS);
  for (const shell of ["sh", "bash", "zsh", "fish"].filter((name) => spawnSync(name, ["-c", "true"]).status === 0)) {
    for (const [name, value] of Object.entries(VARIABLES)) {
      assert.equal(spawnSync(shell, ["-c", callOf(SIDECAR, name)], { encoding: "utf8" }).stdout, `${value}\n`, shell);
    }
  }
});

test("an address with a password stands on no command line", () => {
  set({ "tenstorrent.catalogUrl": "https://me:secret@mirror.example", "tenstorrent.server.port": 8123 });
  assert.equal(callOf(SIDECAR, "list"), "env TT_JUKEBOX_PORT=8123 /usr/bin/printenv list");
  assert.equal(programEnvironment().TT_JUKEBOX_CATALOG_URL, "https://me:secret@mirror.example");
});

test("the MCP server is of the same box and talks to the same server", () => {
  set(SETTINGS);
  const servers = withMcp();
  const context = { extension: { packageJSON: { version: "1" } } };
  assert.ok(registerMcpServer({ context, sidecar: SIDECAR } as unknown as Parts));
  const [server] = servers() as { command: string; args: string[]; env: object }[];
  assert.deepEqual([server?.command, server?.args, server?.env], ["/usr/bin/printenv", ["mcp"], VARIABLES]);
});
