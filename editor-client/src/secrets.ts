/** Secrets that the editor keeps, told to the sidecar: to one that has just started, and when any window has changed one. */
import type { Disposable } from "vscode";
import { toFailure } from "./failure";
import { handOverToken, tokenChanged } from "./hub-token";
import type { Parts } from "./parts";
import { handOverServerKeys, serverKeyChanged } from "./server-key";

export function handOverSecrets(parts: Pick<Parts, "context" | "log" | "servers" | "sidecar">): Disposable[] {
  const { context, log, sidecar } = parts;
  const hand = (...work: Promise<void>[]) => {
    Promise.all(work).catch((error: unknown) => {
      log.warn(toFailure(error).why);
    });
  };
  return [
    sidecar.onState(({ kind }) => {
      if (kind === "running") {
        hand(handOverToken(parts), handOverServerKeys(parts));
      }
    }),
    // Every window has a sidecar of its own, and all of them share these secrets.
    context.secrets.onDidChange(({ key }) => {
      if (sidecar.state.kind === "running") {
        hand(tokenChanged(parts, key), serverKeyChanged(parts, key));
      }
    }),
  ];
}
