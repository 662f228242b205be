/** The first time in a profile: one question, or none where an image builder or the person has answered it beforehand. */
import { commands, l10n, window, workspace } from "vscode";
import { setUpEditor } from "./editor-setup";
import { recall, remember } from "./lasting-state";
import type { Parts } from "./parts";
import { SECTION } from "./settings";

const ANSWERED = "firstRun.answered";
export const FIRST_RUN = ["ask", "auto", "off"] as const;
export type FirstRun = (typeof FIRST_RUN)[number];

export async function firstRun(parts: Parts): Promise<void> {
  const { context } = parts;
  const wish = firstRunWish();
  if (wish === "off" || (await recall(context, ANSWERED)) === true) {
    return;
  }
  if (wish === "auto") {
    await remember(context, ANSWERED, true);
    await setUpEditor(parts);
    return;
  }
  const [setUp, walkthrough, notNow] = [l10n.t("Set Up This Editor"), l10n.t("Just the Walkthrough"), l10n.t("Not Now")];
  const question = l10n.t(
    "Tenstorrent is here. Shall it open a terminal and the walkthrough, and choose its theme where you have chosen none? It can be undone.",
  );
  const answer = await window.showInformationMessage(question, setUp, walkthrough, notNow);
  // Also when the question was closed: that is an answer too.
  await remember(context, ANSWERED, true);
  if (answer === setUp) {
    await setUpEditor(parts);
  } else if (answer === walkthrough) {
    await commands.executeCommand("tenstorrent.openWalkthrough");
  }
}

/** A workspace does not decide what the editor looks like. */
function firstRunWish(): FirstRun {
  const value = workspace.getConfiguration(SECTION).inspect("firstRun")?.globalValue;
  return FIRST_RUN.find((known) => known === value) ?? "ask";
}
