/** The menu behind the status bar item, and its entries that are not commands of other files. */
import { commands, env, l10n, window } from "vscode";
import { failureText } from "./failure";
import { firmwareRows } from "./firmware";
import { intervalText, type MonitorSettings } from "./monitor-interval";
import { monitorSettings } from "./monitor";
import type { Parts } from "./parts";
import { callOf } from "./program";
import type { Host, Life } from "./protocol";
import { answers, mainServer, runs, serverAt } from "./server-text";
import type { SidecarState } from "./sidecar";
import type { Placement } from "./terminals";

export interface MenuRow {
  readonly label: string;
  /** The command that it runs. */
  readonly id: string;
  /** What the command is called with. */
  readonly argument?: string;
}

/** The rows about a model server: what one does with it, or how to get one. `url` where it is one of several. */
export function serverRows(life: Life | undefined, url?: string): MenuRow[] {
  const about = (icon: string, title: string, id: string) => ({ ...row(icon, title, id), ...(url !== undefined && { argument: url }) });
  const start = row("play", l10n.t("Start a Model Server…"), "startServer");
  if (life === undefined) {
    return [start];
  }
  const log = about("output", l10n.t("Open Server Log"), "openServerLog");
  if (!runs(life)) {
    return [log, start];
  }
  const rows = [
    about("debug-stop", l10n.t("Stop the Model Server"), "stopServer"),
    log,
    about("copy", l10n.t("Copy Endpoint"), "copyEndpoint"),
  ];
  return answers(life) ? [...rows, about("graph", l10n.t("Benchmark"), "runBenchmark")] : rows;
}

/** The rows of the menu. Settings show their present value. */
export function menuRows({ interval, autoUpdate }: MonitorSettings, life: Life | undefined): MenuRow[] {
  return [
    ...serverRows(life),
    row("refresh", l10n.t("Refresh"), "refreshDevices"),
    row("terminal", l10n.t("Check in Terminal"), "checkInTerminal"),
    row("circuit-board", l10n.t("Firmware"), "showFirmware"),
    row("discard", l10n.t("Reset Device…"), "resetDevice"),
    row("clear-all", l10n.t("Clear Device State…"), "clearDeviceState"),
    row("clock", l10n.t("Update Interval… ({0})", intervalText(interval)), "setMonitorInterval"),
    autoUpdate
      ? row("sync", l10n.t("Auto-Update: on"), "toggleAutoUpdate")
      : row("sync-ignored", l10n.t("Auto-Update: off"), "toggleAutoUpdate"),
    row("list-selection", l10n.t("Choose a Model"), "startVllmServer"),
    row("pulse", l10n.t("Doctor"), "doctor"),
    row("output", l10n.t("Show Log"), "showLog"),
    row("server-process", l10n.t("Restart Sidecar"), "restartSidecar"),
  ];
}

export function showDeviceActions(parts: Parts): Promise<void> {
  return show(parts, "Tenstorrent", menuRows(monitorSettings(), mainServer(parts.servers.latest)?.life));
}

/** Of several servers the one at `url`. */
export function showServerActions(parts: Parts, url?: unknown): Promise<void> {
  const server = serverAt(parts.servers.latest, url);
  return typeof url === "string" && server !== undefined
    ? show(parts, server.name, serverRows(server.life, url))
    : show(parts, "Tenstorrent", serverRows(server?.life));
}

async function show({ sidecar }: Parts, title: string, rows: readonly MenuRow[]): Promise<void> {
  const chosen = await window.showQuickPick(rows, { title, placeHolder: placeHolder(sidecar.state) });
  if (chosen !== undefined) {
    await commands.executeCommand(chosen.id, ...(chosen.argument === undefined ? [] : [chosen.argument]));
  }
}

function row(icon: string, title: string, id: string): MenuRow {
  return { label: `$(${icon}) ${title}`, id: `tenstorrent.${id}` };
}

function placeHolder(state: SidecarState): string {
  switch (state.kind) {
    case "failed":
      return failureText(state.failure);
    case "running":
      return l10n.t("What would you like to do?");
    case "starting":
    case "stopping":
    case "stopped":
      return l10n.t("The sidecar is not ready yet.");
  }
}

/** Looks again, passively. The answer stands in the status bar, so no message repeats it. */
export function refreshDevices({ sidecar, status }: Parts): Promise<Host> {
  return status.checkingDuring(sidecar.request("tenstorrent/probe", { refresh: false }));
}

/** The same facts from the command line, in the terminal: what the extension knows, a shell knows too. */
export function checkInTerminal({ sidecar, terminals }: Parts): Promise<Placement> {
  return terminals.run("main", callOf(sidecar, "devices"));
}

export async function showFirmware({ sidecar }: Parts): Promise<void> {
  const host = await sidecar.request("tenstorrent/probe", { refresh: false });
  const title = host.simulated === null ? l10n.t("Firmware") : l10n.t("Firmware (simulated)");
  const row = await window.showQuickPick(firmwareRows(host), { title, placeHolder: l10n.t("Enter copies the row") });
  if (row !== undefined) {
    await env.clipboard.writeText(row.line);
  }
}
