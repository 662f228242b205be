/** A question to `@tenstorrent` from a command or a button: in the chat, or, where there is none, in a document. */
import { commands, env, l10n, ProgressLocation, window, workspace, type Clipboard } from "vscode";
import { answerPage } from "./answer-page";
import { ask as askModel } from "./chat-answer";
import { explain as explainIn, putAside } from "./chat-explain";
import { conversation } from "./chat-messages";
import { WrittenReply } from "./chat-reply";
import { nothingServes, type Asked } from "./chat-verbs";
import { hasChat } from "./chat-participant";
import type { Material } from "./chat-attachments";
import { say } from "./message";
import type { Parts } from "./parts";
import { answers } from "./server-text";

/** True where a question can be put into the chat: the API is there, and nobody has switched the chat off. */
export function canChat(): boolean {
  return hasChat() && workspace.getConfiguration("chat").get("disableAIFeatures") !== true;
}

/** Opens the chat with the question and sends it; without one it waits behind the name. */
export async function askTenstorrent(parts: Parts, question: unknown): Promise<void> {
  const words = typeof question === "string" ? question.trim() : "";
  if (canChat()) {
    await openChat(words);
    return;
  }
  const typed = words === "" ? await window.showInputBox({ prompt: l10n.t("What do you want to ask the model that runs?") }) : words;
  if (typed !== undefined && typed.trim() !== "") {
    await inDocument(parts, l10n.t("Answer"), (asked) => talk(asked, typed));
  }
}

/** Explains what is selected, in an editor or in a terminal. */
export async function explainSelection(parts: Parts, where: "editor" | "terminal"): Promise<void> {
  const material = where === "terminal" ? await terminalSelection() : editorSelection();
  if (material !== undefined) {
    await explainThis(parts, material.name, material);
  } else if (where === "terminal") {
    // Nothing else may be explained in its place.
    say("warning", l10n.t("The selection of the terminal could not be read. Select lines there first. If they are selected, the editor may not read the clipboard: paste them into the question."));
    if (canChat()) {
      await openChat("/explain ", true);
    }
  } else if (canChat()) {
    await openChat("/explain");
  } else {
    await inDocument(parts, l10n.t("Explanation"), (asked) => explainIn(asked));
  }
}

/** Explains a text. In the chat it is asked for by these words: the text itself may be long. */
export async function explainThis(parts: Parts, words: string, material: Material): Promise<void> {
  putAside(words, material);
  if (canChat()) {
    await openChat(`/explain ${words}`);
  } else {
    await inDocument(parts, l10n.t("Explanation"), (asked) => explainIn({ ...asked, words }));
  }
}

async function openChat(words: string, partial = words === ""): Promise<void> {
  await commands.executeCommand("workbench.action.chat.open", {
    query: `@tenstorrent ${words}`,
    isPartialQuery: partial,
    // The mode of agents counts only models that call tools.
    mode: "ask",
  });
}

async function talk(asked: Asked, typed: string): Promise<void> {
  const { parts, reply, token } = asked;
  const state = await parts.servers.look(token);
  if (state.servers.some(({ life }) => answers(life))) {
    await askModel(parts, { messages: conversation([], typed, []), typed }, reply, token);
  } else {
    await nothingServes(asked, state);
  }
}

/** Runs something that answers, and shows the whole when it is done. */
async function inDocument(parts: Parts, title: string, work: (asked: Asked) => Promise<unknown>): Promise<void> {
  const reply = await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
    const written = new WrittenReply((message) => { progress.report({ message }); });
    await work({ parts, words: "", attachments: [], chosen: undefined, reply: written, token });
    return written;
  });
  await parts.documents.preview(title, answerPage(reply.whole(l10n.t("These commands help:"))), true);
}

function editorSelection(): Material | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined || editor.selection.isEmpty) {
    return undefined;
  }
  const { document, selection } = editor;
  const name = workspace.asRelativePath(document.uri);
  return { name: l10n.t("the selection in {0}", name), text: document.getText(selection), keepEnd: true };
}

/**
 * The editor gives a terminal's selection to the clipboard only; what was there comes back. A clipboard that reads empty
 * may only be kept from us, so nothing is written into that.
 */
async function terminalSelection(): Promise<Material | undefined> {
  const { clipboard } = env;
  const before = await readable(clipboard);
  try {
    if (before !== "") {
      await clipboard.writeText("");
    }
    await commands.executeCommand("workbench.action.terminal.copySelection");
    const text = await readable(clipboard);
    return text.trim() === "" ? undefined : { name: l10n.t("the selection in the terminal"), text, keepEnd: true };
  } finally {
    if (before !== "") {
      await clipboard.writeText(before);
    }
  }
}

/** What the clipboard holds; empty where a browser refuses to tell. */
async function readable(clipboard: Clipboard): Promise<string> {
  try {
    return await clipboard.readText();
  } catch {
    return "";
  }
}
