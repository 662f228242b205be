/**
 * What an agent of the editor may do here. The list is `content/tools.json`, the manifest declares it, and the sidecar
 * does the work; here is only what the person is asked before anything is started, stopped or set up.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import type { Disposable, LanguageModelTool, PreparedToolInvocation } from "vscode";
import { FailureError, failureText, toFailure } from "./failure";
import { escape } from "./markdown";
import type { Parts } from "./parts";

/** A row of the list, as far as the editor needs it. */
export interface AgentTool {
  readonly name: string;
  readonly title: string;
  readonly read_only: boolean;
  /** What the person is asked; `{model}` stands for that argument. */
  readonly ask?: string;
}

type Arguments = Readonly<Record<string, unknown>>;

/** Registers what the manifest declares. Nothing in an editor without tools for models. */
export function registerTools(parts: Parts): Disposable[] {
  const { lm } = vscode as { lm?: Partial<typeof vscode.lm> };
  if (typeof lm?.registerTool !== "function") {
    return [];
  }
  const { registerTool } = lm;
  const { contributes } = parts.context.extension.packageJSON as { contributes: { languageModelTools?: { name: string }[] } };
  return (contributes.languageModelTools ?? []).map(({ name }) => registerTool(name, toolOf(parts, name)));
}

function toolOf(parts: Parts, name: string): LanguageModelTool<Arguments> {
  return {
    prepareInvocation: ({ input }) => question(toolNamed(parts, name), input),
    invoke: async ({ input }, token) => {
      try {
        const { text } = await parts.sidecar.request("tenstorrent/tool", { name, arguments: input }, token);
        if (input.confirm === true) {
          // What it has started or stopped shows at once, and not with the next look at the devices.
          parts.servers.look().catch(() => undefined);
        }
        return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
      } catch (error) {
        // The model reads it, and can do what comes next.
        throw new Error(failureText(toFailure(error)), { cause: error });
      }
    },
  };
}

/**
 * What is said while a tool works, and what the person is asked first. Without `confirm` it only tells what it would do.
 * A translation finds the texts in the list.
 */
export function question(tool: AgentTool, input: Arguments): PreparedToolInvocation {
  const title = vscode.l10n.t(tool.title);
  const invocationMessage = title;
  if (tool.read_only || input.confirm !== true) {
    return { invocationMessage };
  }
  const model = typeof input.model === "string" ? `**${escape(input.model)}**` : "";
  const message = new vscode.MarkdownString((tool.ask === undefined ? title : vscode.l10n.t(tool.ask)).replaceAll("{model}", () => model));
  return { invocationMessage, confirmationMessages: { title, message } };
}

/** Read when the first tool is called: activation has no use for it. */
let tools: readonly AgentTool[] | undefined;

function toolNamed({ context }: Parts, name: string): AgentTool {
  tools ??= (JSON.parse(readFileSync(join(context.extensionPath, "dist", "content", "tools.json"), "utf8")) as { tools: AgentTool[] }).tools;
  const tool = tools.find((row) => row.name === name);
  if (tool === undefined) {
    throw new FailureError({ kind: "internal", what: vscode.l10n.t("There is no tool {0}", name), why: vscode.l10n.t("{0} has no row for it", "content/tools.json"), next: "" });
  }
  return tool;
}
