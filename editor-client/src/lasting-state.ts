/**
 * What is remembered about a person's editor. In code-server the editor's own memory belongs to the browser, while the
 * settings belong to the machine: so it stands in a file beside the extension's other files as well.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { Uri, type ExtensionContext } from "vscode";

type Context = Pick<ExtensionContext, "globalState" | "globalStorageUri">;

export async function recall(context: Context, key: string): Promise<unknown> {
  const own = context.globalState.get<unknown>(key);
  if (own !== undefined) {
    return own;
  }
  try {
    return JSON.parse(await readFile(fileOf(context, key), "utf8")) ?? undefined;
  } catch {
    return undefined;
  }
}

/** `undefined` forgets it. */
export async function remember(context: Context, key: string, value: unknown): Promise<void> {
  await context.globalState.update(key, value);
  await mkdir(context.globalStorageUri.fsPath, { recursive: true });
  await writeFile(fileOf(context, key), JSON.stringify(value ?? null));
}

function fileOf({ globalStorageUri }: Context, key: string): string {
  return Uri.joinPath(globalStorageUri, `${key}.json`).fsPath;
}
