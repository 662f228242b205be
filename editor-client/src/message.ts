/** Messages with buttons. Nothing here waits for an answer, so a command is done when its work is done. */
import { commands, window } from "vscode";

export interface Action {
  readonly title: string;
  readonly run: () => unknown;
}

/** A button that runs a command of the extension. */
export function commandAction(title: string, id: `tenstorrent.${string}`, ...args: readonly unknown[]): Action {
  return { title, run: () => commands.executeCommand(id, ...args) };
}

export type Level = "info" | "warning" | "error";

/** Shows one message; a pressed button runs its action. */
export function say(level: Level, text: string, actions: readonly Action[] = []): void {
  const show = {
    info: window.showInformationMessage,
    warning: window.showWarningMessage,
    error: window.showErrorMessage,
  }[level];
  void show(text, ...actions.map((action) => action.title)).then((title) => {
    void actions.find((action) => action.title === title)?.run();
  });
}
