/** Starts the sidecar's process and says in plain words why it could not be started. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { accessSync, chmodSync, constants, existsSync, statSync } from "node:fs";
import { arch, platform } from "node:os";
import { l10n } from "vscode";
import type { Candidate } from "./binary";
import { FailureError, type Failure } from "./failure";
import { withProxy, type EditorProxy } from "./proxy";

/** The running process of `PATH lsp`. Rejects with a `FailureError`. A proxy can hold a password, so it is not logged. */
export function launch(candidate: Candidate, proxy?: EditorProxy): Promise<ChildProcessWithoutNullStreams> {
  const { path } = candidate;
  makeExecutable(candidate);
  return new Promise((resolve, reject) => {
    const child = spawn(path, ["lsp"], { stdio: "pipe", env: withProxy(process.env, proxy) });
    child.once("spawn", () => {
      // Writing to a process that just died must not end the extension host.
      child.stdin.on("error", () => undefined);
      resolve(child);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(new FailureError(spawnFailure(error.code ?? "", error.message, candidate, existsSync(path))));
    });
  });
}

/** Ends a process that does not end by itself: asked to after `graceMs`, forced to after twice that. */
export async function end(child: ChildProcessWithoutNullStreams, graceMs: number): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
    } else {
      child.once("exit", () => {
        resolve();
      });
    }
  });
  const ask = setTimeout(() => child.kill("SIGTERM"), graceMs);
  const force = setTimeout(() => child.kill("SIGKILL"), 2 * graceMs);
  await gone;
  clearTimeout(ask);
  clearTimeout(force);
}

/** Why the process could not be started. */
export function spawnFailure(code: string, message: string, candidate: Candidate, exists: boolean): Failure {
  const { path } = candidate;
  const what = l10n.t("The Tenstorrent sidecar could not be started");
  if (code === "ENOENT" && exists) {
    return {
      kind: "sidecar_wrong_system",
      what,
      why: l10n.t("{0} needs a loader that this system does not have", path),
      next: l10n.t("Install the extension package for this system ({0} {1}).", platform(), arch()),
    };
  }
  if (code === "ENOENT") {
    return {
      kind: "sidecar_missing",
      what,
      why: l10n.t("there is no file {0}", path),
      next: nextForPlace(candidate),
    };
  }
  if (code === "EACCES") {
    return {
      kind: "sidecar_not_executable",
      what,
      why: l10n.t("{0} may not be executed", path),
      next: l10n.t('Run: chmod +x "{0}". If it is executable, its disk may be mounted with noexec.', path),
    };
  }
  if (code === "ENOEXEC") {
    return wrongSystem(path);
  }
  return { kind: "sidecar_not_started", what, why: message, next: nextForPlace(candidate) };
}

/** Why a process that was started ended before it said hello. `lastLine` is the last thing it wrote to stderr. */
export function earlyExit(path: string, ending: string, lastLine: string): Failure {
  // A shell that is handed a program for another processor says so itself; the C library hands it over.
  const fromShell = /^exit code (2|126|127)$/.test(ending);
  if (fromShell && /cannot execute|exec format error|syntax error|not found/i.test(lastLine)) {
    return wrongSystem(path);
  }
  return {
    kind: "sidecar_ended_early",
    what: l10n.t("The Tenstorrent sidecar ended before it was ready"),
    why: lastLine === "" ? `${path}: ${ending}` : `${path}: ${ending}: ${lastLine}`,
    next: l10n.t("Run it in a terminal with --version to see whether it works."),
  };
}

/** No place holds a sidecar. */
export function nothingToStart(): Failure {
  return {
    kind: "sidecar_missing",
    what: l10n.t("The Tenstorrent sidecar is missing"),
    why: l10n.t("this package holds none, and there is no tt-jukebox on PATH"),
    next: l10n.t(
      "Install the extension package for this system ({0} {1}); or build the program from its source with " +
        "`cargo install --locked --path .`, and put it on PATH or name it in tenstorrent.sidecar.path.",
      platform(),
      arch(),
    ),
  };
}

function wrongSystem(path: string): Failure {
  return {
    kind: "sidecar_wrong_system",
    what: l10n.t("The Tenstorrent sidecar could not be started"),
    why: l10n.t("{0} was built for another processor or system", path),
    next: l10n.t("Install the extension package for this system ({0} {1}).", platform(), arch()),
  };
}

function nextForPlace(candidate: Candidate): string {
  switch (candidate.origin) {
    case "environment":
      return l10n.t("Correct or unset the environment variable TT_SIDECAR_PATH.");
    case "setting":
      return l10n.t("Correct or clear the setting tenstorrent.sidecar.path.");
    case "bundled":
    case "path":
      return l10n.t("Install the extension again.");
  }
}

/** Some ways of unpacking a package lose the executable bit. Only our own copy is repaired. */
function makeExecutable({ path, origin }: Candidate): void {
  if (origin !== "bundled") {
    return;
  }
  try {
    accessSync(path, constants.X_OK);
  } catch {
    try {
      chmodSync(path, statSync(path).mode | 0o111);
    } catch {
      // Starting it will fail, and that failure names the path and the remedy.
    }
  }
}
