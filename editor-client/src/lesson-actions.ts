/**
 * What the buttons of lessons do, in a file of its own: it is loaded when the first one is pressed, so that activation does
 * not pay for it.
 */
import { l10n } from "vscode";
import type { Handler } from "./commands";
import { DOWNLOAD_STEP, downloadHere } from "./download";
import { buildForge, installForge, testForge } from "./forge";
import { tokenOfEditor } from "./hub-token";
import { bountyChecklist, createCookbook } from "./lesson-files";
import { runJob } from "./lesson-run";
import {
  askApiServer,
  chatInTerminal,
  classify,
  inferOnce,
  installInferenceDeps,
  picturesFromWords,
  samplePicture,
  startApiServer,
  startCodingAssistant,
  verifyInstallation,
} from "./lesson-scripts";
import { commandAction } from "./message";
import { openExample, openTutorial } from "./metalium";
import type { Parts } from "./parts";
import { callOf } from "./program";
import { tryWithCurl, tryWithPython } from "./server-trials";
import { createFromTemplate } from "./templates";

export const LESSON_ACTIONS = {
  askApiServer: (parts, times) => askApiServer(parts, Number(times)),
  bountyChecklist,
  buildForge,
  chatInTerminal,
  checkEnvironment,
  classify,
  createCookbook,
  createFromTemplate,
  downloadWeights,
  inferOnce,
  installForge,
  installInferenceDeps,
  openExample,
  openTutorial,
  picturesFromWords,
  samplePicture,
  startApiServer,
  startCodingAssistant,
  testForge,
  tryWithCurl,
  tryWithPython,
  verifyInstallation,
} satisfies Readonly<Record<string, Handler>>;

export type LessonAction = keyof typeof LESSON_ACTIONS;

/** The weights alone. With a bar in the terminal, or, where the terminal lacks the token, in a message. */
async function downloadWeights(parts: Parts, model: unknown, name: unknown): Promise<boolean> {
  const token = await tokenOfEditor(parts);
  if (token !== undefined) {
    return downloadHere(parts, { model: String(model), name: String(name ?? model) }, token);
  }
  return runJob(parts, {
    name: l10n.t("the download"),
    which: "main",
    line: callOf(parts.sidecar, "download", String(model)),
    step: DOWNLOAD_STEP,
    done: l10n.t("All files of the model are here."),
    actions: [commandAction(l10n.t("Set the Hugging Face Token"), "tenstorrent.setHuggingFaceToken")],
  });
}

/** Compares an environment with what it should be: commits, build, packages, imports. */
function checkEnvironment(parts: Parts, name: unknown): Promise<boolean> {
  const environment = String(name);
  return runJob(parts, {
    name: l10n.t("the check of {0}", environment),
    which: "main",
    line: callOf(parts.sidecar, "env", "verify", environment),
    done: l10n.t("{0} is what it should be.", environment),
    actions: [commandAction(l10n.t("Set Up a Model"), "tenstorrent.setUpModel")],
  });
}
