/** The rows of the view: states in words, menus that fit, and something to do where nothing is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentOf } from "../src/overview";
import { deviceRows, environmentRows, lessonRows, modelRows, sectionRows, serverRows, spoken } from "../src/overview-items";
import type { Environments, Host, LessonRow, Match, ServerInfo } from "../src/protocol";

const chip = { temperature_c: 45.4, power_w: 14, fw_bundle: "19.5.0.0", holders: [] } as Partial<Host["chips"][number]> as Host["chips"][number];
const host = {
  simulated: null,
  product_reason: "nothing on the bus",
  boards: [{ board_type: "n300", board_id: null, chips: [0, 1] }],
  chips: [chip, { ...chip, temperature_c: 51.6 }],
  findings: [],
} as Partial<Host> as Host;

test("the sections stand in one order, with what is known anyway beside their names", () => {
  const rows = sectionRows({ devices: "N300", server: "Llama ready", done: 3 });
  assert.deepEqual(rows.map(({ label, description }) => [label, description]), [
    ["Devices", "N300"],
    ["Model Server", "Llama ready"],
    ["Models", ""],
    ["Environments", ""],
    ["Lessons", "3 done"],
  ]);
});

test("a board says how warm it is and who has it", () => {
  const [free] = deviceRows(host);
  assert.deepEqual([free?.label, free?.description, free?.context], ["n300", "2 chips · 52 °C · 28 W · free", "device"]);
  const holder = { pid: 7, user: "me", command: "python train.py", start_ticks: 1 } as Host["chips"][number]["holders"][number];
  const [used] = deviceRows({ ...host, chips: [{ ...chip, holders: [holder] }, { ...chip, holders: [holder] }] });
  assert.match(used?.description ?? "", /in use$/);
  assert.equal(used?.tooltip, "Firmware 19.5.0.0\nUsed by process 7: python train.py");
});

test("without a board there is the reason, and a warning is a row of its own", () => {
  const finding = { id: "driver.missing", severity: "error", title: "No driver", evidence: "no module", next: "Install it", link: null } as const;
  const rows = deviceRows({ ...host, boards: [], findings: [finding, { ...finding, id: "x", severity: "info" }] });
  assert.deepEqual(rows.map(({ label, click }) => [label, click]), [["No Tenstorrent device", "doctor"], ["No driver", "doctor"]]);
  assert.equal(rows[0]?.description, "nothing on the bus");
});

test("models are those that run here, the first dozen, and a way to the others", () => {
  const of = (readiness: Match["readiness"], index: number) =>
    ({ model_id: `m${index}`, model_name: `M${index}`, readiness, device_type: "N300", tasks: ["chat"], reasons: [], hf_model_repo: "o/m" }) as Partial<Match> as Match;
  const matches = [of("ready", 0), of("needs_download", 1), of("elsewhere", 2), ...Array.from({ length: 20 }, (_, at) => of("needs_setup", at + 3))];
  const rows = modelRows({ matches });
  assert.equal(rows.length, 13);
  assert.deepEqual(rows.slice(0, 3).map(({ label, description, context }) => [label, description, context]), [
    ["M0", "ready · N300", "model.ready"],
    ["M1", "needs download · N300", "model.needs"],
    ["M3", "needs setup · N300", "model.needs"],
  ]);
  assert.equal(rows.at(-1)?.label, "All 23 models…");
  assert.equal(modelRows({ matches: [of("elsewhere", 1)] })[0]?.click, "listJukeboxModels");
});

test("a server's menu follows its life", () => {
  const of = (life: ServerInfo["life"]) => ({ url: "http://x", name: "Llama", life, why: "", next: "", steps: [], started_at: null }) as Partial<ServerInfo> as ServerInfo;
  const contexts = (["ready", "busy", "starting", "failing", "lost", "stopped"] as const).map((life) => serverRows([of(life)])[0]?.context);
  assert.deepEqual(contexts, ["server.answers", "server.answers", "server.runs", "server.runs", "server.gone", "server.gone"]);
  assert.deepEqual(serverRows([of("idle")]).map(({ context }) => context), ["server.none"]);
});

test("the buttons of a server's row are about that server, also where another has taken the address of one that is gone", () => {
  const of = (life: ServerInfo["life"], url: string) => ({ url, name: "Llama", life, why: "", next: "", steps: [], started_at: null }) as Partial<ServerInfo> as ServerInfo;
  const rows = serverRows([of("ready", "http://x"), of("ready", "http://y"), of("lost", "http://x")]);
  assert.deepEqual(rows.map(argumentOf), ["http://x", "http://y", "http://x"]);
  assert.equal(new Set(rows.map(({ id }) => id)).size, 3);
});

test("where there are several servers each row says where its one is", () => {
  const of = (port: number | null, url: string) => ({ url, port, name: "Llama", life: "busy", why: "", next: "", steps: [] }) as Partial<ServerInfo> as ServerInfo;
  const [here, there] = [of(8001, "http://127.0.0.1:8001"), of(null, "https://box.example:8000")];
  assert.deepEqual(serverRows([here, there]).map(({ description }) => description), ["port 8001 · busy", "box.example:8000 · busy"]);
  assert.deepEqual(serverRows([here]).map(({ description }) => description), ["busy"]);
});

test("environments and lessons say how far they are", () => {
  const environment = { name: "a", folder: "/e/a", metal: "v1", vllm: "abc", era: "E3", ready: true, in_use: true, bytes: 12.34e9 };
  const environments: Environments = { schema: 1, root: "/e", environments: [environment, { ...environment, name: "b", ready: false, in_use: false, bytes: null }] };
  assert.deepEqual(environmentRows(environments).map(({ description }) => description), ["ready · in use · 12.3 GB", "not finished"]);
  assert.equal(environmentRows({ ...environments, environments: [] })[0]?.click, "setUpModel");
  const lesson: LessonRow = { id: "a", walkthrough: "w", title: "A", done: true, can: true, why: "", nearest: null };
  const rows = lessonRows([lesson, { ...lesson, id: "b", title: "B", done: false, can: false, why: "no model", nearest: "a" }]);
  assert.deepEqual(rows.map(({ icon, description, tooltip }) => [icon, description, tooltip]), [
    ["pass-filled", "done", ""],
    ["circle-slash", "not on this machine", "no model. Nearest: A"],
  ]);
});

test("a command of a row gets what the row stands for, and every row can be spoken", () => {
  const [row] = lessonRows([{ id: "a", walkthrough: "w", title: "A", done: true, can: true, why: "", nearest: null }]);
  assert.ok(row !== undefined);
  assert.equal(argumentOf(row), "a");
  assert.equal(argumentOf(deviceRows(host)[0]), undefined);
  assert.equal(argumentOf("as it is"), "as it is");
  assert.equal(spoken(row), "A, done");
});
