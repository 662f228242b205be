/** A command that leaves its exit code behind, proved by real shells. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { leavingItsCode } from "../src/run-to-end";
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
