/** Two lessons that leave files behind: the checklist of a bounty, and the projects of the cookbook. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { l10n, Uri } from "vscode";
import { lessonHere, prove, writing } from "./lesson-run";
import { say } from "./message";
import type { Parts } from "./parts";
import { createFromTemplate, openFile } from "./templates";

const STEP = "bounty-program";
const CHECKLIST = "bounty-checklist.md";

/** Writes the checklist where there is none, and opens it: what somebody has ticked stays. */
export async function bountyChecklist(parts: Parts): Promise<string | undefined> {
  const lesson = await lessonHere(parts, STEP);
  const folder = lesson?.values.scratchpad;
  if (folder === undefined) {
    return undefined;
  }
  const path = join(folder, CHECKLIST);
  const text = await readFile(Uri.joinPath(parts.context.extensionUri, "dist", "content", CHECKLIST).fsPath, "utf8");
  await writing(parts, STEP, path, async () => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" }).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== "EEXIST") {
        throw error;
      }
    });
  });
  await openFile(path);
  await proved(parts, STEP, l10n.t("the checklist"), [path]);
  return path;
}

export async function createCookbook(parts: Parts): Promise<boolean> {
  const template = await createFromTemplate(parts, "cookbook");
  return template !== undefined && proved(parts, "metalium-cookbook", template.title, template.files.map(({ path }) => path));
}

async function proved(parts: Parts, step: string, run: string, files: readonly string[]): Promise<boolean> {
  const refused = await prove(parts, step, { run, files });
  if (refused !== "") {
    say("warning", refused);
  }
  return refused === "";
}
