/**
 * The extension from inside: these tests run in the extension host with the whole VS Code API and the real sidecar,
 * which pretends to sit in a box with one n150. `run.mjs` starts them.
 */
const assert = require("node:assert/strict");
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { join } = require("node:path");
const vscode = require("vscode");
const { commandTests } = require("./commands.cjs");
const { modelTests } = require("./models.cjs");
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

test("a model's details open as a rendered page, and the next ones take its place", async () => {
  for (const [asked, name] of [[MODEL, MODEL], [`meta-llama/${OTHER_MODEL}`, OTHER_MODEL]]) {
    const details = await vscode.commands.executeCommand("tenstorrent.showModel", asked);
    assert.ok(details.matches.some(({ device_type }) => device_type === "N150"), asked);
    const open = await until("the page", pages, ([page]) => page?.uri.path === `/${name}.md`);
    assert.equal(open.length, 1);
    assert.equal(open[0].viewType, "vscode.markdown.preview.editor");
    const text = (await vscode.workspace.openTextDocument(open[0].uri)).getText();
    assert.equal(text, details.text);
  }
});

test("an unknown model has no details, and no page opens", async () => {
  assert.equal(await vscode.commands.executeCommand("tenstorrent.showModel", "no-such-model"), undefined);
  assert.deepEqual(pages().map(({ uri }) => uri.path), [`/${OTHER_MODEL}.md`]);
});

test("a look for newer models asks the mirror, and says nothing is there when nothing is", async () => {
  const asked = [];
  const mirror = createServer((request, response) => {
    asked.push(request.url);
    response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(mirror, "listening");
  try {
    await restartedBy(() => change("catalogUrl", `http://127.0.0.1:${mirror.address().port}`));
    // The failure is told in a message, so the command has no answer.
    assert.equal(await vscode.commands.executeCommand("tenstorrent.refreshCatalog"), undefined);
    assert.deepEqual(asked, ["/main/release_model_spec.json"]);
    await assert.rejects(
      api.sidecar.request("tenstorrent/catalog", { refresh: true, if_due: false }),
      ({ failure }) => failure.kind === "network" && failure.why.includes("404"),
    );
    assert.ok((await api.sidecar.request("tenstorrent/catalog", { refresh: false, if_due: false })).models > 0);
  } finally {
    mirror.close();
    await restartedBy(() => change("catalogUrl", undefined));
  }
});

test("the editor's proxy is in the sidecar's environment", async () => {
  const proxy = "http://me:secret@127.0.0.1:1";
  const http = vscode.workspace.getConfiguration("http");
  const environment = ({ pid }) => readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  assert.ok(!environment(await running()).some((entry) => entry.startsWith("HTTPS_PROXY=")));
  try {
    const state = await restartedBy(() => http.update("proxy", proxy, vscode.ConfigurationTarget.Global));
    assert.ok(environment(state).includes(`HTTPS_PROXY=${proxy}`));
  } finally {
    await restartedBy(() => http.update("proxy", undefined, vscode.ConfigurationTarget.Global));
  }
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
  await restartedBy(({ pid }) => process.kill(pid, "SIGKILL"));
  assert.equal((await api.sidecar.request("tenstorrent/probe", { refresh: false })).simulated, "n150");
});

test("a changed setting starts it again with the new value", async () => {
  await restartedBy(() => change("server.port", 8123));
  const command = await api.sidecar.request("tenstorrent/command", { model: MODEL, device: null, shell: "bash" });
  assert.match(command.text, /--port 8123\b/);
  await change("server.port", undefined);
});

test("a sidecar that starts again is told the interval", async () => {
  await restartedBy(({ pid }) => process.kill(pid, "SIGKILL"));
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

commandTests(() => api);
modelTests(() => api, change);

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

/** The rendered pages of the extension, as they are open now. */
function pages() {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.map(({ input }) => input).filter((input) => input instanceof vscode.TabInputCustom && input.uri.scheme === "tenstorrent");
}

/** Does what starts the sidecar again, and waits until another one runs. */
async function restartedBy(work) {
  const before = await running();
  await work(before);
  return until("another process", () => api.sidecar.state, ({ kind, pid }) => kind === "running" && pid !== before.pid);
}

function running() {
  return until("a running sidecar", () => api.sidecar.state, ({ kind }) => kind === "running");
}

/** Changes a setting of the sandbox's workspace; `undefined` takes it away. */
function change(name, value) {
  const settings = vscode.workspace.getConfiguration("tenstorrent");
  return settings.update(name, value, vscode.ConfigurationTarget.Workspace);
}
