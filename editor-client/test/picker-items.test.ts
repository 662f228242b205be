/** The rows, sections and questions of the model picker. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { caution, pickerTitle, row, sections } from "../src/picker-items";
import type { Match, Readiness, WeightState } from "../src/protocol";

const match: Match = {
  model_id: "id_tt-transformers_Example-1B_n150",
  model_name: "Example-1B",
  family: "Example",
  hf_model_repo: "example/Example-1B",
  device_type: "N150",
  engine: "vLLM",
  implementation: "tt-transformers",
  status: "COMPLETE",
  validated: true,
  model_type: "LLM",
  tasks: ["chat", "code"],
  max_context: 131072,
  max_concurrency: 32,
  min_disk_gb: 36,
  min_ram_gb: 16,
  releases: ["0.1.0", "0.20.0"],
  current: true,
  fit: "fits",
  weights: { state: "absent", bytes: 0, folder: null, missing: [] },
  readiness: "needs_setup",
  experimental: null,
  command: true,
  reasons: ["listed for N150, which is this box"],
};
const carried: Match = {
  ...match,
  device_type: "N300",
  readiness: "experimental",
  experimental: { target: "N150", max_context: 24576, max_concurrency: 12, reduced: ["context 24576 instead of 65536"] },
  max_context: 24576,
  reasons: ["listed for N300: nobody has validated it on N150", "context 24576 instead of 65536"],
};
const ofWeights = (state: WeightState): Match => ({ ...match, weights: { ...match.weights, state } });

test("a row says device, status, context, disk, memory, tasks, and where it was dropped", () => {
  assert.deepEqual(row(match), {
    label: "Example-1B",
    description: "N150 · complete",
    detail: "128K context · 36 GB disk · 16 GB RAM · chat, code",
  });
  assert.match(row({ ...match, current: false }).detail, / · chat, code · last listed in 0\.20\.0$/);
});

test("what is downloaded comes first, and so does what is not whole", () => {
  assert.match(row(ofWeights("complete")).detail, /^downloaded · 128K/);
  assert.match(row(ofWeights("partial")).detail, /^download not whole · 128K/);
  assert.match(row(ofWeights("unknown")).detail, /^128K/);
});

test("what is not known is left out, and a container is said", () => {
  const bare = { ...match, max_context: 5000, min_disk_gb: null, min_ram_gb: null, tasks: [], releases: [] };
  assert.equal(row({ ...bare, engine: "media", command: false }).detail, "container only (media) · 5000 context");
});

test("what stands in the way comes before the figures", () => {
  const short = { ...match, reasons: [...match.reasons, "needs 16 GB of memory, this machine has 8"] };
  assert.match(row({ ...short, readiness: "does_not_fit", fit: "no" }).detail, /^needs 16 GB of memory, this machine has 8 · 128K/);
  assert.match(row({ ...short, fit: "tight" }).detail, /^needs 16 GB/);
});

test("an experimental row says for what it is listed, that nobody has validated it, and what was reduced", () => {
  const { description, detail } = row(carried);
  assert.equal(description, "listed for N300 · complete");
  assert.match(detail, /^not validated on N150 · context 24576 instead of 65536 · 24K context/);
});

test("before an experimental command, every reduction is told and the answer is one button", () => {
  assert.deepEqual(caution(carried, false), {
    message: "Example-1B is listed for N300, and nobody has validated it on N150.",
    detail: "• context 24576 instead of 65536\n\nIts command goes into the terminal. Nothing runs until you press Enter there.",
    button: "Prepare Anyway",
  });
});

test("what does not fit is asked about as well, and nothing else is", () => {
  const broken: Match = { ...match, readiness: "does_not_fit", reasons: [...match.reasons, "known not to work on N150"] };
  assert.equal(caution(broken, false)?.message, "Example-1B does not fit on this machine.");
  assert.match(caution(broken, false)?.detail ?? "", /^• known not to work on N150\n/);
  assert.equal(caution(match, false), undefined);
});

test("sections go from the nearest to the farthest and keep the order inside", () => {
  const named = (model_name: string, readiness: Readiness) => ({ ...match, model_name, readiness });
  const list = [
    named("a", "does_not_fit"),
    named("b", "needs_setup"),
    named("c", "experimental"),
    named("d", "needs_setup"),
    named("e", "ready"),
    named("f", "needs_download"),
  ];
  assert.deepEqual(
    sections(list).map(({ title, matches }) => [title, ...matches.map(({ model_name }) => model_name)]),
    [["Ready", "e"], ["Needs Download", "f"], ["Needs Setup", "b", "d"], ["Experimental", "c"], ["Does Not Fit", "a"]],
  );
  assert.deepEqual(sections([]), []);
});

test("the picker's title says when the box is simulated", () => {
  assert.equal(pickerTitle({ product: "N150", simulated: "n150" }), "Models for N150 (simulated)");
  assert.equal(pickerTitle({ product: null, simulated: null }), "Models");
});
