/** Tutorials and examples of the checkout of tt-metal: copied into the scratchpad, so that the checkout stays clean. */
import { cp, mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { env, l10n, Uri, window } from "vscode";
import { lessonHere, prove, writing } from "./lesson-run";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";
import { openFile } from "./templates";

interface Shelf {
  /** Its folder in the checkout. */
  readonly from: string;
  /** Its folder in the scratchpad. */
  readonly to: string;
  /** What is opened. */
  readonly file: RegExp;
  /** True when a folder is taken as a whole: an example is a program of several files. */
  readonly folders: boolean;
  readonly page: string;
  readonly title: () => string;
}

const STEP = "explore-metalium";
const DEPTH = 3;

const TUTORIALS: Shelf = {
  from: "ttnn/tutorials",
  to: "ttnn-tutorials",
  file: /\.(ipynb|py)$/,
  folders: false,
  page: "https://docs.tenstorrent.com/tt-metal/latest/ttnn/",
  title: () => l10n.t("Tutorials of TT-NN"),
};

const EXAMPLES: Shelf = {
  from: "tt_metal/programming_examples",
  to: "programming-examples",
  file: /\.cpp$/,
  folders: true,
  page: "https://docs.tenstorrent.com/tt-metal/latest/tt-metalium/",
  title: () => l10n.t("Programming examples of TT-Metalium"),
};

export const openTutorial = (parts: Parts): Promise<string | undefined> => take(parts, TUTORIALS);
export const openExample = (parts: Parts): Promise<string | undefined> => take(parts, EXAMPLES);

/** The file that was opened; undefined when nothing was chosen, or there is no checkout. */
async function take(parts: Parts, shelf: Shelf): Promise<string | undefined> {
  const lesson = await lessonHere(parts, STEP);
  const { metal_home: metal, scratchpad } = lesson?.values ?? {};
  if (metal === undefined || scratchpad === undefined) {
    return undefined;
  }
  const root = join(metal, shelf.from);
  const files = (await filesIn(root, DEPTH)).filter((path) => shelf.file.test(path));
  if (files.length === 0) {
    noCheckout(metal, shelf);
    return undefined;
  }
  const choices = shelf.folders ? [...new Set(files.map((path) => dirname(path)))] : files;
  const title = l10n.t("{0} in {1}", shelf.title(), metal);
  const chosen = await window.showQuickPick(choices, { title, placeHolder: l10n.t("Choose one: a copy is opened") });
  const first = files.find((path) => path === chosen || dirname(path) === chosen);
  if (chosen === undefined || first === undefined) {
    return undefined;
  }
  const target = join(scratchpad, shelf.to);
  await writing(parts, STEP, join(target, chosen), async () => {
    await mkdir(dirname(join(target, chosen)), { recursive: true });
    // What lies there already may have been edited: it stays.
    await cp(join(root, chosen), join(target, chosen), { recursive: true, force: false });
  });
  const file = join(target, first);
  await openFile(file);
  const refused = await prove(parts, STEP, { run: shelf.title(), files: [file] });
  if (refused === "") {
    say("info", l10n.t("A copy is in {0}. The checkout stays as it is.", join(target, chosen)));
  } else {
    say("warning", refused);
  }
  return file;
}

function noCheckout(metal: string, { page, title }: Shelf): void {
  say("warning", l10n.t("{0} come with tt-metal, and there is none in {1}.", title(), metal), [
    commandAction(l10n.t("Set Up a Model"), "tenstorrent.setUpModel"),
    commandAction(l10n.t("Name My Checkout"), "tenstorrent.openSettings", "tenstorrent.metalHome"),
    { title: l10n.t("Read Online"), run: () => env.openExternal(Uri.parse(page)) },
  ]);
}

/** Paths below the folder, relative to it, in order; none when it is not there. */
async function filesIn(root: string, depth: number, below = ""): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(below, entry.name);
    if (entry.isDirectory() && depth > 0) {
      found.push(...(await filesIn(root, depth - 1, path)));
    } else if (entry.isFile()) {
      found.push(path);
    }
  }
  return found;
}
