/** The settings `tenstorrent.*`, as the sidecar wants them. */
import { workspace, type ConfigurationChangeEvent } from "vscode";

/** `initializationOptions`: a key is absent when its setting is empty, so that the sidecar's own default holds. */
export interface SidecarSettings {
  simulate?: string;
  catalog?: string;
  tt_smi?: string;
  port?: number;
  metal_home?: string;
  vllm_home?: string;
}

export const SECTION = "tenstorrent";

/** What the sidecar is told when it starts, so a change starts it again. */
export const STARTING_SETTINGS = [
  "sidecar.path",
  "simulate",
  "catalog",
  "ttSmi",
  "server.port",
  "metalHome",
  "vllmHome",
] as const;

/** True when a change concerns what the sidecar is started with. */
export function concernsStart(change: Pick<ConfigurationChangeEvent, "affectsConfiguration">): boolean {
  return STARTING_SETTINGS.some((name) => change.affectsConfiguration(`${SECTION}.${name}`));
}

/** The setting `tenstorrent.sidecar.path`. */
export function sidecarPath(): string {
  return text("sidecar.path") ?? "";
}

/** Reads what `initialize` sends. */
export function sidecarSettings(): SidecarSettings {
  // Only a port that somebody set: the default of the manifest must not win over the project's file.
  const inspected = workspace.getConfiguration(SECTION).inspect<number>("server.port");
  const port = inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
  const settings = {
    simulate: text("simulate"),
    catalog: text("catalog"),
    tt_smi: text("ttSmi"),
    port,
    metal_home: text("metalHome"),
    vllm_home: text("vllmHome"),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function text(name: string): string | undefined {
  const value = workspace.getConfiguration(SECTION).get<string>(name)?.trim();
  return value === "" ? undefined : value;
}
