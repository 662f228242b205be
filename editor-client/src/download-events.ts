/** `tt-jukebox download --events` as a child: a line of JSON for each event, stopped by a signal. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { l10n, type CancellationToken } from "vscode";
import { cancelled, FailureError, type Failure } from "./failure";
import { end } from "./launch";

/** What the program tells; `server/cli/download_events.rs`. */
export type DownloadEvent =
  | { readonly event: "progress"; readonly bytes: number; readonly total: number; readonly file: string }
  | { readonly event: "waiting"; readonly seconds: number; readonly why: string }
  | { readonly event: "done"; readonly bytes: number; readonly folder: string }
  | { readonly event: "failed"; readonly error: Failure };

/** It ends orderly within this when it is told to. */
const STOP_MS = 3000;

/** Runs it to its end and passes on what it tells. Rejects with a `FailureError`, also when it was stopped. */
export async function events(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  hear: (event: DownloadEvent) => void,
  cancel: CancellationToken,
): Promise<void> {
  const child = spawn(program, words, { stdio: "pipe", env });
  child.stdin.on("error", () => undefined).end();
  let failure: Failure | undefined;
  let lastLine = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLine = line;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = eventOf(line);
    if (event?.event === "failed") {
      failure = event.error;
    } else if (event !== undefined) {
      hear(event);
    }
  });
  const stop = () => {
    child.kill("SIGTERM");
    void end(child, STOP_MS);
  };
  const asked = cancel.onCancellationRequested(stop);
  try {
    const ending = await new Promise<string>((resolve) => {
      child.once("error", ({ message }) => {
        resolve(message);
      });
      // Not `exit`: what it told last has been read by then.
      child.once("close", (code, signal) => {
        resolve(code === 0 ? "" : signal === null ? l10n.t("exit code {0}", code ?? "") : l10n.t("signal {0}", signal));
      });
      if (cancel.isCancellationRequested) {
        stop();
      }
    });
    if (ending !== "") {
      throw new FailureError(cancel.isCancellationRequested ? cancelled() : (failure ?? brokenOff(ending, lastLine)));
    }
  } finally {
    asked.dispose();
  }
}

function eventOf(line: string): DownloadEvent | undefined {
  try {
    return JSON.parse(line) as DownloadEvent;
  } catch {
    return undefined;
  }
}

function brokenOff(ending: string, lastLine: string): Failure {
  return {
    kind: "tool",
    what: l10n.t("The download has ended before everything was there"),
    why: lastLine === "" ? ending : `${ending}: ${lastLine}`,
    next: l10n.t("Start it again: it goes on where it was."),
  };
}
