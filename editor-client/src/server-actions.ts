/** What one does with a model server that runs: stop it, read its log, take its address; and what is said when it changes. */
import { setTimeout as sleep } from "node:timers/promises";
import { env, l10n, Uri, window, type Disposable } from "vscode";
import { FailureError, told } from "./failure";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { countSeconds } from "./progress";
import type { ServerInfo } from "./protocol";
import { changeText, endpoint, mainServer, runs } from "./server-text";
import { NAMES } from "./terminals";

/** As long as the sidecar waits after its first signal: a full board closes its devices in some seconds. */
const CTRL_C_MS = 20_000;
const LOOK_MS = 250;
const SETTLED_MS = 2500;

/** Ends the server that we have started. False when there is none, or the person no longer waits. */
export async function stopServer(parts: Parts): Promise<boolean> {
  const { servers, sidecar, terminals } = parts;
  const server = (await servers.look()).servers.find(({ can_stop: ours, life }) => ours && runs(life));
  if (server === undefined) {
    say("info", l10n.t("No model server runs that was started here."));
    return false;
  }
  servers.ending.add(server.url);
  const stopped = countSeconds(l10n.t("Stopping {0}", server.name), true, async (token) => {
    // As a person would do it: the shell sees the end, and the prompt comes back.
    if (server.container === null && (await terminals.interrupt("server"))) {
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

function ended({ port }: ServerInfo): { port: number; exit_code: null; stopped: true } {
  return { port: port ?? 0, exit_code: null, stopped: true };
}

/** Opens the file with the server's output, or its terminal where there is none. */
export async function openServerLog({ servers }: Parts): Promise<void> {
  const state = await servers.look();
  const log = (mainServer(state) ?? state.servers[0])?.log;
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
export async function copyEndpoint({ servers }: Parts): Promise<string> {
  const server = mainServer(await servers.look());
  if (server === undefined) {
    throw new FailureError({
      kind: "no_match",
      what: l10n.t("There is no address to copy"),
      why: l10n.t("no model server runs"),
      next: l10n.t('"Tenstorrent: Start a Model Server" starts one.'),
    });
  }
  const url = endpoint(server);
  await env.clipboard.writeText(url);
  say("info", l10n.t("{0} is in the clipboard. OpenAI clients take it as their base address.", url));
  return url;
}

/** Says what became of a server, with what one does about it. */
export function announce(parts: Parts): Disposable {
  const { servers } = parts;
  return servers.onLife(({ before, now }) => {
    const text = changeText(before.life, now);
    if (text?.level === "info") {
      say("info", text.text, whenReady());
    } else if (text !== undefined && !servers.ending.has(now.url)) {
      // A process that ends is seen to be gone before its shell says how it ended, and a look can fail by chance.
      setTimeout(() => {
        const settled = servers.latest?.servers.find(({ url }) => url === now.url);
        if (settled?.life === now.life && !servers.ending.has(now.url)) {
          say("error", changeText(before.life, settled)?.text ?? text.text, whenGone(parts, settled));
        }
      }, SETTLED_MS);
    }
  });
}

function whenReady(): Action[] {
  return [commandAction(l10n.t("Copy Endpoint"), "tenstorrent.copyEndpoint"), commandAction(l10n.t("Benchmark"), "tenstorrent.runBenchmark")];
}

function whenGone(parts: Parts, { life, model_id: model }: ServerInfo): Action[] {
  const show = { title: l10n.t("Open Log"), run: () => told(openServerLog(parts)) };
  const doctor = commandAction(l10n.t("Doctor"), "tenstorrent.doctor");
  return life === "lost" && model !== null
    ? [show, commandAction(l10n.t("Start Again"), "tenstorrent.startServer", model), doctor]
    : [show, commandAction(l10n.t("Stop"), "tenstorrent.stopServer"), doctor];
}
