/**
 * A reset from the question to the proof, on a machine made of files with a tt-smi that knows it: like the real one
 * that tt-smi ends with 0 whether the board came back or not.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
/** The sidecar waits for a board as long as a real one may take, two minutes, before it says that it is not back. */
const LONG = { timeout: 240_000 };
const RESET = "Tenstorrent: Reset Device";
const CLEAR = "Tenstorrent: Clear Device State";

const session = useSession({ fakeBox: true });

test("Cancel does nothing", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand(RESET);
  const { message, detail, buttons } = await workbench.question();
  assert.equal(message, "Reset n150 at 0000:01:00.0?");
  assert.match(detail, /No process holds them\./);
  assert.match(detail, /tt-smi -r/);
  assert.deepEqual([...buttons].sort(), ["Cancel", "Reset"]);
  await workbench.screenshot("reset-question");
  await workbench.answer("Cancel");
  assert.deepEqual(server.box.resetCalls(), []);
  assert.deepEqual(await workbench.messages(), []);
});

test("a reset runs in the terminal and ends when the board is proved to be back", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.runCommand(RESET);
  await workbench.answer("Reset");
  await workbench.message(/back and alive/);
  await workbench.screenshot("reset-verified");
  assert.deepEqual(server.box.resetCalls(), ["-r"]);
  assert.deepEqual(await workbench.terminalNames(), ["Tenstorrent"]);
  assert.match(await workbench.terminalText(), /tt-smi -r[^]*Re-initializing boards/);
  await workbench.clearMessages();
});

test("clearing the state names the holder and stops it before the reset", LIMIT, async () => {
  const { server, workbench } = session;
  const { pid, ended } = await server.box.hold();
  await workbench.runCommand(CLEAR);
  const { message, detail, buttons } = await workbench.question();
  assert.equal(message, "Free and reset the board?");
  assert.match(detail, new RegExp(`Process ${pid} · \\S+ · since \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d`));
  assert.match(detail, /train --epochs 3/);
  assert.deepEqual([...buttons].sort(), ["Cancel", "Stop Them and Reset"]);
  await workbench.screenshot("clear-question");
  await workbench.answer("Stop Them and Reset");
  await ended;
  await workbench.message(/back and alive/);
  assert.deepEqual(server.box.resetCalls(), ["-r", "-r"]);
  await workbench.clearMessages();
});

test("what a person has begun to type is not run together with the reset", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.typeInTerminal("echo half a");
  await workbench.runCommand(RESET);
  await workbench.answer("Reset");
  await workbench.message(/back and alive/);
  assert.equal(server.box.resetCalls().length, 3);
  assert.doesNotMatch(await workbench.terminalText(), /half a.*tt-smi/);
  await workbench.clearMessages();
});

test("a holder that cannot be seen is said plainly, and Cancel leaves it alone", LIMIT, async () => {
  const { server, workbench } = session;
  server.box.write("proc/driver/tenstorrent/0/pids", "0");
  await workbench.runCommand(RESET);
  const { detail, buttons } = await workbench.question();
  assert.match(detail, /Not everybody who holds a board can be seen/);
  assert.deepEqual([...buttons].sort(), ["Cancel", "Reset Anyway"]);
  await workbench.screenshot("reset-unseen-holder");
  await workbench.answer("Cancel");
  assert.equal(server.box.resetCalls().length, 3);
  server.box.write("proc/driver/tenstorrent/0/pids", "");
});

test("a busy terminal is left alone, nothing is reset, and nobody is stopped for it", LIMIT, async () => {
  const { server, workbench } = session;
  const { pid, ended } = await server.box.hold();
  await workbench.typeInTerminal("sleep 600");
  await workbench.page.keyboard.press("Enter");
  await workbench.page.waitForTimeout(1_000);
  await workbench.runCommand(RESET);
  await workbench.answer("Stop Them and Reset");
  await workbench.message(/"Tenstorrent" is busy, so nothing was typed/);
  await workbench.screenshot("reset-busy-terminal");
  assert.equal(server.box.resetCalls().length, 3);
  assert.equal(process.kill(pid, 0), true);
  process.kill(pid, "SIGTERM");
  await ended;
  await workbench.clearMessages();
  await workbench.page.locator(".terminal-wrapper.active .xterm-screen").first().click();
  await workbench.page.keyboard.press("Control+c");
});

test("a heartbeat that stands still is a failed reset, although tt-smi ended with 0", LONG, async () => {
  const { server, workbench } = session;
  server.box.stopHeart();
  await workbench.runCommand(RESET);
  await workbench.answer("Reset");
  await workbench.message(/Waiting until the boards are back, at most \d+ s: [1-9]\d* s/);
  await workbench.screenshot("reset-waiting");
  const message = await workbench.message(/heartbeat that stands still/, 180_000);
  assert.match(message, /not every chip is back and alive.*Reset once more/s);
  assert.deepEqual(await workbench.messageButtons(), ["Doctor"]);
  assert.equal(server.box.resetCalls().length, 4);
  await workbench.screenshot("reset-not-back");
  // A heartbeat is judged by two looks that are two seconds apart.
  await workbench.page.waitForTimeout(2_500);
  await workbench.runCommand("Tenstorrent: Refresh Device Status");
  await workbench.until("the error in the status bar", () => workbench.statusLook(), ({ colour }) => colour === "error");
});
