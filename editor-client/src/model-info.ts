/** The models that answer now, as the editor's picker wants them. Pure. */
import { l10n, type LanguageModelChatInformation } from "vscode";
import type { ServerInfo, ServerState } from "./protocol";
import { answers } from "./server-text";

export const VENDOR = "tenstorrent";

/** For a server that does not say how long its context is. */
const UNKNOWN_CONTEXT = 8192;

/** A model in the picker. The last two are beyond the published types: some versions hide a model without them. */
export interface ServedModel extends LanguageModelChatInformation {
  readonly url: string;
  readonly model: string;
  readonly isUserSelectable: true;
}

/** The id of the entry that stands for whatever runs. */
const ANY = "any";

/**
 * What the picker shows. An editor that nobody has signed in to asks no chat participant without a model, and its agent
 * mode counts only models that call tools. So there is one entry for whatever runs, as long as no such model does;
 * without it `@tenstorrent` could not even say what to start.
 */
export function offeredModels(state: ServerState | undefined, product: string | null): ServedModel[] {
  const served = servedModels(state, product);
  return served.some(({ capabilities }) => capabilities.toolCalling) ? served : [...served, anyModel(served)];
}

/** True for the entry that is no model of its own. */
export function isAny({ id }: { id: string }): boolean {
  return id === ANY;
}

function anyModel([best]: readonly ServedModel[]): ServedModel {
  return {
    id: ANY,
    url: "",
    model: "",
    name: "@tenstorrent",
    family: VENDOR,
    version: "1",
    detail: best === undefined ? l10n.t("no model runs") : l10n.t("answers with {0}", best.name),
    tooltip: l10n.t("Stands for whatever model runs, so that @tenstorrent can always be asked. It calls no tools."),
    maxInputTokens: best?.maxInputTokens ?? UNKNOWN_CONTEXT,
    maxOutputTokens: best?.maxOutputTokens ?? UNKNOWN_CONTEXT / 4,
    capabilities: { toolCalling: true, imageInput: false },
    isUserSelectable: true,
  };
}

/** Every model of every server that takes requests. `product` is the box. */
export function servedModels(state: ServerState | undefined, product: string | null): ServedModel[] {
  return (state?.servers ?? []).filter(({ life }) => answers(life)).flatMap((server) =>
    server.models.map(({ id, max_model_len: length }) => {
      const context = length ?? UNKNOWN_CONTEXT;
      const answer = Math.max(1, Math.floor(Math.min(4096, context / 4)));
      const device = deviceOf(server, product);
      const said = length === null ? l10n.t("context not told") : l10n.t("{0} tokens of context", length);
      return {
        // No address and no name has a space in it.
        id: `${server.url} ${id}`,
        url: server.url,
        model: id,
        name: server.models.length === 1 ? server.name : last(id),
        family: last(id),
        version: "1",
        detail: [device, stateText(server)].filter(Boolean).join(" · "),
        tooltip: [id, server.url, device, stateText(server), said].filter(Boolean).join(" · "),
        maxInputTokens: Math.max(1, context - answer),
        maxOutputTokens: answer,
        capabilities: { toolCalling: server.tool_calls, imageInput: false },
        isUserSelectable: true,
      };
    }),
  );
}

/** A server, and one of its models. */
export interface Chosen {
  readonly url: string;
  readonly model: string;
}

/** The server and the model that a choice in the picker means; undefined when it means any. */
export function servedModel(choice: { vendor: string; id: string } | undefined): Chosen | undefined {
  if (choice?.vendor !== VENDOR) {
    return undefined;
  }
  const at = choice.id.indexOf(" ");
  return at < 0 ? undefined : { url: choice.id.slice(0, at), model: choice.id.slice(at + 1) };
}

/** The context of the model that will answer, in tokens: the chosen one, else the first that is asked when none is. */
export function contextOf(state: ServerState | undefined, chosen: Chosen | undefined): number | null {
  const ready = (state?.servers ?? []).filter(({ life }) => answers(life));
  const server = chosen === undefined ? ready[0] : ready.find(({ url }) => url === chosen.url);
  const model = chosen === undefined ? server?.models[0] : server?.models.find(({ id }) => id === chosen.model);
  return model?.max_model_len ?? null;
}

/** The box for a server of this machine, the name of the other machine for one elsewhere. */
function deviceOf({ port, url }: ServerInfo, product: string | null): string {
  return port === null ? hostOf(url) : (product ?? "");
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** Whether it works on requests is not told: the list would change with each of them. */
function stateText({ life }: ServerInfo): string {
  return answers(life) ? l10n.t("ready") : life;
}

function last(id: string): string {
  return id.split("/").filter(Boolean).at(-1) ?? id;
}
