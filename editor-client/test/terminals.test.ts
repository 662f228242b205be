/** The managed terminals on a real shell in a real pseudo terminal: what runs there, and who may be pressed Ctrl-C at. */
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Terminals } from "../src/terminals";
import { pressing, shown, terminalEvents, window } from "./vscode.stub";

const able = process.platform === "linux" && ["python3", "bash"].every((name) => spawnSync(name, ["--version"]).status === 0);
const CTRL_C = "\u0003";
let host: ChildProcessWithoutNullStreams | undefined;
let shell = 0;
/** What the shell has shown. */
let screen = "";
/** What was typed by the terminals under test. */
const typed: string[] = [];

before(async () => {
  if (!able) {
    return;
  }
  host = spawn("python3", ["-c", "import pty; pty.spawn(['bash', '--norc', '-i'])"], { stdio: "pipe" });
  host.stdout.setEncoding("utf8").on("data", (part: string) => (screen += part));
  shell = await says("echo it-is=$$");
  const terminal = {
    name: "Tenstorrent",
    exitStatus: undefined,
    processId: Promise.resolve(shell),
    shellIntegration: {},
    state: { shell: "bash" },
    show: () => undefined,
    sendText: (text: string) => {
      typed.push(text);
    },
  };
  window.terminals.push(terminal);
});
beforeEach(() => {
  shown.length = typed.length = 0;
  delete pressing.button;
});
after(() => {
  host?.stdin.end();
  host?.kill("SIGKILL");
});

test("a process is pressed Ctrl-C at where it runs, and another is not in its place", { skip: !able, timeout: 20_000 }, async () => {
  const terminals = new Terminals();
  const program = await says("sh -c 'echo it-is=$$; exec sleep 30'");
  assert.equal(await terminals.interrupt("main", process.pid), false);
  assert.equal(await terminals.interrupt("main", shell), false);
  assert.deepEqual(typed, []);
  assert.equal(await terminals.interrupt("main", program), true);
  assert.deepEqual(typed, [CTRL_C]);
  process.kill(program, "SIGINT");
  await says("echo it-is=1");
  assert.equal(await terminals.interrupt("main", program), false);
  terminals.dispose();
});

test("a command can be run where nothing runs, or where only that runs which will be gone", { skip: !able, timeout: 20_000 }, async () => {
  const terminals = new Terminals();
  assert.equal(await terminals.canRun("main", "tt-smi -r", []), true);
  const program = await says("sh -c 'echo it-is=$$; exec sleep 30'");
  assert.equal(await terminals.canRun("main", "tt-smi -r", [program]), true);
  assert.deepEqual(shown, []);
  assert.equal(await terminals.canRun("main", "tt-smi -r", [process.pid]), false);
  assert.match(shown.join(), /busy, so nothing was typed/);
  setTimeout(() => process.kill(program, "SIGINT"), 500);
  const started = Date.now();
  await terminals.idle("main", 10_000);
  assert.ok(Date.now() - started >= 400 && Date.now() - started < 8_000);
  terminals.dispose();
});

/** A terminal of another session: nobody knows what stands or runs in it. */
function unknownTerminal() {
  const sent: string[] = [];
  const terminal = {
    name: "Tenstorrent Server",
    exitStatus: undefined,
    processId: Promise.resolve(undefined),
    shellIntegration: undefined,
    show: () => undefined,
    sendText: (text: string) => {
      sent.push(text);
    },
  };
  window.terminals.push(terminal);
  const remove = () => window.terminals.splice(window.terminals.indexOf(terminal), 1);
  return { remove, sent, terminal };
}

test("where nobody can tell, nothing is typed unless the person says so, and who ran the command knows", async () => {
  const { remove, sent } = unknownTerminal();
  const terminals = new Terminals();
  assert.equal(await terminals.run("server", "serve"), "unknown");
  assert.deepEqual(sent, []);
  pressing.button = "Type Anyway";
  assert.equal(await terminals.run("server", "serve"), "typed");
  assert.deepEqual(sent, ["serve"]);
  assert.equal(terminals.state("server").text, "serve");
  terminals.dispose();
  remove();
});

test("a question that is answered late is about the terminal as it is by then, and holds up nothing", async () => {
  const { remove, sent, terminal } = unknownTerminal();
  const terminals = new Terminals();
  const { showWarningMessage } = window;
  let answer: ((title: string) => void) | undefined;
  window.showWarningMessage = () => new Promise((resolve) => (answer = resolve as (title: string) => void));
  const placement = terminals.run("server", "serve");
  while (answer === undefined) {
    await sleep(10);
  }
  window.showWarningMessage = showWarningMessage;
  terminalEvents.started.fire({ terminal });
  assert.equal(await terminals.place("server", "another"), "busy");
  answer("Type Anyway");
  assert.equal(await placement, "busy");
  assert.deepEqual(sent, []);
  terminals.dispose();
  remove();
});

/** Types a command as a person does, and answers the number that it says. */
async function says(line: string): Promise<number> {
  screen = "";
  host?.stdin.write(`${line}\n`);
  for (;;) {
    const found = /^it-is=(\d+)\r?$/m.exec(screen);
    if (found !== null) {
      return Number(found[1]);
    }
    await sleep(50);
  }
}
