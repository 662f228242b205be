/**
 * The extension from inside: these tests run in the extension host with the whole VS Code API and the real sidecar,
 * which pretends to sit in a box with one n150. `run.mjs` starts them.
 */
const assert = require("node:assert/strict");
const { join } = require("node:path");
const vscode = require("vscode");
const { runAll, test, until } = require("./runner.cjs");

const MODEL = "Llama-3.1-8B-Instruct";
const OTHER_MODEL = "Llama-3.2-1B-Instruct";

const extension = vscode.extensions.getExtension("tenstorrent-jukebox.tt-jukebox");
let api;

test("it activates, and the status bar names the simulated n150", async () => {
  assert.ok(extension, "the extension is not here");
  const started = performance.now();
  api = await extension.activate();
  const took = performance.now() - started;
  const text = await until("the status", () => api.status.text, (shown) => /n150/i.test(shown));
  assert.match(text, /simulated/);
  assert.ok(took < 2_000, `activation took ${took} ms`);
});

test("every command it contributes is registered", async () => {
  const registered = new Set(await vscode.commands.getCommands(true));
  const contributed = extension.packageJSON.contributes.commands.map(({ command }) => command);
  assert.ok(contributed.length > 0);
  assert.deepEqual(contributed.filter((command) => !registered.has(command)), []);
});

test("detecting the hardware answers the simulated box", async () => {
  const host = await vscode.commands.executeCommand("tenstorrent.runHardwareDetection");
  assert.equal(host.simulated, "n150");
  assert.match(host.product, /^n150$/i);
});

test("a chosen model's command stands in the server terminal and does not run", async () => {
  const served = await serve(MODEL);
  const { commandLines } = await import("../ui/terminal-text.mjs");
  assert.deepEqual(await standing(served.command.text), commandLines(served.command.text));
  assert.equal(vscode.window.activeTerminal?.name, "Tenstorrent Server");
  assert.equal(api.terminals.state("server").standing, true);
});

test("the next choice replaces the command that stands there", async () => {
  const served = await serve(OTHER_MODEL);
  const { commandLines } = await import("../ui/terminal-text.mjs");
  assert.deepEqual(await standing(served.command.text), commandLines(served.command.text));
  assert.equal(vscode.window.terminals.filter(({ name }) => name === "Tenstorrent Server").length, 1);
});

test("an unknown model is refused with a reason and nothing is typed", async () => {
  const before = api.terminals.state("server").text;
  const served = await vscode.commands.executeCommand("tenstorrent.startVllmServer", "no-such-model");
  assert.equal(served, undefined);
  assert.equal(api.terminals.state("server").text, before);
});

test("a chosen interval is the user's setting, and the sidecar is told without being started again", async () => {
  const before = await running();
  await until("the usual interval", () => api.monitor.answered, (seconds) => seconds === 60);
  await vscode.commands.executeCommand("tenstorrent.setMonitorInterval", "5m");
  await until("the answer", () => api.monitor.answered, (seconds) => seconds === 300);
  assert.equal(vscode.workspace.getConfiguration("tenstorrent").inspect("monitor.interval").globalValue, "5m");
  assert.equal(api.sidecar.state.pid, before.pid);
});

test("auto-update is switched off and on", async () => {
  await vscode.commands.executeCommand("tenstorrent.toggleAutoUpdate");
  await until("the answer", () => api.monitor.answered, (seconds) => seconds === null);
  await vscode.commands.executeCommand("tenstorrent.toggleAutoUpdate");
  await until("the answer", () => api.monitor.answered, (seconds) => seconds === 300);
});

test("a sidecar that was killed is started again and answers", async () => {
  const before = await running();
  process.kill(before.pid, "SIGKILL");
  await until("another process", () => api.sidecar.state, ({ kind, pid }) => kind === "running" && pid !== before.pid);
  assert.equal((await api.sidecar.request("tenstorrent/probe", { refresh: false })).simulated, "n150");
});

test("a changed setting starts it again with the new value", async () => {
  const before = await running();
  await change("server.port", 8123);
  await until("another process", () => api.sidecar.state, ({ kind, pid }) => kind === "running" && pid !== before.pid);
  const command = await api.sidecar.request("tenstorrent/command", { model: MODEL, device: null, shell: "bash" });
  assert.match(command.text, /--port 8123\b/);
  await change("server.port", undefined);
});

test("a sidecar that starts again is told the interval", async () => {
  const before = await running();
  process.kill(before.pid, "SIGKILL");
  await until("another process", () => api.sidecar.state, ({ kind, pid }) => kind === "running" && pid !== before.pid);
  const status = await until("the rhythm", () => api.status.latestStatus, (shown) => shown?.interval_s === 300);
  assert.equal(status.simulated, "n150");
});

test("refreshing answers the box and leaves the bar with it", async () => {
  const host = await vscode.commands.executeCommand("tenstorrent.refreshDevices");
  assert.equal(host.simulated, "n150");
  await until("the status", () => api.status.text, (shown) => /n150/i.test(shown));
});

test("a path that holds no sidecar is said, and mending it is enough", async () => {
  const missing = join(process.env.HOME, "no", "such", "tt-jukebox");
  await running();
  await change("sidecar.path", missing);
  const state = await until("the failure", () => api.sidecar.state, ({ kind }) => kind === "failed");
  assert.equal(state.failure.kind, "sidecar_missing");
  assert.ok(state.failure.why.includes(missing), state.failure.why);
  assert.match(api.status.text, /not running/);
  await assert.rejects(api.sidecar.request("tenstorrent/probe", { refresh: false }), { name: "FailureError" });

  await change("sidecar.path", undefined);
  await running();
  await until("the status", () => api.status.text, (shown) => /n150/i.test(shown));
});

exports.run = runAll;

/** Runs the command as the picker does and compares its answer with the sidecar's own. */
async function serve(model) {
  const served = await vscode.commands.executeCommand("tenstorrent.startVllmServer", model);
  assert.equal(served?.placement, "typed");
  const { shell } = served.command;
  const answer = await api.sidecar.request("tenstorrent/command", { model, device: null, shell });
  assert.equal(served.command.text, answer.text);
  return served;
}

/** What stands at the server terminal's prompt, read the way a person copies it, once it is `expected` long. */
async function standing(expected) {
  const { commandLines, standingLines } = await import("../ui/terminal-text.mjs");
  const wanted = commandLines(expected);
  const read = async () => {
    await vscode.commands.executeCommand("workbench.action.terminal.selectAll");
    await vscode.commands.executeCommand("workbench.action.terminal.copySelection");
    await vscode.commands.executeCommand("workbench.action.terminal.clearSelection");
    return standingLines((await vscode.env.clipboard.readText()).replaceAll("\r", ""));
  };
  return until("the command in the terminal", read, (lines) => lines.at(-1) === wanted.at(-1));
}

function running() {
  return until("a running sidecar", () => api.sidecar.state, ({ kind }) => kind === "running");
}

/** Changes a setting of the sandbox's workspace; `undefined` takes it away. */
function change(name, value) {
  const settings = vscode.workspace.getConfiguration("tenstorrent");
  return settings.update(name, value, vscode.ConfigurationTarget.Workspace);
}
