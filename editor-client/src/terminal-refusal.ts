/** What the person is told when a command was not typed into a terminal, and what can be done about it. */
import { env, l10n } from "vscode";
import { pressed, say, type Action } from "./message";

export function sayBusy(name: string, line: string, show: () => void): void {
  const text = l10n.t('The terminal "{0}" is busy, so nothing was typed. Stop what runs there first.', name);
  say("warning", text, [showIt(show), copy(line)]);
}

/** True when the person wants it typed all the same. */
export async function sayUnknown(name: string, line: string, show: () => void): Promise<boolean> {
  const text = l10n.t('Nothing was typed: it cannot be known whether the terminal "{0}" is at an empty prompt.', name);
  const anyway = { title: l10n.t("Type Anyway"), run: () => undefined };
  return (await pressed("warning", text, [showIt(show), anyway, copy(line)])) === anyway;
}

function showIt(run: () => void): Action {
  return { title: l10n.t("Show Terminal"), run };
}

function copy(line: string): Action {
  return { title: l10n.t("Copy Command"), run: () => env.clipboard.writeText(line) };
}
