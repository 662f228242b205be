/** Who reads a terminal's keyboard, asked from the kernel: it knows also where shell integration is missing. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Terminal } from "vscode";
import { foregroundOf, reads, type TerminalFacts } from "./terminal-state";

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
  return foregroundOf(await shellStat(terminal));
}

/** True when this process is what reads the terminal's keyboard, so that Ctrl-C there means it and nobody else. */
export async function isForeground(terminal: Terminal, pid: number): Promise<boolean> {
  return reads(await shellStat(terminal), await stat(pid));
}

async function shellStat(terminal: Terminal): Promise<string> {
  const pid = await Promise.race([terminal.processId, sleep(1000, undefined)]);
  return pid === undefined ? "" : stat(pid);
}

/** Empty where it cannot be read: not Linux, a process somewhere else, or none. */
function stat(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
}
