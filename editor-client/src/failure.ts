/** One shape for everything that can go wrong: what happened, why, what to do next. */
import { l10n } from "vscode";
import { commandAction, say, type Action } from "./message";
import type { Failure as WireFailure } from "./protocol";

/** The sidecar's failure, or one of the extension's own, whose kinds the sidecar does not know. */
export type Failure = Omit<WireFailure, "kind"> & { kind: string };

/** A `Failure` on its way up as an exception. */
export class FailureError extends Error {
  constructor(readonly failure: Failure) {
    super(failureText(failure));
    this.name = "FailureError";
  }
}

/** The first letter of a word, not of a name such as tt-smi, a path or a command. */
const PLAIN_WORD = /^[a-z](?=[a-z]*(?:[ ,]|:(?!\/)))/;

/** Codes of JSON-RPC and LSP that say something other than "the handler failed". */
const CODE = { methodNotFound: -32601, requestCancelled: -32800, connectionLost: -32097 };

/** Makes a `Failure` out of anything that was thrown. */
export function toFailure(error: unknown): Failure {
  const { failure, code, data, message, name } = (typeof error === "object" && error !== null ? error : {}) as {
    failure?: unknown;
    code?: unknown;
    data?: unknown;
    message?: unknown;
    name?: unknown;
  };
  // By shape: each of the two built files has a class `FailureError` of its own.
  if (isFailure(failure)) {
    return failure;
  }
  if (code === CODE.requestCancelled || name === "Canceled") {
    return cancelled();
  }
  if (isFailure(data)) {
    return data;
  }
  const why = typeof message === "string" && message !== "" ? message : String(error);
  if (code === CODE.connectionLost) {
    return {
      kind: "sidecar_stopped",
      what: l10n.t("The Tenstorrent sidecar stopped before it answered"),
      why: l10n.t("the connection to it was lost"),
      next: l10n.t("Try again. If it happens again, the log says more."),
    };
  }
  if (code === CODE.methodNotFound) {
    return {
      kind: "sidecar_outdated",
      what: l10n.t("This tt-jukebox does not know the request"),
      why,
      next: l10n.t("Use the tt-jukebox that comes with the extension: clear the setting tenstorrent.sidecar.path."),
    };
  }
  return {
    kind: "internal",
    what: l10n.t("Something in the Tenstorrent extension failed"),
    why,
    next: l10n.t("See the log."),
  };
}

/** What the person has stopped; nothing of it is shown. */
export function cancelled(): Failure {
  return { kind: "cancelled", what: l10n.t("Cancelled"), why: l10n.t("you cancelled it"), next: "" };
}

/** The failure as one line for a message. What the sidecar says begins small, as on a shell; a message begins as sentences do. */
export function failureText(failure: Failure): string {
  const head = [failure.what, failure.why].map(withoutStop).filter(Boolean).join(": ").replace(PLAIN_WORD, (first) => first.toUpperCase());
  const next = failure.next.trim();
  return next === "" ? `${head}.` : `${head}. ${next}`;
}

/** Shows the failure with the given buttons and "Show Log". What the person cancelled is not shown. */
export function showFailure(failure: Failure, actions: readonly Action[] = []): void {
  if (failure.kind !== "cancelled") {
    const log = commandAction(l10n.t("Show Log"), "tenstorrent.showLog");
    say("error", failureText(failure), [...actions, log]);
  }
}

/** The work of a button: nobody waits for it, so its failure is told here. */
export function told(work: Thenable<unknown>): Promise<unknown> {
  return Promise.resolve(work).catch((error: unknown) => {
    showFailure(toFailure(error));
  });
}

function isFailure(data: unknown): data is Failure {
  const fields = ["kind", "what", "why", "next"];
  return (
    typeof data === "object" &&
    data !== null &&
    fields.every((field) => typeof (data as Record<string, unknown>)[field] === "string")
  );
}

function withoutStop(text: string): string {
  return text.trim().replace(/\.+$/, "");
}
