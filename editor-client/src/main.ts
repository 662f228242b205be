/** The extension's door: builds the parts and returns at once; the sidecar starts afterwards. */
import { window, type Disposable, type ExtensionContext } from "vscode";
import { registerTools } from "./agent-tools";
import { registerParticipant } from "./chat-participant";
import { registerCommands } from "./commands";
import { Documents } from "./documents";
import { toFailure } from "./failure";
import { firstRun } from "./first-run";
import { registerMcpServer } from "./mcp-server";
import { registerModels } from "./model-provider";
import { Monitor } from "./monitor";
import { Overview } from "./overview";
import type { Parts } from "./parts";
import { run as runSetup } from "./setup";
import { offerUnfinished } from "./setup-unfinished";
import { announce } from "./server-actions";
import { handOverSecrets } from "./secrets";
import { ServerRun } from "./server-run";
import { ServerWatch } from "./server-watch";
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
  readonly servers: ServerWatch;
}

let running: Sidecar | undefined;

export function activate(context: ExtensionContext): Api {
  const log = window.createOutputChannel("Tenstorrent", { log: true });
  const sidecar = new Sidecar(context, log);
  const terminals = new Terminals();
  const documents = new Documents();
  const servers = new ServerWatch(sidecar);
  const status = new StatusItem(sidecar, servers);
  const monitor = new Monitor(sidecar);
  const ticks = new WalkthroughTicks();
  sidecar.onStatus(({ done }) => {
    ticks.show(done);
  });
  const run = new ServerRun({ context, log, sidecar, servers });
  const overview = new Overview({ sidecar, servers, status });
  const parts = { context, log, sidecar, terminals, documents, overview, status, servers, run };
  const secrets = handOverSecrets(parts);
  const registered = registerCommands(parts);
  context.subscriptions.push(...chatParts(parts));
  context.subscriptions.push(...registered, ...secrets, announce(parts), overview, status, monitor, ticks, run, servers, documents, terminals, sidecar, log);
  running = sidecar;
  setImmediate(() => {
    documents.closeStale();
    offerUnfinished(parts, (goal) => runSetup(parts, goal)).catch((error: unknown) => {
      log.warn(toFailure(error).why);
    });
    firstRun(parts).catch((error: unknown) => {
      log.warn(toFailure(error).why);
    });
    // Nobody asked for anything yet: the status bar says what is wrong, a message would only interrupt.
    sidecar.start().catch((error: unknown) => {
      log.warn(toFailure(error).why);
    });
  });
  return { sidecar, terminals, status, monitor, servers };
}

/** What some editors have and others have not. Whatever fails there, the rest of the extension goes on. */
function chatParts(parts: Parts): Disposable[] {
  return [registerParticipant, registerModels, registerTools, registerMcpServer].flatMap((register) => {
    try {
      return register(parts) ?? [];
    } catch (error) {
      parts.log.warn(`${register.name}: ${String(error)}`);
      return [];
    }
  });
}

/** The editor waits for this, so that the sidecar is gone when the window is. */
export function deactivate(): Promise<void> | undefined {
  return running?.stop();
}
