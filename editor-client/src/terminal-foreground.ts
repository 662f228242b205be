/** Who reads a terminal's keyboard, asked from the kernel: it knows also where shell integration is missing. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Terminal } from "vscode";
import { foregroundOf, type TerminalFacts } from "./terminal-state";

const SETTLE_MS = 300;
const SETTLE_TRIES = 4;

/** A prompt may run a short program before it is drawn, so a terminal that is not known as busy gets a moment. */
export async function settledForeground(
  terminal: Terminal,
  knownAsBusy: () => boolean,
): Promise<TerminalFacts["foreground"]> {
  let now = await foreground(terminal);
  for (let tries = 0; now === "other" && !knownAsBusy() && tries < SETTLE_TRIES; tries += 1) {
    await sleep(SETTLE_MS);
    now = await foreground(terminal);
  }
  return now;
}

export async function foreground(terminal: Terminal): Promise<TerminalFacts["foreground"]> {
  const pid = await Promise.race([terminal.processId, sleep(1000, undefined)]);
  if (pid === undefined) {
    return undefined;
  }
  try {
    return foregroundOf(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // Not Linux, or the shell is somewhere else: shell integration alone decides.
    return undefined;
  }
}
