/** The settings `tenstorrent.*`, as the sidecar wants them. */
import { workspace, type ConfigurationChangeEvent } from "vscode";
import { PROXY_SETTINGS } from "./proxy";

/** `initializationOptions`: a key is absent when its setting is empty, so that the sidecar's own default holds. */
export interface SidecarSettings {
  simulate?: string;
  catalog?: string;
  catalog_url?: string;
  catalog_updates?: "on" | "off";
  tt_smi?: string;
  host?: string;
  server_url?: string;
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
  "catalogUpdates",
  "catalogUrl",
  "ttSmi",
  "server.host",
  "serverUrl",
  "server.port",
  "metalHome",
  "vllmHome",
] as const;

/** True when a change concerns what the sidecar is started with. */
export function concernsStart(change: Pick<ConfigurationChangeEvent, "affectsConfiguration">): boolean {
  const names = [...STARTING_SETTINGS.map((name) => `${SECTION}.${name}`), ...PROXY_SETTINGS];
  return names.some((name) => change.affectsConfiguration(name));
}

/** The setting `tenstorrent.sidecar.path`. */
export function sidecarPath(): string {
  return text("sidecar.path") ?? "";
}

/** Reads what `initialize` sends. */
export function sidecarSettings(): SidecarSettings {
  const port = chosen("server.port");
  const updates = chosen("catalogUpdates");
  const settings = {
    simulate: text("simulate"),
    catalog: text("catalog"),
    catalog_url: text("catalogUrl"),
    catalog_updates: typeof updates !== "boolean" ? undefined : updates ? "on" : "off",
    tt_smi: text("ttSmi"),
    host: text("server.host"),
    server_url: text("serverUrl"),
    port: typeof port === "number" ? port : undefined,
    metal_home: text("metalHome"),
    vllm_home: text("vllmHome"),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** The same as variables, for programs that are started beside the sidecar: they have no `initialize`. */
export function settingVariables(): Record<string, string> {
  return Object.fromEntries(Object.entries(sidecarSettings()).map(([key, value]) => [`TT_JUKEBOX_${key.toUpperCase()}`, String(value)]));
}

/** What somebody set: the default of the manifest must not win over the environment and the sidecar's own files. */
function chosen(name: string): unknown {
  const inspected = workspace.getConfiguration(SECTION).inspect(name);
  return inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
}

function text(name: string): string | undefined {
  const value = workspace.getConfiguration(SECTION).get<string>(name)?.trim();
  return value === "" ? undefined : value;
}
