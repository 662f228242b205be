/** What the person attached to a question, as text within limits. What had to be left out is said. */
import { l10n } from "vscode";
import type { Attachment } from "./chat-messages";

/** Characters of one attachment, and of all of them. */
export const MOST_OF_ONE = 24_000;
export const MOST_OF_ALL = 48_000;

/** What reading a reference gives: a text, or why there is none. */
export type Material =
  | (Attachment & { readonly keepEnd?: boolean })
  | { readonly name: string; readonly refused: string };

export interface Attached {
  readonly attachments: Attachment[];
  /** What the person should know: what was cut, what was refused. */
  readonly notes: string[];
}

/** Cuts the materials to what fits. `limit` is for all of them together. */
export function attached(materials: readonly Material[], limit = MOST_OF_ALL): Attached {
  const attachments: Attachment[] = [];
  const notes: string[] = [];
  let left = limit;
  for (const material of materials) {
    const { name } = material;
    if ("refused" in material) {
      notes.push(l10n.t("Left out: {0}, because {1}.", name, material.refused));
      continue;
    }
    const room = Math.min(left, MOST_OF_ONE);
    const { text, implicit, keepEnd } = material;
    if (text.trim() === "") {
      continue;
    }
    if (room < Math.min(text.length, 200)) {
      notes.push(l10n.t("Left out: {0}, because there is no room for it.", name));
      continue;
    }
    const part = text.length <= room ? text : keepEnd === true ? text.slice(text.length - room) : text.slice(0, room);
    if (part.length < text.length) {
      const all = text.length;
      notes.push(
        keepEnd === true
          ? l10n.t("Of {0} only the last {1} of {2} characters were sent.", name, room, all)
          : l10n.t("Of {0} only the first {1} of {2} characters were sent.", name, room, all),
      );
    }
    left -= part.length;
    attachments.push({ name, text: part, ...(implicit === true && { implicit }) });
  }
  return { attachments, notes };
}

/** The characters that attachments may have beside a model's context: it must hold the question and the answer too. */
export function roomFor(contextTokens: number | null | undefined): number {
  return typeof contextTokens === "number" ? Math.min(MOST_OF_ALL, contextTokens * 2) : MOST_OF_ALL;
}

/** The text of a file's bytes; undefined for one that is no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.subarray(0, 8192).includes(0)) {
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
