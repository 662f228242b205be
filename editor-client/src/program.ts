/** The program on the shell: what the extension knows, a shell knows too. */
import { sidecarSettings } from "./settings";
import type { Sidecar } from "./sidecar";
import { quote } from "./terminal-state";

/** A call of the program as one line, for the same box that the editor shows. */
export function callOf(sidecar: Pick<Sidecar, "binary">, ...words: readonly string[]): string {
  const { simulate } = sidecarSettings();
  const box = simulate === undefined ? [] : ["--simulate", simulate];
  return [sidecar.binary().path, ...box, ...words].map(quote).join(" ");
}
