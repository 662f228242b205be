/**
 * Ticks the walkthrough's steps when the sidecar has proved them.
 *
 * VS Code (1.139 and before) ticks a step on the rising edge of its context key, and only if the key was false when the
 * walkthrough was first shown in the window: a key that is true by then never ticks. So the key rests at false
 * and is pulsed while a walkthrough may be looking.
 */
import { commands, window, type Disposable } from "vscode";

/** The walkthrough's page registers its steps some time after its tab is there. */
const LOOKS_AFTER_MS = [0, 500, 2000] as const;

export class WalkthroughTicks implements Disposable {
  private done: ReadonlySet<string> = new Set();
  private timers: NodeJS.Timeout[] = [];
  private readonly tabs = window.tabGroups.onDidChangeTabs(() => {
    this.pulse();
  });

  /** The steps whose thing is proved now. */
  show(done: readonly string[]): void {
    this.done = new Set(done);
    this.pulse();
  }

  dispose(): void {
    this.tabs.dispose();
    this.timers.forEach(clearTimeout);
  }

  private pulse(): void {
    this.timers.forEach(clearTimeout);
    this.timers = this.done.size === 0 ? [] : LOOKS_AFTER_MS.map((wait) => setTimeout(() => {
      this.pulseOnce();
    }, wait));
  }

  private pulseOnce(): void {
    for (const step of this.done) {
      setContext(`step.${step}.proved`, true);
      setContext(`step.${step}.proved`, false);
    }
  }
}

/**
 * Opens the walkthrough. In a new profile VS Code (1.139) answers the first call with the start page or a walkthrough of
 * its own, and the second with the one that was asked for; a second call changes nothing where the first was enough.
 */
export async function openWalkthrough(id: string): Promise<void> {
  for (let call = 0; call < 2; call += 1) {
    await commands.executeCommand("workbench.action.openWalkthrough", id, false);
  }
}

export function setContext(name: string, value: unknown): void {
  void commands.executeCommand("setContext", `tenstorrent.${name}`, value);
}
