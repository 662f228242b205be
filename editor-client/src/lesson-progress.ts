/** Progress belongs to the person: it can be taken along, and forgotten. */
import { commands, l10n, window, workspace } from "vscode";
import { say } from "./message";
import type { Parts } from "./parts";

/** Opens the proofs as JSON in a new editor, to be saved wherever one likes. */
export async function exportProgress({ sidecar }: Parts): Promise<string> {
  const { text } = await sidecar.request("tenstorrent/progress", { action: "export" });
  const content = `${text ?? ""}\n`;
  await window.showTextDocument(await workspace.openTextDocument({ language: "json", content }), { preview: false });
  return content;
}

/** Forgets the proofs, and the ticks that VS Code keeps by itself. False when the person would rather not. */
export async function resetProgress({ sidecar }: Parts): Promise<boolean> {
  const button = l10n.t("Forget It");
  const detail = l10n.t(
    "The proofs of all steps are thrown away, and every step of every walkthrough is unticked, also those of other extensions: the editor keeps ticks of its own and clears them only together.",
  );
  if ((await window.showWarningMessage(l10n.t("Forget the progress of the lessons?"), { modal: true, detail }, button)) !== button) {
    return false;
  }
  await sidecar.request("tenstorrent/progress", { action: "reset" });
  await commands.executeCommand("resetGettingStartedProgress");
  say("info", l10n.t("The lessons begin anew."));
  return true;
}
