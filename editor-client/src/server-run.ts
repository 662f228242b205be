/**
 * A model server in its terminal: from the moment its command begins to run until it ends. The sidecar is told which
 * process it is, where its output goes and how it ended, so that it is found again by every window and every shell.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createWriteStream, existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { Uri, window, type Disposable, type Terminal, type TerminalShellExecution } from "vscode";
import type { Parts } from "./parts";
import type { ServeCommand, Traces } from "./protocol";
import { isPlaced } from "./terminal-state";
import { NAMES } from "./terminals";

/** A command that stands in the terminal of the server, or was typed there. */
export interface Prepared {
  readonly command: ServeCommand;
  readonly port: number;
  /** What it leaves behind by itself; undefined in a terminal whose shell tells what it runs. */
  readonly traces: Traces | undefined;
}

const POLL_MS = 500;
/** A terminal shows no more of what was there before, and a log of a start has some hundred kilobytes. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;

/** The same with the text as it was typed. */
interface Standing extends Prepared {
  readonly text: string | undefined;
}

export class ServerRun implements Disposable {
  private prepared: Standing | undefined;
  private current: { readonly execution: TerminalShellExecution; readonly port: number } | undefined;
  private readonly subscriptions: readonly Disposable[] = [
    window.onDidStartTerminalShellExecution(({ terminal, execution }) => {
      const { prepared } = this;
      if (terminal.name !== NAMES.server || prepared === undefined) {
        return;
      }
      const ours = this.stands(prepared) && isPlaced(execution.commandLine.value, prepared.text ?? "");
      // Whatever runs now, the command does not stand there any more.
      this.prepared = undefined;
      if (ours) {
        this.current = { execution, port: prepared.port };
        this.began(terminal, prepared, execution);
      }
    }),
    window.onDidEndTerminalShellExecution(({ execution, exitCode }) => {
      const { current } = this;
      if (current?.execution === execution) {
        this.current = undefined;
        this.tell(this.parts.sidecar.request("tenstorrent/server/ended", {
          port: current.port,
          exit_code: exitCode ?? null,
          stopped: false,
        }));
      }
    }),
  ];

  constructor(private readonly parts: Pick<Parts, "context" | "log" | "sidecar" | "servers" | "terminals">) {}

  /** Files that a command leaves behind in a terminal that tells nothing. Their folder is made: a shell makes none. */
  async traces(port: number): Promise<Traces> {
    const file = (ending: string) => this.file(`${port}.${ending}`);
    await mkdir(dirname(file("log")), { recursive: true });
    // What an earlier command has left there is not about this one.
    await rm(file("marker"), { force: true });
    return { marker: file("marker"), log: file("log") };
  }

  /** A command stands in the terminal: once it runs, it is followed. */
  expect(prepared: Prepared, terminal: Terminal): void {
    const standing = { ...prepared, text: this.parts.terminals.state("server").text };
    this.prepared = standing;
    if (prepared.traces !== undefined) {
      void this.waitForMarker(terminal, standing, prepared.traces.marker);
    }
  }

  dispose(): void {
    this.prepared = undefined;
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  /** False when something else was typed there since. */
  private stands({ text }: Standing): boolean {
    return this.parts.terminals.state("server").text === text;
  }

  /** Without shell integration nobody tells what runs in the terminal; but this command begins with its marker. */
  private async waitForMarker(terminal: Terminal, prepared: Standing, marker: string): Promise<void> {
    while (this.prepared === prepared && this.stands(prepared) && terminal.exitStatus === undefined) {
      if (existsSync(marker)) {
        this.prepared = undefined;
        this.began(terminal, prepared, undefined);
        return;
      }
      await sleep(POLL_MS);
    }
  }

  private began(terminal: Terminal, prepared: Prepared, execution: TerminalShellExecution | undefined): void {
    const { command, port, traces } = prepared;
    const log = traces?.log ?? this.file(`${port}.log`);
    if (execution !== undefined && traces === undefined) {
      keep(execution, log).catch((error: unknown) => {
        this.parts.log.warn(`the output of the server is not kept: ${String(error)}`);
      });
    }
    const noted = Promise.resolve(terminal.processId).then((shell) =>
      this.parts.sidecar.request("tenstorrent/server/started", {
        ...(shell !== undefined && { shell_pid: shell }),
        ...(traces !== undefined && { marker: traces.marker }),
        log,
        model_id: command.model_id,
        model_name: command.model_name,
        port,
        command: [command.program, ...command.args],
      }),
    );
    this.tell(noted);
  }

  private file(name: string): string {
    return Uri.joinPath(this.parts.context.globalStorageUri, "servers", name).fsPath;
  }

  private tell(noted: ReturnType<Parts["servers"]["look"]>): void {
    noted.then(
      (state) => this.parts.servers.take(state),
      (error: unknown) => {
        this.parts.log.warn(`the server is not noted: ${String(error)}`);
      },
    );
  }
}

/** Writes what a command prints into a file of its owner, line by line and without the colours. */
async function keep(execution: TerminalShellExecution, path: string): Promise<void> {
  const output = execution.read();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, "", { mode: 0o600 });
  const file = createWriteStream(path, { flags: "a" });
  let rest = "";
  try {
    for await (const part of output) {
      const lines = (rest + part).split("\n");
      rest = (lines.pop() ?? "").slice(-MAX_LOG_BYTES / 16);
      if (file.bytesWritten < MAX_LOG_BYTES && lines.length > 0) {
        file.write(`${stripVTControlCharacters(lines.join("\n"))}\n`);
      }
    }
  } finally {
    file.end(stripVTControlCharacters(rest));
  }
}
