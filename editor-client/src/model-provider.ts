/** The model on the card in the editor's own model picker: there while it answers, and gone when its server goes. */
import * as vscode from "vscode";
import {
  EventEmitter,
  type CancellationToken,
  type Disposable,
  type LanguageModelChatProvider,
  type LanguageModelChatRequestMessage,
  type LanguageModelResponsePart,
  type Progress,
  type ProvideLanguageModelChatResponseOptions,
} from "vscode";
import { rest } from "./chat-answer";
import { failureText, FailureError, toFailure } from "./failure";
import { isAny, offeredModels, VENDOR, type ServedModel } from "./model-info";
import { argumentsOf, chosenOptions, toMessages, toTools } from "./model-messages";
import type { Parts } from "./parts";
import type { ChatOptions, ChatPartial } from "./protocol";
import { answers } from "./server-text";

/** Texts whose tokens were counted: the editor asks for the same ones again and again. */
const MOST_COUNTED = 500;

/** Undefined in an editor that takes no models from extensions. */
export function registerModels(parts: Parts): Disposable | undefined {
  const { lm } = vscode as { lm?: Partial<typeof vscode.lm> };
  if (typeof lm?.registerLanguageModelChatProvider !== "function") {
    return undefined;
  }
  const provider = new Models(parts);
  return vscode.Disposable.from(lm.registerLanguageModelChatProvider(VENDOR, provider), provider);
}

class Models implements LanguageModelChatProvider<ServedModel>, Disposable {
  private readonly changed = new EventEmitter<void>();
  private readonly counted = new Map<string, number>();
  private shown = "[]";
  private readonly subscription: Disposable;

  readonly onDidChangeLanguageModelChatInformation = this.changed.event;

  constructor(private readonly parts: Parts) {
    this.subscription = parts.servers.onChange(() => {
      if (JSON.stringify(this.models()) !== this.shown) {
        this.changed.fire();
      }
    });
  }

  /** Asks nobody: the watch tells when there is something else to show. */
  provideLanguageModelChatInformation(): ServedModel[] {
    const models = this.models();
    this.shown = JSON.stringify(models);
    return models;
  }

  async provideLanguageModelChatResponse(
    model: ServedModel,
    messages: readonly LanguageModelChatRequestMessage[],
    options: ProvideLanguageModelChatResponseOptions,
    progress: Progress<LanguageModelResponsePart>,
    token: CancellationToken,
  ): Promise<void> {
    if (isAny(model) && (options.tools ?? []).length > 0) {
      throw new Error(await this.noTools(token));
    }
    const told = { content: "", reasoning: "" };
    const say = ({ content, reasoning }: Pick<ChatPartial, "content" | "reasoning">) => {
      reportThought(progress, reasoning);
      if (content !== "") {
        progress.report(new vscode.LanguageModelTextPart(content));
      }
      told.content += content;
      told.reasoning += reasoning;
    };
    try {
      const asked = { messages: toMessages(messages), options: chatOptions(model, options) };
      const outcome = await this.parts.sidecar.chat(asked, say, token);
      const { content, reasoning, tool_calls: calls, trouble } = outcome;
      say({ content: rest(told.content, content), reasoning: rest(told.reasoning, reasoning) });
      for (const call of trouble === null ? calls : []) {
        progress.report(new vscode.LanguageModelToolCallPart(call.id, call.name, argumentsOf(call)));
      }
      if (trouble !== null) {
        throw new FailureError(trouble);
      }
    } catch (error) {
      const failure = toFailure(error);
      if (failure.kind === "cancelled") {
        throw new vscode.CancellationError();
      }
      // The editor shows the message and nothing else, so it has to say what to do.
      throw new Error(failureText(failure), { cause: error });
    }
  }

  async provideTokenCount(
    model: ServedModel,
    text: string | LanguageModelChatRequestMessage,
    token: CancellationToken,
  ): Promise<number> {
    const counted = typeof text === "string" ? { text, messages: [] } : { messages: toMessages([text]) };
    const key = `${model.id} ${JSON.stringify(counted)}`;
    const known = this.counted.get(key);
    if (known !== undefined) {
      return known;
    }
    const params = { ...counted, options: place(model) };
    const { tokens } = await this.parts.sidecar.request("tenstorrent/tokens", params, token);
    if (this.counted.size >= MOST_COUNTED) {
      this.counted.clear();
    }
    this.counted.set(key, tokens);
    return tokens;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** Agent mode without a model that calls tools: what is missing, and what works now. */
  private async noTools(token: CancellationToken): Promise<string> {
    const server = (await this.parts.servers.look(token)).servers.find(({ life }) => answers(life));
    return server === undefined
      ? vscode.l10n.t("No model runs. Ask @tenstorrent, or start one with \"Tenstorrent: Start a Model Server\".")
      : vscode.l10n.t("{0} was started without a parser for tool calls, which agents need. Choose the mode Ask and the model {0}, or ask @tenstorrent.", server.name);
  }

  private models(): ServedModel[] {
    return offeredModels(this.parts.servers.latest, this.parts.status.latestStatus?.product ?? null);
  }
}

function place(served: ServedModel): ChatOptions {
  const { url, model } = served;
  return isAny(served) ? {} : { url, model };
}

function chatOptions(model: ServedModel, { modelOptions, tools, toolMode }: ProvideLanguageModelChatResponseOptions): ChatOptions {
  const offered = model.capabilities.toolCalling === true && !isAny(model) ? toTools(tools ?? []) : [];
  const choice = toolMode === vscode.LanguageModelChatToolMode.Required ? "required" : "auto";
  return {
    ...chosenOptions(modelOptions),
    ...place(model),
    ...(offered.length > 0 && { tools: offered, tool_choice: choice }),
  };
}

/** Reasoning has a part of its own in newer editors; in others it is left out, since it is not the answer. */
function reportThought(progress: Progress<LanguageModelResponsePart>, text: string): void {
  const { LanguageModelThinkingPart: Thought } = vscode as { LanguageModelThinkingPart?: new (text: string) => unknown };
  if (text !== "" && typeof Thought === "function") {
    progress.report(new Thought(text) as LanguageModelResponsePart);
  }
}
