/** The extension's door: builds the parts and returns at once; the sidecar starts afterwards. */
import { window, type ExtensionContext } from "vscode";
import { registerCommands } from "./commands";
import { Documents } from "./documents";
import { toFailure } from "./failure";
import { handOverToken } from "./hub-token";
import { Monitor } from "./monitor";
import { offerUnfinished } from "./setup";
import { Sidecar } from "./sidecar";
import { StatusItem } from "./status";
import { Terminals } from "./terminals";
import { WalkthroughTicks } from "./walkthrough";

/** What `activate` returns: for tests that run inside the extension host. */
export interface Api {
  readonly sidecar: Sidecar;
  readonly terminals: Terminals;
  readonly status: StatusItem;
  readonly monitor: Monitor;
}

let running: Sidecar | undefined;

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel("Tenstorrent", { log: true });
  const sidecar = new Sidecar(context, log);
  const terminals = new Terminals();
  const documents = new Documents();
  const status = new StatusItem(sidecar);
  const monitor = new Monitor(sidecar);
  const ticks = new WalkthroughTicks();
  sidecar.onStatus(({ done }) => {
    ticks.show(done);
  });
  const parts = { context, log, sidecar, terminals, documents, status };
  sidecar.onState(({ kind }) => {
    if (kind === "running") {
      handOverToken(parts).catch((error: unknown) => {
        log.warn(toFailure(error).why);
      });
    }
  });
  const registered = registerCommands(parts);
  context.subscriptions.push(...registered, status, monitor, ticks, documents, terminals, sidecar, log);
  running = sidecar;
  setImmediate(() => {
    documents.closeStale();
    offerUnfinished(parts);
    // Nobody asked for anything yet: the status bar says what is wrong, a message would only interrupt.
    sidecar.start().catch((error: unknown) => {
      log.warn(toFailure(error).why);
    });
  });
  return { sidecar, terminals, status, monitor };
}

/** The editor waits for this, so that the sidecar is gone when the window is. */
export function deactivate(): Promise<void> | undefined {
  return running?.stop();
}
