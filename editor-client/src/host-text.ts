/** What is in the box, in one line for a message. */
import { l10n } from "vscode";
import type { Level } from "./message";
import type { Host } from "./protocol";

export function hostText(host: Host): { level: Level; text: string } {
  const worst =
    host.findings.find(({ severity }) => severity === "error") ??
    host.findings.find(({ severity }) => severity === "warning");
  const sentences = [box(host)];
  if (worst !== undefined) {
    sentences.push(sentence(worst.title), sentence(worst.next));
  }
  return { level: worst === undefined ? "info" : "warning", text: sentences.filter(Boolean).join(" ") };
}

function box(host: Host): string {
  const name = host.product ?? (host.boards.length === 0 ? l10n.t("No Tenstorrent device") : l10n.t("Unnamed box"));
  const shown = host.simulated === null ? name : l10n.t("{0} (simulated)", name);
  if (host.product === null) {
    return sentence(`${shown}: ${host.product_reason}`);
  }
  const boards = host.boards.length === 1 ? l10n.t("1 board") : l10n.t("{0} boards", host.boards.length);
  const chips = host.chips.length === 1 ? l10n.t("1 chip") : l10n.t("{0} chips", host.chips.length);
  return l10n.t("{0}: {1}, {2}.", shown, boards, chips);
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
