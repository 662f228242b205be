/** The prompt of a terminal: whether its shell tells what it runs, and how text goes away that stands there. */
import { setTimeout as sleep } from "node:timers/promises";
import { window, type Terminal } from "vscode";

export const CTRL_C = "\u0003";
const INTEGRATION_MS = 3000;
const PROMPT_MS = 300;
/** As long as a busy machine takes to draw a prompt again. */
const CLEAR_MS = 1500;

/** Waits until the shell said that it is there, or long enough; text typed earlier can get lost. */
export async function integrated(terminal: Terminal): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    };
    const timer = setTimeout(finish, INTEGRATION_MS);
    const listener = window.onDidChangeTerminalShellIntegration((change) => {
      if (change.terminal === terminal) {
        finish();
      }
    });
  });
  // The shell announces itself just before it draws the prompt.
  await sleep(PROMPT_MS);
}

/**
 * Throws away what stands at the prompt. What is typed while the shell deals with Ctrl-C is lost, so the next prompt is
 * awaited: shell integration tells it, and where it does not, time has to do.
 */
export async function clear(terminal: Terminal): Promise<void> {
  let told: (() => void) | undefined;
  const ended = window.onDidEndTerminalShellExecution((end) => {
    if (end.terminal === terminal) {
      told?.();
    }
  });
  terminal.sendText(CTRL_C, false);
  await Promise.race([sleep(CLEAR_MS), new Promise<void>((resolve) => (told = resolve))]);
  ended.dispose();
  await sleep(PROMPT_MS);
}
