/** The firmware of every board and the driver, as rows of a picker. */
import { l10n } from "vscode";
import type { Board, Host } from "./protocol";

export interface FirmwareRow {
  readonly label: string;
  readonly description: string;
  /** The row as one line, for the clipboard. */
  readonly line: string;
}

export function firmwareRows(host: Host): FirmwareRow[] {
  const boards = host.boards.map((board) => {
    const label = boardLabel(host, board);
    const versions = versionsOf(host, board);
    const description = versions.length === 0 ? l10n.t("firmware unknown") : l10n.t("firmware {0}", versions.join(", "));
    return { label, description, line: `${label}: ${description}` };
  });
  const label = l10n.t("Kernel driver");
  const description = host.driver ?? l10n.t("not loaded");
  return [...boards, { label, description, line: `${label}: ${description}` }];
}

/** "n300 at 0000:01:00.0": the same words that a reset's plan uses. */
export function boardLabel(host: Host, board: Board): string {
  const name = board.board_type ?? l10n.t("unknown board");
  const places = busIds(host, board);
  // A Galaxy has 32 of them.
  const shown = places.length > 2 ? [l10n.t("{0} and {1} more", places[0] ?? "", places.length - 1)] : places;
  return shown.length === 0 ? name : l10n.t("{0} at {1}", name, shown.join(", "));
}

/** PCI addresses of a board's chips; a chip behind another one has none. */
export function busIds(host: Host, board: Board): string[] {
  return board.chips.map((chip) => host.chips[chip]?.bus_id).filter((id) => typeof id === "string");
}

/** Chips of one board can differ after an update that was cut short, so every version is named. */
function versionsOf(host: Host, board: Board): string[] {
  const versions = board.chips.map((chip) => host.chips[chip]?.fw_bundle).filter((version) => typeof version === "string");
  return [...new Set(versions)];
}
