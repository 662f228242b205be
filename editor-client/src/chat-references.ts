/** Reads what references point to: files, selections, texts. */
import { FileType, l10n, Location, Uri, workspace, type ChatPromptReference } from "vscode";
import { MOST_OF_ONE, textOf, type Material } from "./chat-attachments";
import { tailOf } from "./log-tail";

/** A file beyond this is not even read. */
const MOST_BYTES = 4 << 20;

export function readReferences(references: readonly ChatPromptReference[]): Promise<Material[]> {
  return Promise.all(references.map(readReference));
}

async function readReference(reference: ChatPromptReference): Promise<Material> {
  const material = await read(reference);
  return "text" in material && reference.id.startsWith("vscode.implicit") ? { ...material, implicit: true } : material;
}

async function read({ id, value, modelDescription }: ChatPromptReference): Promise<Material> {
  try {
    if (value instanceof Location) {
      const { uri, range } = value;
      const document = await workspace.openTextDocument(uri);
      const lines = `${range.start.line + 1}-${range.end.line + 1}`;
      return { name: `${nameOf(uri)}:${lines}`, text: document.getText(range) };
    }
    if (value instanceof Uri) {
      return await readFile(value);
    }
    if (typeof value === "string") {
      return { name: modelDescription ?? id, text: value };
    }
  } catch (error) {
    return { name: id, refused: error instanceof Error ? error.message : String(error) };
  }
  return { name: modelDescription ?? id, refused: l10n.t("only text can be sent to this model") };
}

/** What an open editor holds comes first: it may not be saved yet. */
async function readFile(uri: Uri): Promise<Material> {
  const name = nameOf(uri);
  const keepEnd = name.endsWith(".log");
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open !== undefined) {
    return { name, text: open.getText(), keepEnd };
  }
  const { type, size } = await workspace.fs.stat(uri);
  if ((type & FileType.Directory) !== 0) {
    return { name, refused: l10n.t("it is a folder; attach the files that matter") };
  }
  if (size > MOST_BYTES && keepEnd && uri.scheme === "file") {
    return { name, text: await tailOf(uri.fsPath, MOST_OF_ONE), keepEnd };
  }
  if (size > MOST_BYTES) {
    return { name, refused: l10n.t("it has {0} MB; attach the part that matters", Math.ceil(size / (1 << 20))) };
  }
  const text = textOf(await workspace.fs.readFile(uri));
  return text === undefined ? { name, refused: l10n.t("it is no text file") } : { name, text, keepEnd };
}

function nameOf(uri: Uri): string {
  return workspace.asRelativePath(uri);
}
