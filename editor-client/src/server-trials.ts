/** Asks the server that runs, in the terminal for short commands: with curl, and with Python. */
import { l10n } from "vscode";
import { FailureError } from "./failure";
import { runJob } from "./lesson-run";
import { commandAction, type Action } from "./message";
import type { Parts } from "./parts";
import { callOf } from "./program";
import type { ServerInfo } from "./protocol";
import { answers, endpoint } from "./server-text";
import { copyTemplate } from "./templates";
import { quote } from "./terminal-state";

const STEP = "vllm-production";
const QUESTION = "What is a tensor? Answer in one sentence.";
const MAX_TOKENS = 128;
const LOOK_MS = 2000;

export async function tryWithCurl(parts: Parts, url?: unknown): Promise<boolean> {
  const server = await answering(parts, url);
  if (server.wants_key || (server.with_key && (await refusesWithout(server)))) {
    // A key has no place on a command line: the program reads it from its file or the environment. A key that the editor
    // keeps stays in the editor, which can ask as well.
    const line = callOf(parts.sidecar, "ask", "--url", server.url, QUESTION);
    const inEditor = commandAction(l10n.t("Ask in the Editor"), "tenstorrent.askModel");
    return ask(parts, server, l10n.t("the question by tt-jukebox, which has the key"), line, [inEditor]);
  }
  const messages = [{ role: "user", content: QUESTION }];
  const body = { model: server.models[0]?.id ?? "", max_tokens: MAX_TOKENS, messages };
  return ask(parts, server, l10n.t("the question by curl"), lineOf(posting(`${endpoint(server)}/chat/completions`, body)));
}

/** True for a server that wants a key: that it was sent one says nothing, since ours is sent to each of ours. */
async function refusesWithout(server: ServerInfo): Promise<boolean> {
  const answer = await fetch(`${endpoint(server)}/models`, { signal: AbortSignal.timeout(LOOK_MS) }).catch(() => undefined);
  return answer?.ok !== true;
}

/** The words of a call that sends a question as JSON: it fails with the server, and its answer ends its line. */
export function posting(url: string, body: object): string[] {
  const shown = ["--fail-with-body", "--silent", "--show-error", "--write-out", "\\n"];
  return ["curl", ...shown, "--header", "Content-Type: application/json", "--data", JSON.stringify(body), url];
}

export async function tryWithPython(parts: Parts): Promise<boolean> {
  const server = await answering(parts);
  const { files } = await copyTemplate(parts, "openai-client");
  const model = server.models[0]?.id;
  const words = ["python3", files[0]?.path ?? "", "plain", "--url", server.url, ...(model === undefined ? [] : ["--model", model])];
  return ask(parts, server, l10n.t("the question by Python"), lineOf(words));
}

function lineOf(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

function ask(parts: Parts, { url }: ServerInfo, name: string, line: string, actions: readonly Action[] = []): Promise<boolean> {
  return runJob(parts, {
    name,
    which: "main",
    line,
    step: STEP,
    done: l10n.t("The server has answered. The answer stands in the terminal."),
    actions: [commandAction(l10n.t("Open Server Log"), "tenstorrent.openServerLog", url), ...actions],
  });
}

/** The server that takes requests, of several the one at `url`; the reason when none does. */
export async function answering({ servers }: Parts, url?: unknown): Promise<ServerInfo> {
  const all = (await servers.look()).servers.filter((server) => typeof url !== "string" || server.url === url);
  const server = all.find(({ life }) => answers(life));
  if (server === undefined) {
    const starting = all.find(({ life }) => life === "starting");
    throw new FailureError({
      kind: "no_match",
      what: l10n.t("There is nobody to ask"),
      why: starting === undefined ? l10n.t("no model server runs") : l10n.t("{0} is still starting", starting.name),
      next: starting === undefined
        ? l10n.t('"Tenstorrent: Start a Model Server" starts one.')
        : l10n.t("A message says when it answers."),
    });
  }
  return server;
}
