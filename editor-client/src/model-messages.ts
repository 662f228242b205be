/**
 * The editor's messages for a language model, as a server takes them, and back. By shape and not by class: newer
 * editors send parts that the published types do not have yet. Pure.
 */
import { l10n } from "vscode";
import { FailureError } from "./failure";
import type { ChatMessage, ChatTool, ToolCall } from "./protocol";

/** A message of the editor. */
export interface EditorMessage {
  /** 1 is the user, 2 the assistant; 3, the system, is not in the published types yet. */
  readonly role: number;
  readonly content: readonly unknown[];
}

/** The conversation as it is sent. Pictures are refused: no text model may pretend to have seen one. */
export function toMessages(messages: readonly EditorMessage[]): ChatMessage[] {
  return messages.flatMap(({ role, content }) => {
    const text = content.map(textOf).join("");
    const calls = content.map(callOf).filter((call) => call !== undefined);
    // Answers of tools belong right behind the calls; what the user says comes after them.
    const results = content.map(resultOf).filter((result) => result !== undefined);
    const name = role === 2 ? "assistant" : role === 3 ? "system" : "user";
    const said: ChatMessage[] =
      text === "" && calls.length === 0 ? [] : [{ role: name, content: text, ...(calls.length > 0 && { tool_calls: calls }) }];
    return [...results, ...said];
  });
}

/** The tools that the model may call. */
export function toTools(tools: readonly { name: string; description: string; inputSchema?: object | undefined }[]): ChatTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    parameters: inputSchema ?? { type: "object", properties: {} },
  }));
}

/** The arguments of a call. What a model writes may be no JSON. */
export function argumentsOf({ name, arguments: text }: ToolCall): object {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    if (typeof value === "object" && value !== null) {
      return value;
    }
  } catch {
    // Told below, as is a text or a number.
  }
  throw new FailureError({
    kind: "tool_arguments",
    what: l10n.t("The model called the tool {0} in a way that cannot be read", name),
    why: l10n.t("its arguments are no JSON object: {0}", text.slice(0, 100)),
    next: l10n.t("Ask again, with fewer tools or another model."),
  });
}

/** Numbers that somebody has chosen for a request; anything else is ignored. */
export function chosenOptions(options: Readonly<Record<string, unknown>> | undefined): Record<string, number> {
  const names = ["temperature", "top_p", "seed", "max_tokens"];
  return Object.fromEntries(
    names.map((name) => [name, options?.[name]] as const).filter((pair): pair is [string, number] => typeof pair[1] === "number"),
  );
}

function textOf(part: unknown): string {
  const { value, mimeType, callId, data } = fields(part);
  if (typeof mimeType === "string") {
    if (/^(text\/|application\/.*json)/.test(mimeType) && data instanceof Uint8Array) {
      return new TextDecoder().decode(data);
    }
    if (mimeType.includes("/")) {
      throw new FailureError({
        kind: "not_supported",
        what: l10n.t("This model takes text only"),
        why: l10n.t("{0} was attached", mimeType),
        next: l10n.t("Leave it out, or choose a model that takes it."),
      });
    }
    // Marks of the editor for caches and the like.
    return "";
  }
  return typeof value === "string" && callId === undefined ? value : "";
}

function callOf(part: unknown): ToolCall | undefined {
  const { callId, name, input } = fields(part);
  return typeof callId === "string" && typeof name === "string"
    ? { id: callId, name, arguments: JSON.stringify(input ?? {}) }
    : undefined;
}

function resultOf(part: unknown): ChatMessage | undefined {
  const { callId, name, content } = fields(part);
  if (typeof callId !== "string" || typeof name === "string" || !Array.isArray(content)) {
    return undefined;
  }
  const texts = content.map((inner: unknown) => textOf(inner) || otherText(inner));
  return { role: "tool", tool_call_id: callId, content: texts.join("\n") };
}

/** Prompts of other shapes stand as data in a part of their own. */
function otherText(part: unknown): string {
  const { value } = fields(part);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : "";
}

function fields(part: unknown): Record<string, unknown> {
  return typeof part === "object" && part !== null ? (part as Record<string, unknown>) : {};
}
