/** One answer of the model: its pieces as they come, its reasoning apart, how it ended, and what to do when it broke. */
import { l10n, type CancellationToken, type Command } from "vscode";
import { toFailure, type Failure } from "./failure";
import { escape, openFence } from "./markdown";
import type { Parts } from "./parts";
import type { ChatMessage, ChatOptions, ChatOutcome, ChatPartial } from "./protocol";
import type { Reply } from "./chat-reply";
import { answers } from "./server-text";

export interface Question {
  readonly messages: ChatMessage[];
  readonly options?: ChatOptions;
  /** What the person typed, for a second try. */
  readonly typed: string;
}

export interface Answer {
  /** What the model said, without its reasoning. */
  readonly text: string;
  readonly failure: Failure | undefined;
}

/** Asks the model and writes what it says. Nothing is thrown: a failure is part of the answer. */
export async function ask(parts: Parts, question: Question, reply: Reply, token: CancellationToken): Promise<Answer> {
  const { messages, options } = question;
  const script = new Script(reply);
  try {
    const asked = options === undefined ? { messages } : { messages, options };
    const outcome = await parts.sidecar.chat(asked, (piece) => { script.take(piece); }, token);
    script.finish(outcome);
    footnotes(outcome).forEach((note) => { footnote(reply, note); });
    const failure = outcome.trouble ?? undefined;
    if (failure !== undefined) {
      await showTrouble(parts, failure, question.typed, reply);
    }
    return { text: outcome.content, failure };
  } catch (error) {
    const failure = toFailure(error);
    script.close();
    if (failure.kind !== "cancelled") {
      await showTrouble(parts, failure, question.typed, reply);
    }
    return { text: script.text, failure };
  }
}

/** Writes the pieces of an answer. Reasoning stands in a quotation, so that it is not taken for the answer. */
export class Script {
  private content = "";
  private reasoning = "";
  private told: number | undefined;

  constructor(private readonly reply: Reply) {}

  /** What came as the answer so far. */
  get text(): string {
    return this.content;
  }

  take({ content, reasoning, waiting_s: waiting }: ChatPartial): void {
    if (waiting !== null && waiting >= 2 * (this.told ?? 2)) {
      this.told = waiting;
      this.reply.progress(l10n.t("Nothing has come for {0} s; a first request may compile", waiting));
    }
    if (reasoning !== "") {
      const begin = this.reasoning === "" ? `> *${l10n.t("Reasoning")}*\n>\n> ` : "";
      this.reasoning += reasoning;
      this.reply.markdown(begin + reasoning.replaceAll("\n", "\n> "));
    }
    if (content !== "") {
      const begin = this.content === "" && this.reasoning !== "" ? "\n\n" : "";
      this.content += content;
      this.reply.markdown(begin + content);
    }
  }

  /** Takes the whole answer: what has not come in pieces is taken from it. */
  finish({ content, reasoning }: Pick<ChatOutcome, "content" | "reasoning">): void {
    this.take({ content: "", reasoning: rest(this.reasoning, reasoning), waiting_s: null });
    this.take({ content: rest(this.content, content), reasoning: "", waiting_s: null });
    this.close();
  }

  /** What follows must not be taken for code. */
  close(): void {
    const fence = openFence(this.content);
    if (fence !== undefined) {
      this.reply.markdown(`\n${fence}\n`);
    }
  }
}

/** What the outcome has beyond the pieces that came: it can overtake the last of them. */
export function rest(told: string, whole: string): string {
  return whole.startsWith(told) ? whole.slice(told.length) : "";
}

/** What one should know about an answer that is there. */
export function footnotes({ content, ended, notes, reasoning, tool_calls: calls }: ChatOutcome): string[] {
  const more: string[] = [];
  if (ended === "length") {
    more.push(l10n.t("The answer ends here because its limit of tokens was reached."));
  } else if (content.trim() === "" && ended === "stop" && calls.length === 0) {
    more.push(reasoning === "" ? l10n.t("The model said nothing.") : l10n.t("The model gave no answer after its reasoning."));
  }
  return [...notes, ...more];
}

/** A line in small print. */
export function footnote(reply: Reply, text: string): void {
  reply.markdown(`\n\n*${escape(capital(text))}*\n\n`);
}

/** The failure in its three parts. */
export function showFailureIn(reply: Reply, { what, why, next }: Failure): void {
  reply.markdown(`\n\n**${escape(capital(what))}.** ${escape(capital(why))}.\n\n${escape(next)}\n\n`);
}

async function showTrouble(parts: Parts, failure: Failure, typed: string, reply: Reply): Promise<void> {
  showFailureIn(reply, failure);
  const state = await parts.servers.look().catch(() => undefined);
  const server = state?.servers.find(({ life }) => answers(life));
  waysOut(failure.kind, typed, server !== undefined, state?.servers.some(({ log }) => log !== null) ?? false)
    .forEach((command) => { reply.button(command); });
}

/** What one can do about a failure, the most likely first. */
export function waysOut(kind: Failure["kind"], typed: string, serves: boolean, hasLog: boolean): Command[] {
  const again = { title: l10n.t("Ask Again"), command: "tenstorrent.askModel", arguments: [typed] };
  const log = hasLog ? [{ title: l10n.t("Open Server Log"), command: "tenstorrent.openServerLog" }] : [];
  switch (kind) {
    case "input":
      return [
        { title: l10n.t("Set Server Key"), command: "tenstorrent.setServerKey" },
        { title: l10n.t("Open Settings"), command: "tenstorrent.openSettings", arguments: ["tenstorrent.server"] },
      ];
    case "no_match":
      return [{ title: l10n.t("Show Servers"), command: "tenstorrent.showServerActions" }, again];
    case "usage":
      return [{ title: l10n.t("New Chat"), command: "workbench.action.chat.newChat" }];
    case "network":
      return serves
        ? [again, ...log]
        : [{ title: l10n.t("Start a Model Server"), command: "tenstorrent.startServer" }, ...log];
    default:
      return [again, { title: l10n.t("Show Log"), command: "tenstorrent.showLog" }];
  }
}

function capital(text: string): string {
  const trimmed = text.trim().replace(/\.+$/, "");
  return trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
}
