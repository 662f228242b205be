/** "Why these values": the serving command as a document that names the source of every value. */
import { l10n } from "vscode";
import { cell, code, codeBlock, escape } from "./markdown";
import type { ServeCommand } from "./protocol";

export function explainCommand(command: ServeCommand): string {
  const title = l10n.t("{0} on {1}: why these values", command.model_name, command.device_type);
  const lines = [`# ${escape(title)}`, ""];
  if (command.simulated !== null) {
    lines.push(l10n.t("The box is simulated ({0}): the command is right for it, but will not run here.", command.simulated), "");
  }
  lines.push(codeBlock(command.text, "sh"), "");
  if (command.notes.length > 0) {
    lines.push(`## ${l10n.t("Notes")}`, "", ...command.notes.map((note) => `- ${escape(note)}`), "");
  }
  lines.push(
    `## ${l10n.t("Where each value comes from")}`,
    "",
    `| ${l10n.t("Name")} | ${l10n.t("Value")} | ${l10n.t("Source")} | ${l10n.t("Rule")} |`,
    "|---|---|---|---|",
    ...command.provenance.map(
      ({ name, value, source, rule }) => `| ${[code(name), code(value), escape(source), escape(rule)].map(cell).join(" | ")} |`,
    ),
    "",
  );
  if (command.tests.length > 0) {
    lines.push(`## ${l10n.t("To try the server")}`, "");
    for (const { title, text } of command.tests) {
      lines.push(escape(title), "", codeBlock(text), "");
    }
  }
  return lines.join("\n");
}
