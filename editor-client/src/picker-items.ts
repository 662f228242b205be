/** What the model picker shows for each match, as plain data. */
import { l10n } from "vscode";
import type { Fit, Match, MatchList } from "./protocol";

export interface ModelRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export interface Section {
  readonly title: string;
  readonly matches: readonly Match[];
}

const ORDER: readonly Fit[] = ["fits", "tight", "unknown", "no"];

/** The matches by how well they fit; inside a section the sidecar's order stays. */
export function sections(matches: readonly Match[]): Section[] {
  const titles: Record<Fit, string> = {
    fits: l10n.t("Fits"),
    tight: l10n.t("Tight"),
    unknown: l10n.t("Fit unknown"),
    no: l10n.t("Does not fit"),
  };
  return ORDER.map((fit) => ({ title: titles[fit], matches: matches.filter((match) => match.fit === fit) })).filter(
    ({ matches: inside }) => inside.length > 0,
  );
}

export function row(match: Match): ModelRow {
  const needs = [
    match.max_context === null ? "" : l10n.t("{0} context", tokens(match.max_context)),
    match.min_disk_gb === null ? "" : l10n.t("{0} GB disk", match.min_disk_gb),
    match.min_ram_gb === null ? "" : l10n.t("{0} GB RAM", match.min_ram_gb),
    match.engine === "vLLM" ? "" : match.engine,
  ];
  // The line is cut off at the picker's edge, so what decides comes first.
  const parts = match.command ? [...needs, ...match.reasons] : [l10n.t("No host command"), ...match.reasons, ...needs];
  return {
    label: match.model_name,
    description: [match.device_type, match.status].filter(Boolean).join(" · "),
    detail: parts.filter(Boolean).join(" · "),
  };
}

/** "Models for N150 (simulated)" */
export function pickerTitle(list: Pick<MatchList, "product" | "simulated">): string {
  const title = list.product === null ? l10n.t("Models") : l10n.t("Models for {0}", list.product);
  return list.simulated === null ? title : l10n.t("{0} (simulated)", title);
}

/** Why a model without a host command cannot be chosen. */
export function noCommandText(match: Match): string {
  const head = l10n.t("There is no host command for {0} on {1}", match.model_name, match.device_type);
  return match.reasons.length === 0 ? `${head}.` : `${head}: ${match.reasons.join("; ")}.`;
}

/** 131072 -> "128K". Context lengths are powers of two more often than not. */
function tokens(count: number): string {
  return count >= 1024 && count % 1024 === 0 ? `${count / 1024}K` : String(count);
}
