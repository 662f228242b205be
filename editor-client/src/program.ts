/** The program on the shell: what the extension knows, a shell knows too. */
import { editorProxy, withProxy } from "./proxy";
import { settingVariables, sidecarSettings } from "./settings";
import type { Sidecar } from "./sidecar";
import { quote } from "./terminal-state";

/** A call of the program as one line, for the same box that the editor shows. */
export function callOf(sidecar: Pick<Sidecar, "binary">, ...words: readonly string[]): string {
  const { simulate } = sidecarSettings();
  const box = simulate === undefined ? [] : ["--simulate", simulate];
  return [sidecar.binary().path, ...box, ...words].map(quote).join(" ");
}

/** The environment of a call that the editor makes itself. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...withProxy(process.env, editorProxy()), ...settingVariables() };
}
