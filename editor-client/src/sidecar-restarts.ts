/** When the sidecar is started again: once somebody has stopped typing, and not into the middle of long work unasked. */
import { l10n } from "vscode";
import { told } from "./failure";
import { pressed } from "./message";

/** Each letter in the box of a setting is a change of its own. */
const TYPED_MS = 1000;

export class Restarts {
  /** The work that a restart would end, in a few words each. */
  private readonly work: string[] = [];
  private wanted = false;
  private asking = false;
  private typing: NodeJS.Timeout | undefined;

  constructor(
    private readonly restart: () => Promise<void>,
    private readonly typedMs = TYPED_MS,
  ) {}

  /** For a change, and for those that follow it at once. */
  soon(): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void told(this.now()), this.typedMs);
  }

  /** At once where nothing is under way, else when the person says so or it is done. */
  async now(): Promise<void> {
    if (this.work.length === 0) {
      return this.restart();
    }
    this.wanted = true;
    if (!this.asking && (await this.agreed())) {
      await this.restartIfWanted();
    }
  }

  /** Does work that a restart would end. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.work.push(what);
    try {
      return await work();
    } finally {
      this.work.splice(this.work.indexOf(what), 1);
      if (this.work.length === 0) {
        void told(this.restartIfWanted());
      }
    }
  }

  dispose(): void {
    clearTimeout(this.typing);
    this.wanted = false;
  }

  private async agreed(): Promise<boolean> {
    this.asking = true;
    const text = l10n.t("The Tenstorrent sidecar has to be started again, which ends what it has under way: {0}.", this.work.join(", "));
    const now = { title: l10n.t("Restart Now"), run: () => undefined };
    const later = { title: l10n.t("When It Is Done"), run: () => undefined };
    const button = await pressed("warning", text, [now, later]);
    this.asking = false;
    return button === now;
  }

  /** The work may have ended while the question stood there, and the restart with it. */
  private async restartIfWanted(): Promise<void> {
    if (this.wanted) {
      this.wanted = false;
      await this.restart();
    }
  }
}
