/** "Why these values": the serving command as a document that names the source of every value. */
import { l10n } from "vscode";
import type { ServeCommand } from "./protocol";

export function explainCommand(command: ServeCommand): string {
  const title = l10n.t("{0} on {1}: why these values", command.model_name, command.device_type);
  const lines = [`# ${title}`, ""];
  if (command.simulated !== null) {
    lines.push(l10n.t("The box is simulated ({0}): the command is right for it, but will not run here.", command.simulated), "");
  }
  lines.push("```sh", command.text.trimEnd(), "```", "");
  if (command.notes.length > 0) {
    lines.push(`## ${l10n.t("Notes")}`, "", ...command.notes.map((note) => `- ${note}`), "");
  }
  lines.push(
    `## ${l10n.t("Where each value comes from")}`,
    "",
    `| ${l10n.t("Name")} | ${l10n.t("Value")} | ${l10n.t("Source")} | ${l10n.t("Rule")} |`,
    "|---|---|---|---|",
    ...command.provenance.map(
      ({ name, value, source, rule }) => `| ${code(name)} | ${code(value)} | ${cell(source)} | ${cell(rule)} |`,
    ),
    "",
  );
  if (command.tests.length > 0) {
    lines.push(`## ${l10n.t("To try the server")}`, "");
    for (const { title, text } of command.tests) {
      lines.push(title, "", "```", text.trimEnd(), "```", "");
    }
  }
  return lines.join("\n");
}

/** A flag or a value as it stands, so that no part of it is taken for markup; a backtick would end it. */
function code(text: string): string {
  return text === "" ? "" : `\`${cell(text).replaceAll("`", "'")}\``;
}

/** Text inside a table cell: a bar or a line break would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ");
}
