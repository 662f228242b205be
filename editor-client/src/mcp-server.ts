/** Offers the sidecar as an MCP server: `tt-jukebox mcp`. The editor lists it, and starts it when the person wants it. */
import * as vscode from "vscode";
import type { Disposable } from "vscode";
import type { Parts } from "./parts";
import { settingVariables } from "./settings";

/** As the manifest declares it. */
const PROVIDER = "tenstorrent.mcp";

/** Undefined in an editor without MCP. */
export function registerMcpServer({ context, sidecar }: Parts): Disposable | undefined {
  const { lm } = vscode as { lm?: Partial<typeof vscode.lm> };
  if (typeof lm?.registerMcpServerDefinitionProvider !== "function") {
    return undefined;
  }
  const changed = new vscode.EventEmitter<void>();
  const heard = sidecar.onState(({ kind }) => {
    if (kind === "running") {
      changed.fire();
    }
  });
  const provider = lm.registerMcpServerDefinitionProvider(PROVIDER, {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () => {
      const { version } = context.extension.packageJSON as { version: string };
      // An agent must not take the box or the server of another window for this one's.
      return [new vscode.McpStdioServerDefinition("Tenstorrent", sidecar.binary().path, ["mcp"], settingVariables(), version)];
    },
  });
  return vscode.Disposable.from(provider, heard, changed);
}
