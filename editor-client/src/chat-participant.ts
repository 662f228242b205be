/** `@tenstorrent`: the model on the card answers in the chat, and slash commands answer by the sidecar. */
import * as vscode from "vscode";
import type {
  CancellationToken,
  ChatContext,
  ChatFollowup,
  ChatRequest,
  ChatResponseStream,
  ChatResult,
  Disposable,
} from "vscode";
import { ask, footnote, showFailureIn } from "./chat-answer";
import { attached, MOST_OF_ALL, roomFor } from "./chat-attachments";
import { explain } from "./chat-explain";
import { conversation, spoken, type Attachment, type Turn } from "./chat-messages";
import { readReferences } from "./chat-references";
import { doctor, followUp, match, nothingServes, serve, setUp, status, type Asked, type FollowUps } from "./chat-verbs";
import { toFailure } from "./failure";
import { contextOf, servedModel } from "./model-info";
import type { Parts } from "./parts";
import type { ServerState } from "./protocol";
import { answers } from "./server-text";

export const PARTICIPANT = "tenstorrent.chat";

/** Slash commands that only the sidecar answers. */
const VERBS: Readonly<Record<string, (asked: Asked) => Promise<FollowUps>>> = { status, match, setup: setUp, serve, doctor };

/** What is kept of an answer, for the next question and for the follow-ups. */
interface Kept {
  readonly followUps: FollowUps;
  /** What the model said, without our own words around it. */
  readonly answer?: string;
}

/** Undefined in an editor that has no chat. */
export function registerParticipant(parts: Parts): Disposable | undefined {
  if (!hasChat()) {
    return undefined;
  }
  const participant = vscode.chat.createChatParticipant(PARTICIPANT, (request, context, stream, token) =>
    handle(parts, request, context, stream, token));
  participant.iconPath = vscode.Uri.joinPath(parts.context.extensionUri, "media", "icon.png");
  participant.followupProvider = {
    provideFollowups: (result) => (result.metadata as Kept | undefined)?.followUps as ChatFollowup[] | undefined,
  };
  return vscode.Disposable.from(participant);
}

/** Some editors have no such part of the API, and in others it is switched off. */
export function hasChat(): boolean {
  const { chat } = vscode as { chat?: { createChatParticipant?: unknown } };
  return typeof chat?.createChatParticipant === "function";
}

async function handle(
  parts: Parts,
  request: ChatRequest,
  context: ChatContext,
  reply: ChatResponseStream,
  token: CancellationToken,
): Promise<ChatResult> {
  const words = request.prompt.trim();
  try {
    const chosen = servedModel(request.model);
    const limit = roomFor(contextOf(parts.servers.latest, chosen));
    const { attachments, notes } = attached(await readReferences(request.references), limit);
    notes.forEach((note) => { footnote(reply, note); });
    const asked: Asked = { parts, words, attachments, chosen, reply, token };
    return { metadata: await answer(asked, request, context) };
  } catch (error) {
    const failure = toFailure(error);
    if (failure.kind !== "cancelled") {
      showFailureIn(reply, failure);
      reply.button(
        failure.kind === "no_match"
          ? { title: vscode.l10n.t("List All Models"), command: "tenstorrent.listJukeboxModels" }
          : { title: vscode.l10n.t("Show Log"), command: "tenstorrent.showLog" },
      );
    }
    return { metadata: { followUps: [followUp("doctor", vscode.l10n.t("Is anything wrong?"))] } };
  }
}

async function answer(asked: Asked, request: ChatRequest, context: ChatContext): Promise<Kept> {
  const { command } = request;
  const verb = command === undefined ? undefined : VERBS[command];
  if (verb !== undefined) {
    return { followUps: await verb(asked) };
  }
  if (command === "explain") {
    return explain(asked);
  }
  return talk(asked, request, context);
}

/** A question to the model that runs. */
async function talk(asked: Asked, request: ChatRequest, context: ChatContext): Promise<Kept> {
  const { parts, words, attachments, chosen, reply, token } = asked;
  const serves = (seen: ServerState | undefined) => seen?.servers.some(({ life }) => answers(life)) ?? false;
  const { latest } = parts.servers;
  const state = latest !== undefined && serves(latest) ? latest : await parts.servers.look(token);
  if (!serves(state)) {
    return { followUps: await nothingServes(asked, state) };
  }
  const used = attachments.reduce((sum, { text }) => sum + text.length, 0);
  const history = await withReferences(context, roomFor(contextOf(state, chosen)) - used);
  const { text, failure } = await ask(
    parts,
    { messages: conversation(history, words, attachments), typed: spoken(words, request.command), ...(chosen !== undefined && { options: chosen }) },
    reply,
    token,
  );
  return { followUps: failure === undefined ? [] : [followUp("status", vscode.l10n.t("What runs now?"))], answer: text };
}

/** The turns with what was attached to them, the newest first as long as there is room: an answer may be about it. */
async function withReferences({ history }: ChatContext, room: number): Promise<Turn[]> {
  let left = Math.min(room, MOST_OF_ALL);
  const turns: Turn[] = [];
  for (const turn of [...history].reverse()) {
    if (!("prompt" in turn)) {
      turns.unshift(turn);
      continue;
    }
    const attachments: Attachment[] = left > 0 ? attached(await readReferences(turn.references), left).attachments : [];
    left -= attachments.reduce((sum, { text }) => sum + text.length, 0);
    const { prompt, command } = turn;
    turns.unshift({ prompt, attachments, ...(command !== undefined && { command }) });
  }
  return turns;
}
