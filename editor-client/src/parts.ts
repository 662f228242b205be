/** What every command works with. */
import type { ExtensionContext, LogOutputChannel } from "vscode";
import type { Documents } from "./documents";
import type { Overview } from "./overview";
import type { ServerRun } from "./server-run";
import type { ServerWatch } from "./server-watch";
import type { Sidecar } from "./sidecar";
import type { StatusItem } from "./status";
import type { Terminals } from "./terminals";

export interface Parts {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly sidecar: Sidecar;
  readonly terminals: Terminals;
  readonly documents: Documents;
  readonly overview: Overview;
  readonly status: StatusItem;
  readonly servers: ServerWatch;
  readonly run: ServerRun;
}
