/** Messages with buttons. */
import { commands, window } from "vscode";
import { told } from "./failure";

export interface Action {
  readonly title: string;
  readonly run: () => unknown;
}

/** A button that runs a command of the extension. */
export function commandAction(title: string, id: `tenstorrent.${string}`, ...args: readonly unknown[]): Action {
  return { title, run: () => commands.executeCommand(id, ...args) };
}

export type Level = "info" | "warning" | "error";

/** Shows one message and waits for nothing, so a command is done when its work is done. A pressed button runs its action. */
export function say(level: Level, text: string, actions: readonly Action[] = []): void {
  void pressed(level, text, actions);
}

/** Shows one message; a pressed button runs its action, whose failure is told. The answer is that button, if any. */
export async function pressed(level: Level, text: string, actions: readonly Action[]): Promise<Action | undefined> {
  const show = {
    info: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[level];
  const title = await show(text, ...actions.map((action) => action.title));
  const action = actions.find((one) => one.title === title);
  if (action !== undefined) {
    // Nobody waits for it, and it may throw before it has anything to wait for.
    void told(Promise.resolve().then(() => action.run()));
  }
  return action;
}
