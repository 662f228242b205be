/** The key of a model server: asked for in a password box, kept by the editor, told to the sidecar alone. */
import { l10n, window, type ExtensionContext } from "vscode";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";
import type { ServerState } from "./protocol";
import { sidecarSettings } from "./settings";

/** Addresses for which a key is kept. */
const ADDRESSES = "serverKeys";
/** One key for each address, so that none goes to a server that it was not given for. */
const KEY = "serverKey ";
const keyOf = (url: string) => `${KEY}${url}`;

/** Asks for the key of the server that the settings name, or that wants one. Nothing typed means that it is forgotten. */
export async function setServerKey({ context, servers, sidecar }: Parts): Promise<boolean> {
  const url = sidecarSettings().server_url ?? addressOf(servers.latest);
  if (url === undefined) {
    say("warning", l10n.t("There is no server that a key could be for: the setting tenstorrent.serverUrl is empty."), [
      commandAction(l10n.t("Open Settings"), "tenstorrent.openSettings", "tenstorrent.serverUrl"),
    ]);
    return false;
  }
  const typed = await window.showInputBox({
    title: l10n.t("Key of {0}", url),
    prompt: l10n.t("It is kept by the editor and stands in no settings, terminal or log. Leave it empty to forget it."),
    password: true,
    ignoreFocusOut: true,
  });
  if (typed === undefined) {
    return false;
  }
  const key = typed.trim();
  await (key === "" ? context.secrets.delete(keyOf(url)) : context.secrets.store(keyOf(url), key));
  const others = addresses(context).filter((other) => other !== url);
  await context.globalState.update(ADDRESSES, key === "" ? others : [...others, url]);
  servers.take(await sidecar.request("tenstorrent/server/key", { url, key: key === "" ? null : key }));
  say("info", key === "" ? l10n.t("The editor keeps no key for {0} any more.", url) : l10n.t("The key for {0} is kept.", url));
  return true;
}

/** Tells a sidecar that has just started the keys that the editor keeps. */
export async function handOverServerKeys({ context, sidecar }: Pick<Parts, "context" | "sidecar">): Promise<void> {
  for (const url of addresses(context)) {
    const key = await context.secrets.get(keyOf(url));
    if (key !== undefined) {
      await sidecar.request("tenstorrent/server/key", { url, key });
    }
  }
}

/** Tells the sidecar what has become of the key of a server, where that is the secret that has changed. */
export async function serverKeyChanged({ context, servers, sidecar }: Pick<Parts, "context" | "servers" | "sidecar">, secret: string): Promise<void> {
  if (secret.startsWith(KEY)) {
    const url = secret.slice(KEY.length);
    servers.take(await sidecar.request("tenstorrent/server/key", { url, key: (await context.secrets.get(secret)) ?? null }));
  }
}

function addresses({ globalState }: ExtensionContext): string[] {
  return globalState.get<string[]>(ADDRESSES, []);
}

/** The server that says so itself, else the one that a setting of another place names. */
function addressOf(state: ServerState | undefined): string | undefined {
  const servers = state?.servers ?? [];
  return (servers.find(({ wants_key: wants }) => wants) ?? servers.find(({ source }) => source === "setting"))?.url;
}
