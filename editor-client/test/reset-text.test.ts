/** What a person reads before and after a reset. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { boardLabel, firmwareRows } from "../src/firmware";
import type { Chip, Host } from "../src/protocol";
import { boardChoices, holdsUnseen, leftText, newcomersText, resetQuestion, resultText, stoppable } from "../src/reset-text";
import { holder, plan, verified } from "./reset-plans";

const ended = { kind: "ended", exitCode: 0 } as const;

test("a board that nobody holds", () => {
  assert.deepEqual(resetQuestion(plan, "reset"), {
    message: "Reset n300 at 0000:01:00.0?",
    detail: [
      "Boards:\n• n300 at 0000:01:00.0",
      "No process holds them.",
      'This runs in the terminal "Tenstorrent":\ntt-smi -r 0000:01:00.0',
    ].join("\n\n"),
    button: "Reset",
  });
});

test("every holder is named with user, start and command, and the notes follow", () => {
  const other = { ...holder, pid: 4712, user: null, command: null, started: null };
  const question = resetQuestion({ ...plan, holders: [holder, other], notes: ["Links train for a minute."], sudo: true }, "clear");
  assert.equal(question.message, "Free and reset the board?");
  assert.equal(question.button, "Stop Them and Reset");
  const lines = [
    "These processes hold them and would lose them for good:",
    "• Process 4711 · alice · since 2026-01-05 14:03",
    "   python serve.py --port 8000",
    "• Process 4712 · unknown user · start unknown",
    "   command unknown",
    "",
    "• Links train for a minute.",
    "",
    'This runs in the terminal "Tenstorrent", which may ask for your password:',
  ];
  assert.ok(question.detail.includes(lines.join("\n")), question.detail);
});

test("a long command line is cut, and its line breaks do not break the list", () => {
  const { detail } = resetQuestion({ ...plan, holders: [{ ...holder, command: `a\nb ${"x".repeat(500)}` }] }, "reset");
  assert.match(detail, /\n {3}a b x{156}…\n/);
});

test("who cannot be seen is said plainly, and the button says what it does", () => {
  for (const unseen of [{ ...plan, unseen_holders: true }, { ...plan, holders: [{ ...holder, pid: 0 }] }]) {
    assert.equal(holdsUnseen(unseen), true);
    const { detail, button } = resetQuestion(unseen, "reset");
    assert.equal(button, "Reset Anyway");
    assert.match(detail, /Not everybody who holds a board can be seen/);
    assert.doesNotMatch(detail, /No process holds them/);
  }
  // Without its start a pid may be somebody else's by the time that it is stopped.
  assert.deepEqual(stoppable({ holders: [holder, { ...holder, start_ticks: null }] }), [{ pid: 4711, start_ticks: 99 }]);
});

test("a simulated box is never reset, and the question says so", () => {
  const { message, detail, button } = resetQuestion({ ...plan, simulated: "n300" }, "reset");
  assert.match(message, /n300/);
  assert.match(detail, /^This box is simulated \(n300\): nothing will be run/);
  assert.doesNotMatch(detail, /runs in the terminal/);
  assert.equal(button, undefined);
});

test("several boards are counted in the question and listed below it", () => {
  const two = { ...plan, boards: ["n300 at 0000:01:00.0", "n300 at 0000:02:00.0"] };
  assert.equal(resetQuestion(two, "reset").message, "Reset 2 boards?");
  assert.equal(resetQuestion(two, "clear").message, "Free and reset all 2 boards?");
  assert.match(resetQuestion(two, "clear").detail, /• n300 at 0000:01:00\.0\n• n300 at 0000:02:00\.0/);
});

test("whoever came after the question is named", () => {
  const shown = { ...plan, holders: [holder] };
  assert.equal(newcomersText(shown, plan), "");
  assert.equal(newcomersText(shown, shown), "");
  const later = { ...holder, start_ticks: 100 };
  assert.match(newcomersText(shown, { ...plan, holders: [later] }), /taken by process 4711 \(alice: python serve\.py/);
  const unseen = { ...plan, unseen_holders: true };
  assert.match(newcomersText(plan, unseen), /taken by a process that cannot be seen/);
  assert.equal(newcomersText(unseen, unseen), "");
});

test("who is still there, why, and what to do", () => {
  const left = [{ pid: 7, why: "it belongs to root", next: "Ask its owner" }];
  assert.equal(
    leftText({ schema: 1, gone: [], left }),
    "Nothing was reset: the boards are still held. Process 7: it belongs to root. Ask its owner.",
  );
});

test("only what was verified counts, and a bad exit code casts doubt on good boards", () => {
  assert.deepEqual(resultText(verified, ended), { level: "info", text: "n300 is back and alive." });
  assert.deepEqual(resultText(verified, { kind: "ended", exitCode: undefined }).level, "info");
  const doubtful = resultText(verified, { kind: "ended", exitCode: 130 });
  assert.equal(doubtful.level, "warning");
  assert.match(doubtful.text, /exit code 130/);
  assert.equal(resultText(verified, { kind: "closed" }).level, "warning");
  assert.equal(resultText(verified, { kind: "unknown" }).level, "warning");
  const bad = { ...verified, ok: false, text: "The board is not well", problems: ["the heartbeat stands still"], next: "Reset again" };
  assert.deepEqual(resultText(bad, ended), {
    level: "error",
    text: "The board is not well. the heartbeat stands still. Reset again.",
  });
});

const chip = (bus_id: string | null, fw_bundle: string | null) => ({ bus_id, fw_bundle }) as Chip;
const host = {
  simulated: null,
  driver: "2.9.0",
  boards: [
    { board_type: "n300", board_id: "1", chips: [0, 1] },
    { board_type: null, board_id: null, chips: [2] },
  ],
  chips: [chip("0000:01:00.0", "19.5.0.0"), chip(null, "19.4.0.0"), chip("0000:02:00.0", null)],
} as unknown as Host;

test("a choice of boards only where there is one", () => {
  assert.deepEqual(boardChoices(host), [
    { label: "All boards", description: "2 boards", busIds: [] },
    { label: "n300 at 0000:01:00.0", description: "", busIds: ["0000:01:00.0"] },
    { label: "unknown board at 0000:02:00.0", description: "", busIds: ["0000:02:00.0"] },
  ]);
  assert.deepEqual(boardChoices({ ...host, boards: host.boards.slice(0, 1) }).map(({ busIds }) => busIds), [[]]);
  assert.equal(boardChoices({ ...host, boards: [] }).length, 1);
});

test("a board with many chips is named by its first", () => {
  const chips = ["a", "b", "c", "d"].map((id) => chip(id, null));
  assert.equal(boardLabel({ ...host, chips }, { board_type: "galaxy", board_id: null, chips: [0, 1, 2, 3] }), "galaxy at a and 3 more");
});

test("firmware by board, every version of a mixed one, and the driver", () => {
  assert.deepEqual(
    firmwareRows(host).map(({ line }) => line),
    [
      "n300 at 0000:01:00.0: firmware 19.5.0.0, 19.4.0.0",
      "unknown board at 0000:02:00.0: firmware unknown",
      "Kernel driver: 2.9.0",
    ],
  );
  assert.equal(firmwareRows({ ...host, boards: [], driver: null })[0]?.description, "not loaded");
});
