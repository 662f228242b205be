/** What one does with a model server that runs: stop it, read its log, take its address; and what is said when it changes. */
import { setTimeout as sleep } from "node:timers/promises";
import { env, l10n, Uri, window, type Disposable } from "vscode";
import { FailureError } from "./failure";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { countSeconds } from "./progress";
import type { ServerInfo, ServerState } from "./protocol";
import { changeText, endpoint, runs, serverAt, stoppable } from "./server-text";
import { NAMES } from "./terminals";

/** As long as the sidecar waits after its first signal: a full board closes its devices in some seconds. */
const CTRL_C_MS = 20_000;
const LOOK_MS = 250;
const SETTLED_MS = 2500;

/** Ends a server that was started here, of several the one at `url`. False when none is, or nobody waits any longer. */
export async function stopServer(parts: Parts, url?: unknown): Promise<boolean> {
  const { servers, sidecar, terminals } = parts;
  const server = await toStop(await servers.look(), url);
  if (server === undefined) {
    return false;
  }
  servers.ending.add(server.url);
  const stopped = countSeconds(l10n.t("Stopping {0}", server.name), true, async (token) => {
    // As a person would do it: the shell sees the end, and the prompt comes back. What a container or another window
    // has started is not in the terminal, whatever else is.
    if (server.container === null && server.pid !== null && (await terminals.interrupt("server", server.pid))) {
      const until = Date.now() + CTRL_C_MS;
      while (!token.isCancellationRequested && Date.now() < until) {
        const now = (await servers.look()).servers.find(({ url }) => url === server.url);
        if (now === undefined || !runs(now.life)) {
          servers.take(await sidecar.request("tenstorrent/server/ended", ended(server)));
          return true;
        }
        await sleep(LOOK_MS);
      }
    }
    if (token.isCancellationRequested) {
      return false;
    }
    const port = server.port === null ? {} : { port: server.port };
    servers.take(await sidecar.request("tenstorrent/server", { action: "stop", ...port }, token));
    return true;
  });
  return stopped.finally(() => servers.ending.delete(server.url));
}

/** The server that is meant; undefined when none can be ended, which is said, or the person chose none. */
async function toStop(state: ServerState, url: unknown): Promise<ServerInfo | undefined> {
  const ours = stoppable(state).filter((server) => typeof url !== "string" || server.url === url);
  if (ours.length > 1) {
    const rows = ours.map((server) => ({ label: server.name, description: server.url, server }));
    return (await window.showQuickPick(rows, { title: l10n.t("Stop a Model Server") }))?.server;
  }
  if (ours.length === 0) {
    const foreign = typeof url === "string" ? serverAt(state, url) : undefined;
    say("info", foreign !== undefined && runs(foreign.life)
      ? l10n.t("{0} was not started here, so it is not ended here.", foreign.name)
      : l10n.t("No model server runs that was started here."));
  }
  return ours[0];
}

function ended({ port }: ServerInfo): { port: number; exit_code: null; stopped: true } {
  return { port: port ?? 0, exit_code: null, stopped: true };
}

/** Opens the file with the output of a server, or the terminal of servers where there is none. */
export async function openServerLog({ servers }: Parts, url?: unknown): Promise<void> {
  const state = await servers.look();
  const server = serverAt(state, url) ?? (url === undefined ? state.servers[0] : undefined);
  const log = server?.log;
  if (typeof log === "string") {
    await window.showTextDocument(Uri.file(log));
    return;
  }
  const terminal = window.terminals.find(({ name }) => name === NAMES.server);
  if (terminal === undefined) {
    say("info", l10n.t("There is no log: no model server was started here."));
  } else {
    terminal.show();
  }
}

/** Copies the address that OpenAI clients want. */
export async function copyEndpoint({ servers }: Parts, url?: unknown): Promise<string> {
  const server = serverAt(await servers.look(), url);
  if (server === undefined) {
    throw new FailureError({
      kind: "no_match",
      what: l10n.t("There is no address to copy"),
      why: l10n.t("no model server runs"),
      next: l10n.t('"Tenstorrent: Start a Model Server" starts one.'),
    });
  }
  const address = endpoint(server);
  await env.clipboard.writeText(address);
  say("info", l10n.t("{0} is in the clipboard. OpenAI clients take it as their base address.", address));
  return address;
}

/** Says what became of a server, with what one does about it. */
export function announce(parts: Parts): Disposable {
  const { servers } = parts;
  return servers.onLife(({ before, now }) => {
    const text = changeText(before.life, now);
    if (text?.level === "info") {
      say("info", text.text, whenReady(now));
    } else if (text !== undefined && !servers.ending.has(now.url)) {
      // A process that ends is seen to be gone before its shell says how it ended, and a look can fail by chance.
      setTimeout(() => {
        const settled = servers.latest?.servers.find(({ url }) => url === now.url);
        if (settled?.life === now.life && !servers.ending.has(now.url)) {
          say("error", changeText(before.life, settled)?.text ?? text.text, whenGone(settled));
        }
      }, SETTLED_MS);
    }
  });
}

/** What one does with the server of a message, whatever other servers there are when a button is pressed. */
function whenReady({ url }: ServerInfo): Action[] {
  return [commandAction(l10n.t("Copy Endpoint"), "tenstorrent.copyEndpoint", url), commandAction(l10n.t("Benchmark"), "tenstorrent.runBenchmark", url)];
}

function whenGone({ life, model_id: model, url }: ServerInfo): Action[] {
  const show = commandAction(l10n.t("Open Log"), "tenstorrent.openServerLog", url);
  const doctor = commandAction(l10n.t("Doctor"), "tenstorrent.doctor");
  return life === "lost" && model !== null
    ? [show, commandAction(l10n.t("Start Again"), "tenstorrent.startServer", model), doctor]
    : [show, commandAction(l10n.t("Stop"), "tenstorrent.stopServer", url), doctor];
}
