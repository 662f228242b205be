/**
 * A command in a managed terminal, followed to its end. Shell integration tells the exit code; where the shell tells
 * nothing, the command leaves it in a file.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Uri, type Terminal } from "vscode";
import type { Parts } from "./parts";
import { quote, type ShellName } from "./terminal-state";
import type { Which } from "./terminals";

export interface Ran {
  /** Undefined when nobody knows how it ended: stopped by Ctrl-C, or in a shell that does not tell. */
  readonly exitCode: number | undefined;
}

const POLL_MS = 500;
/** The file is written after the shell has taken the keyboard back. */
const WRITTEN_MS = 2000;

/** Counts the runs of this window. */
let runs = 0;

/** Undefined when nothing was typed, about which the person was told. */
export async function runToEnd(parts: Pick<Parts, "context" | "terminals">, which: Which, line: string): Promise<Ran | undefined> {
  const { context, terminals } = parts;
  const terminal = await terminals.ready(which);
  if (terminal.shellIntegration !== undefined) {
    return (await terminals.run(which, line)) === "typed" ? followed(terminals, which, terminal, undefined) : undefined;
  }
  runs += 1;
  // Every window keeps its files in this folder, and another one may run the same thing: the code of one proves no other.
  const file = Uri.joinPath(context.globalStorageUri, "runs", `${which}-${process.pid}-${runs}.code`).fsPath;
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  try {
    const typed = await terminals.run(which, leavingItsCode(line, terminals.shell(which), file));
    return typed === "typed" ? await followed(terminals, which, terminal, file) : undefined;
  } finally {
    await rm(file, { force: true });
  }
}

/** `file` is where the code will stand, unless the shell tells it. */
async function followed(terminals: Parts["terminals"], which: Which, terminal: Terminal, file: string | undefined): Promise<Ran> {
  let end = await terminals.commandEnd(which);
  // Neither the shell nor the kernel tells: the file does, as soon as it is there.
  while (file !== undefined && end?.kind === "unknown" && terminal.exitStatus === undefined) {
    const exitCode = await readCode(file);
    if (exitCode !== undefined) {
      return { exitCode };
    }
    await sleep(POLL_MS);
    end = await terminals.commandEnd(which);
  }
  if (end?.kind !== "ended") {
    return { exitCode: undefined };
  }
  return { exitCode: end.exitCode ?? (file === undefined ? undefined : await codeIn(file)) };
}

/** The command, with its exit code left in a file; as it is where the rules of the shell are not known. */
export function leavingItsCode(line: string, shell: ShellName | null, file: string): string {
  const status = shell === "fish" ? "$status" : "$?";
  return shell === null ? line : `${line}; echo ${status} > ${quote(file)}`;
}

async function codeIn(file: string): Promise<number | undefined> {
  const until = Date.now() + WRITTEN_MS;
  for (;;) {
    const code = await readCode(file);
    if (code !== undefined || Date.now() > until) {
      return code;
    }
    await sleep(POLL_MS);
  }
}

async function readCode(file: string): Promise<number | undefined> {
  const text = await readFile(file, "utf8").catch(() => "");
  return /^\d{1,3}\n$/.test(text) ? Number(text) : undefined;
}
