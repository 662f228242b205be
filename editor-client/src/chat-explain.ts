/** `/explain`: what a command, a log or a selection says. Without a model: what we know of it. With one: what it says. */
import { l10n, window } from "vscode";
import { ask, footnote } from "./chat-answer";
import { attached, roomFor, type Material } from "./chat-attachments";
import { conversation, type Attachment } from "./chat-messages";
import { button, followUp, nothingServes, type Asked, type FollowUps } from "./chat-verbs";
import { causesText, explainSelected, modelIn } from "./explain-text";
import { codeBlock } from "./markdown";
import { contextOf } from "./model-info";
import type { ServeCommand } from "./protocol";
import { answers } from "./server-text";

/** Beyond this it is a text to explain, and not words that say what to explain. */
const LONG = 200;

/** What was put aside to be explained, by the words that ask for it: too long to be typed into a question. */
const aside = new Map<string, Material>();
const MOST_ASIDE = 8;

/** Keeps a material for the question that these words will be. */
export function putAside(words: string, material: Material): void {
  aside.delete(words);
  aside.set(words, material);
  for (const oldest of [...aside.keys()].slice(0, -MOST_ASIDE)) {
    aside.delete(oldest);
  }
}

export interface Explained {
  readonly followUps: FollowUps;
  readonly answer?: string;
}

export async function explain(asked: Asked): Promise<Explained> {
  const { chosen, parts, reply, words } = asked;
  const { attachments: materials, notes } = attached(meant(asked), roomFor(contextOf(parts.servers.latest, chosen)));
  notes.forEach((note) => { footnote(reply, note); });
  const command = await commandOf(asked, materials);
  if (command !== undefined) {
    const selected = materials[0]?.text;
    const whole = selected === undefined ? `${codeBlock(command.text, "sh")}\n\n` : "";
    reply.markdown(`${whole}${explainSelected(selected ?? command.text, command)}\n\n`);
  }
  if (materials.length === 0) {
    if (command === undefined) {
      reply.markdown(l10n.t("There is nothing to explain yet. Select lines of a file, attach one with `#`, or name a model: its serving command is explained then."));
      reply.button(button(l10n.t("Explain a Selection"), "explain"));
    }
    return { followUps: [followUp("serve", l10n.t("How is a model served?"))] };
  }
  const text = materials.map((material) => material.text).join("\n");
  const { causes } = await parts.sidecar.request("tenstorrent/causes", { text }, asked.token);
  if (causes.length > 0) {
    reply.markdown(`${causesText(causes)}\n\n`);
  }
  const state = parts.servers.latest ?? (await parts.servers.look(asked.token));
  if (!state.servers.some(({ life }) => answers(life))) {
    if (command === undefined && causes.length === 0) {
      reply.markdown(`${quoted(materials)}\n\n${l10n.t("Nothing in it is known without a model.")}\n\n`);
    }
    return { followUps: await nothingServes(asked, state) };
  }
  const what = words.length > LONG || words === "" ? "Explain this: what does it do or say, and what should be done next?" : `Explain: ${words}`;
  const question = { messages: conversation([], what, materials), typed: `/explain ${words}`, ...(chosen !== undefined && { options: chosen }) };
  const { text: answer } = await ask(parts, question, reply, asked.token);
  return { followUps: [followUp("doctor", l10n.t("Is anything wrong?"))], answer };
}

/**
 * What is meant: what was put aside, a pasted text, what is attached (the editor adds the open file by itself), the
 * selection, the serving command.
 */
function meant({ attachments, parts, words }: Asked): readonly Material[] {
  const kept = aside.get(words);
  if (kept !== undefined) {
    return [kept];
  }
  if (words.length > LONG || words.includes("\n") || modelIn(words) !== undefined) {
    return [{ name: l10n.t("the question"), text: words }];
  }
  // Words alone name a model; what the editor has added by itself is meant where nothing else is.
  const given = words === "" ? attachments : attachments.filter(({ implicit }) => implicit !== true);
  if (given.length > 0 || words !== "") {
    return given;
  }
  const editor = window.activeTextEditor;
  if (editor !== undefined && !editor.selection.isEmpty) {
    return [{ name: l10n.t("the selection"), text: editor.document.getText(editor.selection), keepEnd: true }];
  }
  const standing = parts.terminals.state("server").text;
  return standing === undefined ? [] : [{ name: l10n.t("the command in the terminal"), text: standing }];
}

/** Our command for the model that the text serves, or that the words name. */
async function commandOf({ parts, words, token }: Asked, materials: readonly Attachment[]): Promise<ServeCommand | undefined> {
  const named = materials.length === 0 ? words : materials.map(({ text }) => modelIn(text)).find((model) => model !== undefined);
  if (named === undefined || named === "") {
    return undefined;
  }
  const params = { model: named, device: null, shell: parts.terminals.shell("server"), experimental: false };
  return parts.sidecar.request("tenstorrent/command", params, token).catch(() => undefined);
}

function quoted(materials: readonly Attachment[]): string {
  return materials.map(({ text }) => codeBlock(text.slice(-1000))).join("\n\n");
}
