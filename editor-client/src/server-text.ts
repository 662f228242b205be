/** What is said of model servers. Pure, so that it is tested without an editor. */
import { l10n } from "vscode";
import type { BootStep, Life, ServerInfo, ServerState } from "./protocol";

/** True while a server is there, whether or not it answers. */
export function runs(life: Life): boolean {
  return life === "starting" || life === "ready" || life === "busy" || life === "failing";
}

/** True when it takes requests. */
export function answers(life: Life): boolean {
  return life === "ready" || life === "busy";
}

/** The server that the status bar and every command mean: the best that is there. */
export function mainServer(state: Pick<ServerState, "servers"> | undefined): ServerInfo | undefined {
  return state?.servers.find(({ life }) => runs(life));
}

/** The server at this address, whatever has become of it; where none is named, the one that every command means. */
export function serverAt(state: Pick<ServerState, "servers"> | undefined, url: unknown): ServerInfo | undefined {
  return typeof url === "string" ? state?.servers.find((server) => server.url === url) : mainServer(state);
}

/** The servers that were started here and can be ended here. */
export function stoppable(state: Pick<ServerState, "servers"> | undefined): ServerInfo[] {
  return state?.servers.filter(({ can_stop: ours, life }) => ours && runs(life)) ?? [];
}

/** What the status bar adds to the device; empty when no server is there. */
export function serverPart(state: Pick<ServerState, "servers"> | undefined): string {
  const server = mainServer(state);
  if (server === undefined) {
    return "";
  }
  const name = short(server.name);
  switch (server.life) {
    case "ready":
      return l10n.t("{0} ready", name);
    case "busy":
      return l10n.t("{0} busy", name);
    case "starting": {
      const step = server.steps.at(-1);
      return step === undefined ? l10n.t("{0} starting", name) : l10n.t("{0} starting: {1}", name, stepPart(step));
    }
    default:
      return l10n.t("{0} failing", name);
  }
}

/** A status bar has little room: the words that every chat model's name ends in say nothing there. */
function short(name: string): string {
  return name.replace(/-(Instruct|Chat|it)$/i, "");
}

function stepPart({ title, detail }: BootStep): string {
  return detail === "" ? title.toLowerCase() : `${title.toLowerCase()} ${detail}`;
}

export interface ServerEnd {
  readonly level: "info" | "error";
  readonly text: string;
}

/** What to say when a server has become something else; undefined where the status bar says enough. */
export function changeText(before: Life, now: ServerInfo): ServerEnd | undefined {
  if (before === "starting" && answers(now.life)) {
    return { level: "info", text: l10n.t("{0} answers at {1}.", now.name, now.url) };
  }
  if (runs(before) && now.life === "lost") {
    return { level: "error", text: l10n.t("The server of {0} has ended: {1}", now.name, sentence(now.why)) };
  }
  if (answers(before) && now.life === "failing") {
    return { level: "error", text: l10n.t("The server of {0} has trouble: {1} {2}", now.name, sentence(now.why), now.next) };
  }
  return undefined;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The address that OpenAI clients want. */
export function endpoint({ url }: Pick<ServerInfo, "url">): string {
  return `${url.replace(/\/+$/, "")}/v1`;
}
