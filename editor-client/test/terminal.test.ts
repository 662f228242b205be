/** When a terminal is typed into, and what may be typed. Pure, except for one look at a real shell. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandEnded, decide, foregroundOf, isPlaced, placeable, quote, reads, shellName } from "../src/terminal-state";

test("an idle terminal is typed into, one with a standing command is cleared first", () => {
  assert.equal(decide({ busy: false, foreground: "shell", standing: false }), "type");
  assert.equal(decide({ busy: false, foreground: undefined, standing: false }), "type");
  assert.equal(decide({ busy: false, foreground: "shell", standing: true }), "clear");
});

test("a busy terminal is never typed into, whoever says that it is busy", () => {
  for (const standing of [true, false]) {
    assert.equal(decide({ busy: true, foreground: "shell", standing }), "busy");
    assert.equal(decide({ busy: false, foreground: "other", standing }), "busy");
    assert.equal(decide({ busy: undefined, foreground: "other", standing }), "busy");
  }
});

test("without shell integration the kernel's word counts, and without that nothing is typed", () => {
  assert.equal(decide({ busy: undefined, foreground: "shell", standing: true }), "clear");
  assert.equal(decide({ busy: undefined, foreground: undefined, standing: true }), "unknown");
});

test("a command has ended when the shell says so, or when the shell has the keyboard back for a while", () => {
  const running = { closed: false, told: { ended: false, exitCode: undefined }, foreground: "other", atPromptMs: 0 } as const;
  assert.equal(commandEnded(running), undefined);
  assert.deepEqual(commandEnded({ ...running, told: { ended: true, exitCode: 1 } }), { kind: "ended", exitCode: 1 });
  // Between Enter and the program's start the shell still has the keyboard.
  assert.equal(commandEnded({ ...running, foreground: "shell", atPromptMs: 300 }), undefined);
  assert.deepEqual(commandEnded({ ...running, foreground: "shell", atPromptMs: 5000 }), { kind: "ended", exitCode: undefined });
  assert.equal(commandEnded({ ...running, told: undefined }), undefined);
  assert.deepEqual(commandEnded({ ...running, told: undefined, foreground: undefined }), { kind: "unknown" });
  assert.deepEqual(commandEnded({ ...running, closed: true }), { kind: "closed" });
});

test("/proc/PID/stat is read past a name with spaces and parentheses", () => {
  const stat = (group: number, foreground: number) => `77 (a) b (c)) S 1 ${group} 77 34816 ${foreground} 4194304 1 2`;
  assert.equal(foregroundOf(stat(77, 77)), "shell");
  assert.equal(foregroundOf(stat(77, 91)), "other");
  assert.equal(foregroundOf(stat(77, -1)), undefined);
  assert.equal(foregroundOf("nonsense"), undefined);
  assert.equal(foregroundOf(""), undefined);
});

test("Ctrl-C reaches what reads the keyboard, and neither the shell, nor its background, nor another terminal", () => {
  const stat = (pid: number, group: number, foreground: number) => `${pid} (a) b (c)) S 1 ${group} 77 34816 ${foreground} 4194304 1 2`;
  const shell = stat(77, 77, 91);
  assert.equal(reads(shell, stat(91, 91, 91)), true);
  assert.equal(reads(shell, stat(95, 91, 91)), true);
  assert.equal(reads(shell, stat(85, 85, 91)), false);
  assert.equal(reads(shell, stat(501, 501, -1)), false);
  assert.equal(reads(stat(77, 77, 77), stat(78, 77, 77)), false);
  assert.equal(reads(shell, ""), false);
  assert.equal(reads("", stat(91, 91, 91)), false);
});

test("this machine's own stat file has the expected layout", { skip: process.platform !== "linux" }, () => {
  assert.match(readFileSync("/proc/self/stat", "utf8"), /^\d+ \(.*\) \w -?\d+ \d+ \d+ -?\d+ -?\d+ /);
});

test("shells by name or path", () => {
  const names = ["/bin/bash", "zsh", "/usr/bin/fish", "/bin/dash", "pwsh", "", undefined];
  assert.deepEqual(names.map(shellName), ["bash", "zsh", "fish", "sh", null, null, null]);
});

test("quoted words come back unchanged from a real shell", () => {
  for (const word of ["plain-1.0/x", "two words", "it's", "$HOME `id` \"q\" \\", "", "a;b&c|d", "ünï"]) {
    const { stdout } = spawnSync("sh", ["-c", `printf %s ${quote(word)}`], { encoding: "utf8" });
    assert.equal(stdout, word);
  }
});

test("only text that stands still may be placed", () => {
  assert.equal(placeable("serve \\\n  --port 8000\n"), "serve \\\n  --port 8000");
  assert.equal(placeable("one line"), "one line");
  for (const text of ["", "a\nb", "a \\\\\nb", "a \\\n", "a\u0003b", "a\rb", "a\tb", "a\u001b[A"]) {
    assert.equal(placeable(text), undefined, JSON.stringify(text));
  }
});

test("a command that ran is the one that stood there: whole, with words changed, or as much as the shell tells", () => {
  const text = "cd /home/me/tt-vllm && \\\nenv \\\n  MESH_DEVICE=N150 \\\n  /env/bin/python /home/me/launch.py \\\n    --model a/b \\\n    --port 8000";
  const edited = "cd /home/me/tt-vllm &&  env  MESH_DEVICE=N150  /env/bin/python /home/me/launch.py  --model a/b  --port 9000 --seed 1";
  for (const line of [text, edited, "cd /home/me/tt-vllm", ""]) {
    assert.equal(isPlaced(line, text), true, line);
  }
  for (const line of ["python train.py", "/env/bin/python /home/me/chat.py", "python3 api.py --port 8000", "cd /home/me", "ls"]) {
    assert.equal(isPlaced(line, text), false, line);
  }
});

test("a real bash that keeps lines out of its history tells the beginning of a line in parts", { skip: spawnSync("bash", ["-c", "true"]).status !== 0 }, () => {
  const text = "cd / && \\\nenv \\\n  A=1 true";
  const { stdout } = spawnSync("bash", ["-c", `trap '[ "$told" ] || echo "$BASH_COMMAND"; told=1' DEBUG\n${text}`], { encoding: "utf8" });
  assert.equal(stdout, "cd /\n");
  assert.equal(isPlaced(stdout, text), true);
});
