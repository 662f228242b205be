/** A command that leaves its exit code behind, proved by real shells. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Parts } from "../src/parts";
import { leavingItsCode, runToEnd } from "../src/run-to-end";
import type { ShellName } from "../src/terminal-state";

const SHELLS: readonly ShellName[] = ["sh", "bash", "zsh", "fish"];

test("the exit code stands in the file, also of a line in parts and beside a name with a quote", () => {
  const folder = mkdtempSync(join(tmpdir(), "run it's-"));
  try {
    for (const shell of SHELLS.filter((name) => spawnSync(name, ["-c", "true"]).status === 0)) {
      for (const [line, code] of [["true", 0], ["cd / && \\\n  sh -c 'exit 7'", 7], ["false && true", 1]] as const) {
        const file = join(folder, "code");
        spawnSync(shell, ["-c", leavingItsCode(line, shell, file)]);
        assert.equal(readFileSync(file, "utf8"), `${code}\n`, `${shell}: ${line}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("where the rules of the shell are not known, the line stays as it is", () => {
  assert.equal(leavingItsCode("make", null, "/x"), "make");
});

test("each run has its own file for its code, which is gone afterwards", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tt-runs-"));
  const lines: string[] = [];
  const terminals = (code: number) => ({
    ready: () => Promise.resolve({ shellIntegration: undefined }),
    shell: () => "sh",
    run: (_which: string, line: string) => {
      lines.push(line);
      // What the shell of this window does; another window's has the older line.
      const own = /> (\S+)$/.exec(line)?.[1] ?? "";
      const other = /> (\S+)$/.exec(lines[0] ?? "")?.[1] ?? "";
      writeFileSync(own, `${code}\n`);
      if (other !== own) {
        writeFileSync(other, "0\n");
      }
      return Promise.resolve("typed");
    },
    commandEnd: () => Promise.resolve({ kind: "ended", exitCode: undefined }),
  });
  try {
    const run = (code: number) =>
      runToEnd({ context: { globalStorageUri: { fsPath: folder } }, terminals: terminals(code) } as unknown as Parts, "main", "make");
    assert.deepEqual(await run(0), { exitCode: 0 });
    assert.deepEqual(readdirSync(join(folder, "runs")), []);
    assert.deepEqual(await run(7), { exitCode: 7 });
    assert.notEqual(lines[0], lines[1]);
    assert.ok(lines.every((line) => line.includes(String(process.pid))));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
