/** The program on the shell: what the extension knows, a shell knows too. */
import { editorProxy, withProxy } from "./proxy";
import { settingVariables } from "./settings";
import type { Sidecar } from "./sidecar";
import { quote } from "./terminal-state";

/** A call of the program as one line, for the same box, catalog and server that the editor shows. */
export function callOf(sidecar: Pick<Sidecar, "binary">, ...words: readonly string[]): string {
  return withSettings([sidecar.binary().path, ...words].map(quote).join(" "));
}

/** A line that calls the program, with the editor's settings in front of it. An address with a password stays out of it. */
export function withSettings(line: string): string {
  const variables = Object.entries(settingVariables()).filter(([, value]) => !/\/\/[^/]*@/.test(value));
  return variables.length === 0 ? line : ["env", ...variables.map(([name, value]) => quote(`${name}=${value}`)), line].join(" ");
}

/** The environment of a call that the editor makes itself. */
export function programEnvironment(): NodeJS.ProcessEnv {
  return { ...withProxy(process.env, editorProxy()), ...settingVariables() };
}
