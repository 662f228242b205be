/** What a selected text is: a serving command, and of which model, and how it differs from ours. Pure. */
import { l10n } from "vscode";
import { code, escape } from "./markdown";
import type { KnownCause, Provenance, ServeCommand } from "./protocol";

/** The model that a serving command names; undefined for a text that is no such command. */
export function modelIn(text: string): string | undefined {
  const found = /(?:--model(?:-id|_name)?[=\s]+|\bvllm\s+serve\s+|\bHF_MODEL=|\btt-jukebox\s+(?:serve|command)\s+)["']?([\w./-]+)/.exec(text);
  return found?.[1];
}

/** Flags and variables of a command with what they are set to. */
export function settingsIn(text: string): Map<string, string> {
  const words = text.replace(/\\\r?\n/g, " ").match(/"[^"]*"|'[^']*'|[^\s]+/g) ?? [];
  const found = new Map<string, string>();
  words.forEach((word, at) => {
    const flag = /^(--[\w-]+)(?:=(.*))?$/s.exec(word);
    const variable = /^([A-Z][A-Z0-9_]+)=(.*)$/s.exec(word);
    const next = words[at + 1] ?? "";
    if (flag?.[1] !== undefined) {
      found.set(flag[1], bare(flag[2] ?? (next.startsWith("--") ? "" : next)));
    } else if (variable?.[1] !== undefined) {
      found.set(variable[1], bare(variable[2] ?? ""));
    }
  });
  return found;
}

function bare(word: string): string {
  return word.replace(/^(["'])(.*)\1$/s, "$2");
}

/** Where the values of a selected command come from, and which of them are other than ours would be. */
export function explainSelected(text: string, command: ServeCommand): string {
  const here = settingsIn(text);
  const rows = command.provenance.filter(({ name }) => here.has(name));
  const lines = [
    l10n.t("This serves {0} on {1}.", `**${escape(command.model_name)}**`, escape(command.device_type)),
    "",
    ...rows.map(item),
    "",
  ];
  for (const { name, value } of rows) {
    const given = here.get(name) ?? "";
    if (given !== "" && given !== value) {
      lines.push(`- ${l10n.t("{0} is {1} here; tt-jukebox would set {2}.", code(name), code(given), code(value))}`);
    }
  }
  const ours = new Set(command.provenance.map(({ name }) => name));
  for (const name of [...here.keys()].filter((flag) => flag.startsWith("--") && !ours.has(flag))) {
    lines.push(`- ${l10n.t("{0} is not set by tt-jukebox.", code(name))}`);
  }
  return lines.join("\n");
}

/** The chat is narrow, so that a table of these would have a word in each line. */
function item({ name, value, source, rule }: Provenance): string {
  const why = [source, rule].filter(Boolean).map(escape).join("; ");
  return `- ${code(name)} ${code(value)}  \n  ${why}`;
}

/** What others have met before. */
export function causesText(causes: readonly KnownCause[]): string {
  const lines = causes.map(({ cause, next, source }) =>
    `- **${escape(cause)}.** ${escape(next)} *(${escape(source)})*`);
  return [l10n.t("Known causes for what stands there:"), "", ...lines].join("\n");
}
