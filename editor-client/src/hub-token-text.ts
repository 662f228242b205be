/** What a check of the token says, as plain data. */
import { l10n } from "vscode";
import type { Level } from "./message";
import type { TokenState } from "./protocol";

export function tokenText(state: TokenState): { level: Level; text: string } {
  if (state.trouble !== null) {
    const { what, why, next } = state.trouble;
    return { level: "warning", text: `${what}: ${why}. ${next}` };
  }
  const refused = state.repos.filter((repo) => repo.refused !== null);
  const who = l10n.t("The token is that of {0}.", state.who ?? l10n.t("an account that the hub does not name"));
  // A variable of the environment wins, and whoever has just typed one should know.
  const source = state.source === null ? "" : l10n.t("It comes from: {0}.", state.source);
  const [first] = refused;
  const refusal = first?.refused ?? null;
  if (first === undefined || refusal === null) {
    return { level: "info", text: [who, source].filter(Boolean).join(" ") };
  }
  const closed = l10n.t("{0} of {1} repositories for this machine may not be read, for example {2}: {3}", refused.length, state.repos.length, first.repo, refusal.next);
  return { level: "info", text: [who, source, closed].filter(Boolean).join(" ") };
}
