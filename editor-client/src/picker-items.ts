/** What the model picker shows for each match, as plain data. */
import { l10n } from "vscode";
import type { Match, MatchList, Readiness } from "./protocol";

export interface ModelRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export interface Section {
  readonly title: string;
  readonly matches: readonly Match[];
}

const ORDER: readonly Readiness[] = ["ready", "needs_download", "needs_setup", "experimental", "does_not_fit", "elsewhere"];

/** The matches by how far they are from answering; inside a section the sidecar's order stays. */
export function sections(matches: readonly Match[]): Section[] {
  const titles: Record<Readiness, string> = {
    ready: l10n.t("Ready"),
    needs_download: l10n.t("Needs Download"),
    needs_setup: l10n.t("Needs Setup"),
    experimental: l10n.t("Experimental"),
    does_not_fit: l10n.t("Does Not Fit"),
    elsewhere: l10n.t("For Other Devices"),
  };
  const inside = (readiness: Readiness) => matches.filter((match) => match.readiness === readiness);
  return ORDER.map((readiness) => ({ title: titles[readiness], matches: inside(readiness) })).filter(
    ({ matches: found }) => found.length > 0,
  );
}

export function row(match: Match): ModelRow {
  const device = match.experimental === null ? match.device_type : l10n.t("listed for {0}", match.device_type);
  return {
    label: match.model_name,
    description: [device, match.status.toLowerCase()].filter(Boolean).join(" · "),
    detail: facts(match).filter(Boolean).join(" · "),
  };
}

/** The line is cut off at the picker's edge, so what decides comes first. */
function facts(match: Match): string[] {
  const needs = [
    weights(match),
    match.command ? "" : l10n.t("container only ({0})", match.engine),
    match.max_context === null ? "" : l10n.t("{0} context", tokens(match.max_context)),
    match.min_disk_gb === null ? "" : l10n.t("{0} GB disk", match.min_disk_gb),
    match.min_ram_gb === null ? "" : l10n.t("{0} GB RAM", match.min_ram_gb),
    match.tasks.join(", "),
    release(match),
  ];
  if (match.experimental !== null) {
    return [l10n.t("not validated on {0}", match.experimental.target), ...concerns(match), ...needs];
  }
  return match.readiness === "does_not_fit" || match.fit === "tight" ? [...concerns(match), ...needs] : needs;
}

/** The reasons but the first, which says for which device the entry is listed: that stands beside the name. */
function concerns(match: Match): string[] {
  return match.reasons.slice(1);
}

function weights(match: Match): string {
  switch (match.weights.state) {
    case "complete":
      return l10n.t("downloaded");
    case "partial":
      return l10n.t("download not whole");
    case "absent":
    case "unknown":
      return "";
  }
}

/** What the newest release has dropped was validated once, and nobody looks after it any more. */
function release(match: Match): string {
  const last = match.releases.at(-1);
  return match.current || last === undefined ? "" : l10n.t("last listed in {0}", last);
}

/** "Models for N150 (simulated)" */
export function pickerTitle(list: Pick<MatchList, "product" | "simulated">): string {
  const title = list.product === null ? l10n.t("Models") : l10n.t("Models for {0}", list.product);
  return list.simulated === null ? title : l10n.t("{0} (simulated)", title);
}

export interface Caution {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
}

/** What is asked before a model is served that is not expected to work here; undefined for others. */
export function caution(match: Match, runs: boolean): Caution | undefined {
  const { model_name: model, device_type: device, experimental, readiness } = match;
  if (experimental === null && readiness !== "does_not_fit") {
    return undefined;
  }
  return {
    message:
      experimental === null
        ? l10n.t("{0} does not fit on this machine.", model)
        : l10n.t("{0} is listed for {1}, and nobody has validated it on {2}.", model, device, experimental.target),
    detail: [
      ...concerns(match).map((reason) => `• ${reason}`),
      "",
      runs
        ? l10n.t("Its command runs in the terminal.")
        : l10n.t("Its command goes into the terminal. Nothing runs until you press Enter there."),
    ].join("\n"),
    button: runs ? l10n.t("Start Anyway") : l10n.t("Prepare Anyway"),
  };
}

/** 131072 -> "128K". Context lengths are powers of two more often than not. */
function tokens(count: number): string {
  return count >= 1024 && count % 1024 === 0 ? `${count / 1024}K` : String(count);
}
