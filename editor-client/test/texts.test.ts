/** What people read: picker rows, status bar, hardware message, the explanation document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { explainCommand } from "../src/explain";
import { hostText } from "../src/host-text";
import { noCommandText, pickerTitle, row, sections } from "../src/picker-items";
import type { Health, Host, Match, ServeCommand } from "../src/protocol";
import { deviceState, failedView, startingView, statusView } from "../src/status";

const match: Match = {
  model_id: "id_tt-transformers_Example-1B_n150",
  model_name: "Example-1B",
  hf_model_repo: "example/Example-1B",
  device_type: "N150",
  engine: "vLLM",
  status: "COMPLETE",
  validated: true,
  model_type: "LLM",
  max_context: 131072,
  min_disk_gb: 36,
  min_ram_gb: 16,
  releases: ["0.1.0"],
  fit: "fits",
  reasons: [],
  command: true,
};

test("a row says device, status, context, disk and memory", () => {
  assert.deepEqual(row(match), {
    label: "Example-1B",
    description: "N150 · COMPLETE",
    detail: "128K context · 36 GB disk · 16 GB RAM",
  });
});

test("what is not known is left out, what is unusual is said", () => {
  const odd = { ...match, max_context: 5000, min_disk_gb: null, min_ram_gb: null, engine: "media", command: false };
  const reasons = ["image model", "container only"];
  assert.equal(row({ ...odd, reasons }).detail, "No host command · image model · container only · 5000 context · media");
  assert.equal(
    noCommandText({ ...odd, reasons }),
    "There is no host command for Example-1B on N150: image model; container only.",
  );
  assert.equal(noCommandText(odd), "There is no host command for Example-1B on N150.");
});

test("sections go from the best fit to none and keep the order inside", () => {
  const named = (model_name: string, fit: Match["fit"]) => ({ ...match, model_name, fit });
  const list = [named("a", "no"), named("b", "fits"), named("c", "unknown"), named("d", "fits"), named("e", "tight")];
  assert.deepEqual(
    sections(list).map(({ title, matches }) => [title, ...matches.map(({ model_name }) => model_name)]),
    [["Fits", "b", "d"], ["Tight", "e"], ["Fit unknown", "c"], ["Does not fit", "a"]],
  );
  assert.deepEqual(sections([]), []);
});

test("the picker's title says when the box is simulated", () => {
  assert.equal(pickerTitle({ product: "N150", simulated: "n150" }), "Models for N150 (simulated)");
  assert.equal(pickerTitle({ product: null, simulated: null }), "Models");
});

test("the status bar", () => {
  const status = { health: "healthy", text: "N150", summary: "One N150, healthy", simulated: null } as const;
  assert.deepEqual(statusView(status), { text: "$(chip) TT: N150", label: "One N150, healthy", background: undefined });
  assert.equal(statusView({ ...status, simulated: "n150" }).text, "$(chip) TT: N150 (simulated)");
  assert.equal(statusView({ ...status, simulated: "n150", text: "N150 (simulated)" }).text, "$(chip) TT: N150 (simulated)");
  assert.equal(startingView().text, "$(sync~spin) TT: checking");
  const failed = failedView({ kind: "k", what: "No sidecar", why: "missing", next: "Install it." });
  assert.deepEqual(failed, { text: "$(error) TT: not running", label: "No sidecar: missing. Install it.", background: "error" });
});

test("each state has an icon of its own kind, and only warnings and errors have a colour", () => {
  const of = (health: Health) => statusView({ health, text: "x", summary: "s", simulated: null });
  const shown: Record<Health, [string, string | undefined, string | undefined]> = {
    checking: ["$(sync~spin) TT: x", undefined, undefined],
    healthy: ["$(chip) TT: x", undefined, "ok"],
    busy: ["$(play-circle) TT: x", undefined, "ok"],
    warning: ["$(warning) TT: x", "warning", "warn"],
    stale: ["$(history) TT: x", undefined, "warn"],
    no_device: ["$(circle-slash) TT: x", undefined, "none"],
    no_driver: ["$(warning) TT: x", undefined, "warn"],
    error: ["$(error) TT: x", "error", "error"],
  };
  for (const [health, expected] of Object.entries(shown) as [Health, unknown][]) {
    assert.deepEqual([of(health).text, of(health).background, deviceState(health)], expected, health);
    assert.equal(of(health).label, "s");
  }
});

const host: Host = {
  schema: 1,
  simulated: null,
  product: "N300",
  product_reason: "one n300 board",
  runnable: ["N300"],
  boards: [{ board_type: "n300", board_id: null, chips: [0, 1] }],
  chips: Array.from<Host["chips"][number]>({ length: 2 }),
  health: "healthy",
  findings: [],
  // The fields that no text is made of are left out.
} as Partial<Host> as Host;

test("the message about the hardware names the box and the worst finding", () => {
  assert.deepEqual(hostText(host), { level: "info", text: "N300: 1 board, 2 chips." });
  const finding = { id: "x", severity: "warning", title: "Chip 0 is hot", evidence: "95", next: "Check the fan", link: null } as const;
  const info = { ...finding, severity: "info", title: "Old firmware" } as const;
  assert.deepEqual(hostText({ ...host, simulated: "n300", findings: [info, finding] }), {
    level: "warning",
    text: "N300 (simulated): 1 board, 2 chips. Chip 0 is hot. Check the fan.",
  });
  assert.equal(
    hostText({ ...host, product: null, boards: [], product_reason: "nothing on the bus" }).text,
    "No Tenstorrent device: nothing on the bus.",
  );
});

test("the explanation names every source, and no cell breaks the table", () => {
  const command: ServeCommand = {
    schema: 1,
    model_id: match.model_id,
    model_name: "Example-1B",
    device_type: "N150",
    simulated: "n150",
    target: "host",
    shell: "bash",
    text: "vllm \\\n  serve\n",
    tests: [],
    files: [],
    era: "E3",
    launcher: null,
    tt_config_flag: null,
    env: [],
    program: "vllm",
    args: ["serve"],
    cwd: "/work",
    notes: ["Mind the port."],
    provenance: [{ name: "--x", value: "a|b", source: "the\nspec", rule: "" }],
  };
  const text = explainCommand(command);
  assert.ok(text.includes("```sh\nvllm \\\n  serve\n```"), text);
  assert.ok(text.includes("| --x | a\\|b | the spec |"), text);
  assert.ok(text.includes("- Mind the port."), text);
  assert.ok(text.includes("simulated (n150)"), text);
});
