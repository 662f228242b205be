/**
 * Knows the model servers. While one starts or answers, every change comes at once; while there is none, it is looked
 * for as often as the devices are, so that an idle editor costs nothing.
 */
import { EventEmitter, window, type CancellationToken, type Disposable } from "vscode";
import type { ServerInfo, ServerState } from "./protocol";
import { runs } from "./server-text";
import type { Sidecar } from "./sidecar";

/** A server whose life has changed between two looks. */
export interface ServerChange {
  readonly before: ServerInfo;
  readonly now: ServerInfo;
}

export class ServerWatch implements Disposable {
  private readonly changed = new EventEmitter<ServerState>();
  private readonly lived = new EventEmitter<ServerChange>();
  private readonly subscriptions: readonly Pick<Disposable, "dispose">[];
  private state: ServerState | undefined;
  private looking = false;
  private disposed = false;

  /** Addresses of servers that are being ended here: what becomes of them surprises nobody. */
  readonly ending = new Set<string>();
  /** A state that shows something new. */
  readonly onChange = this.changed.event;
  /** A server, by its address, became something else than it was. */
  readonly onLife = this.lived.event;

  constructor(private readonly sidecar: Sidecar) {
    this.subscriptions = [
      this.changed,
      this.lived,
      sidecar.onStatus(() => {
        this.wake();
      }),
      window.onDidChangeWindowState(({ focused }) => {
        if (focused) {
          this.wake();
        }
      }),
    ];
  }

  /** What was seen last; undefined before the first look. */
  get latest(): ServerState | undefined {
    return this.state;
  }

  /** Looks now. */
  async look(token?: CancellationToken): Promise<ServerState> {
    return this.take(await this.sidecar.request("tenstorrent/server", { action: "discover" }, token));
  }

  /** Takes a state that another request has answered. */
  take(state: ServerState): ServerState {
    const before = this.state;
    if (before?.revision !== state.revision) {
      this.state = state;
      this.changed.fire(state);
      for (const now of state.servers) {
        const then = before?.servers.find(({ url }) => url === now.url);
        if (then !== undefined && then.life !== now.life) {
          this.lived.fire({ before: then, now });
        }
      }
    }
    if (runs(state.life)) {
      this.wake();
    }
    return state;
  }

  dispose(): void {
    this.disposed = true;
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  private wake(): void {
    if (this.looking || this.disposed || this.sidecar.state.kind !== "running") {
      return;
    }
    this.looking = true;
    this.follow()
      // The failure stands in the log, and the next status wakes it again.
      .catch(() => undefined)
      .finally(() => {
        this.looking = false;
      });
  }

  private async follow(): Promise<void> {
    let state: ServerState;
    do {
      const seen = this.state;
      // Without a server the answer shall come at once, and not when something changes.
      const known = seen !== undefined && runs(seen.life) ? { known: seen.revision } : {};
      state = this.take(await this.sidecar.request("tenstorrent/server", { action: "watch", ...known }));
    } while (runs(state.life) && !this.disposed);
  }
}
