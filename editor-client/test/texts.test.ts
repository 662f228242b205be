/** What people read: status bar, hardware message, the explanation document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refreshedText } from "../src/catalog-refresh";
import { explainCommand } from "../src/explain";
import { hostText } from "../src/host-text";
import { lessonState } from "../src/lessons";
import type { CatalogInfo, Health, Host, LessonRow, ServeCommand } from "../src/protocol";
import { deviceState, failedView, startingView, statusView } from "../src/status";

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
    model_id: "id_tt-transformers_Example-1B_n150",
    model_name: "Example-1B",
    device_type: "N150",
    simulated: "n150",
    target: "host",
    shell: "bash",
    text: "vllm \\\n  serve\n",
    tests: [{ title: "List the models", text: "curl x\n" }],
    files: [],
    era: "E3",
    launcher: null,
    tt_config_flag: null,
    env: [],
    program: "vllm",
    args: ["serve"],
    cwd: "/work",
    notes: ["Mind the port."],
    provenance: [{ name: "--x", value: "a|b", source: "the\nspec", rule: "by the book" }],
  };
  const text = explainCommand(command);
  assert.ok(text.includes("```sh\nvllm \\\n  serve\n```"), text);
  assert.ok(text.includes("| `--x` | `a\\|b` | the spec | by the book |"), text);
  assert.ok(text.includes("- Mind the port."), text);
  assert.ok(text.includes("List the models\n\n```\ncurl x\n```"), text);
  assert.ok(text.includes("simulated (n150)"), text);
});

test("a look for newer models says what came of it, and whether anybody was asked", () => {
  const info = { looked: true, models: 57, newest: "0.25.0", source: "/my/specs.json", updated: null, url: "https://x" } as CatalogInfo;
  assert.equal(refreshedText({ ...info, updated: "0.26.0" }), "The catalog now goes up to release 0.26.0 and has 57 models.");
  assert.equal(refreshedText(info), "There is nothing newer than release 0.25.0.");
  assert.match(refreshedText({ ...info, looked: false }), /another window/);
  assert.match(refreshedText({ ...info, looked: false, url: null }), /tenstorrent\.catalog names the catalog \(\/my\/specs\.json\)/);
});

test("a lesson in the list says when it is done, and what is nearest where it cannot be done", () => {
  const row: LessonRow = { id: "a", walkthrough: "w", title: "A", done: false, can: true, why: "", nearest: null };
  const other = { ...row, id: "b", title: "B" };
  assert.deepEqual(lessonState(row, [row]), {});
  assert.deepEqual(lessonState({ ...row, done: true }, [row]), { description: "done" });
  const cannot = { ...row, can: false, why: "no image model" };
  assert.deepEqual(lessonState(cannot, [row]), { description: "not on this machine", detail: "no image model" });
  const near = lessonState({ ...cannot, nearest: "b" }, [row, other]);
  assert.equal(near.detail, "no image model. Nearest: B");
});
