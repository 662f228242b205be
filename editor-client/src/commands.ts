/** Every command of the extension: one table, id to handler. */
import { readFile } from "node:fs/promises";
import {
  commands,
  env,
  l10n,
  ProgressLocation,
  Uri,
  window,
  type Disposable,
} from "vscode";
import { askTenstorrent, explainSelection } from "./ask";
import { runBenchmark } from "./benchmark";
import { refreshCatalog, sayRefreshed } from "./catalog-refresh";
import { showDetails } from "./details";
import { setUpEditor, undoEditorSetup } from "./editor-setup";
import { checkInTerminal, refreshDevices, showDeviceActions, showFirmware, showServerActions } from "./device-actions";
import { showFailure, toFailure } from "./failure";
import { hostText } from "./host-text";
import { setHuggingFaceToken } from "./hub-token";
import { exportProgress } from "./lesson-progress";
import { openLesson } from "./lessons";
import { commandAction, say, type Action } from "./message";
import { setMonitorInterval, toggleAutoUpdate } from "./monitor";
import { later, ORIGINAL_COMMANDS } from "./original-commands";
import { argumentOf } from "./overview";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import type { CatalogInfo, Host, ModelDetails } from "./protocol";
import { clearDeviceState, resetDevice } from "./reset";
import { pickAndServe, serve, type How, type Served } from "./serve";
import { copyEndpoint, openServerLog, stopServer } from "./server-actions";
import { setServerKey } from "./server-key";
import { setUp, showSetupOutput } from "./setup";
import { openWalkthrough } from "./walkthrough";

export type Handler = (parts: Parts, ...args: unknown[]) => unknown;

export const COMMANDS: Readonly<Record<string, Handler>> = {
  ...ORIGINAL_COMMANDS,
  "tenstorrent.openWalkthrough": ({ context }, id) =>
    openWalkthrough(`${context.extension.id}#${typeof id === "string" ? id : "tenstorrent.setup"}`),
  "tenstorrent.openLesson": openLesson,
  "tenstorrent.showDeviceActions": showDeviceActions,
  "tenstorrent.refreshDevices": refreshDevices,
  "tenstorrent.checkInTerminal": checkInTerminal,
  "tenstorrent.showFirmware": showFirmware,
  "tenstorrent.resetDevice": resetDevice,
  "tenstorrent.clearDeviceState": clearDeviceState,
  "tenstorrent.setMonitorInterval": (_parts, interval) => setMonitorInterval(interval),
  "tenstorrent.toggleAutoUpdate": () => toggleAutoUpdate(),
  "tenstorrent.runHardwareDetection": runHardwareDetection,
  "tenstorrent.listJukeboxModels": (parts) => pickAndServe(parts, "stand"),
  "tenstorrent.jukeboxSearchLlama": (parts) => pickAndServe(parts, "stand", "llama"),
  "tenstorrent.startVllmServer": (parts, model) => serveOrPick(parts, "stand", model),
  "tenstorrent.startServer": (parts, model) => serveOrPick(parts, "run", model),
  "tenstorrent.stopServer": stopServer,
  "tenstorrent.openServerLog": openServerLog,
  "tenstorrent.copyEndpoint": copyEndpoint,
  "tenstorrent.runBenchmark": runBenchmark,
  "tenstorrent.showServerActions": showServerActions,
  "tenstorrent.setUpModel": (parts, model) => setUp(parts, model),
  "tenstorrent.setHuggingFaceToken": setHuggingFaceToken,
  "tenstorrent.showSetupOutput": () => {
    showSetupOutput();
  },
  "tenstorrent.showModel": showModel,
  "tenstorrent.askModel": askTenstorrent,
  "tenstorrent.explain": (parts) => explainSelection(parts, "editor"),
  "tenstorrent.explainTerminalSelection": (parts) => explainSelection(parts, "terminal"),
  "tenstorrent.setServerKey": setServerKey,
  "tenstorrent.refreshCatalog": lookForNewerModels,
  "tenstorrent.doctor": doctor,
  "tenstorrent.showLog": ({ log }) => {
    log.show();
  },
  "tenstorrent.openSettings": (_parts, setting) => openSettings(typeof setting === "string" ? setting : "tenstorrent."),
  "tenstorrent.restartSidecar": ({ sidecar }) => sidecar.restartWhenFree(),
  "tenstorrent.createFromTemplate": later("createFromTemplate"),
  "tenstorrent.exportProgress": exportProgress,
  "tenstorrent.showFaq": showFaq,
  "tenstorrent.setUpEditor": setUpEditor,
  "tenstorrent.undoEditorSetup": undoEditorSetup,
  "tenstorrent.refreshOverview": ({ overview }) => {
    overview.refresh();
  },
};

/** Registers the table. An id that another extension owns is left to it: said once, the rest goes on. */
export function registerCommands(parts: Parts): Disposable[] {
  const registered: Disposable[] = [];
  const taken: string[] = [];
  for (const [id, handler] of Object.entries(COMMANDS)) {
    try {
      registered.push(commands.registerCommand(id, (...args: unknown[]) => guarded(() => handler(parts, ...args.map(argumentOf)))));
    } catch (error) {
      parts.log.warn(`${id}: ${String(error)}`);
      taken.push(id);
    }
  }
  if (taken.length > 0) {
    say("warning", l10n.t("Another extension owns these commands, so they do what it says: {0}", taken.join(", ")));
  }
  return registered;
}

async function guarded(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    showFailure(toFailure(error));
    return undefined;
  }
}

function serveOrPick(parts: Parts, how: How, model: unknown): Promise<Served | undefined> {
  return typeof model === "string" ? serve(parts, how, model, null) : pickAndServe(parts, how);
}

async function runHardwareDetection(parts: Parts): Promise<Host> {
  const host = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Looking for Tenstorrent devices"), cancellable: true },
    // Passive: tt-smi opens every device and can disturb a running job.
    (_progress, token) => parts.sidecar.request("tenstorrent/probe", { refresh: false }, token),
  );
  const { level, text } = hostText(host);
  const choose = commandAction(l10n.t("Choose a Model"), "tenstorrent.startVllmServer");
  const details: Action = { title: l10n.t("Details"), run: () => guarded(() => checkInTerminal(parts)) };
  say(level, text, host.runnable.length > 0 ? [choose, details] : [details, doctorAction()]);
  return host;
}

/** Settings of a machine are kept on that machine: in a remote window the ordinary settings page does not show them. */
function openSettings(query: string): Thenable<unknown> {
  return env.remoteName === undefined
    ? commands.executeCommand("workbench.action.openSettings", query)
    : commands.executeCommand("workbench.action.openRemoteSettings", { query });
}

/** Shows the model that it is called with, or the one that the person chooses. */
async function showModel(parts: Parts, model: unknown): Promise<ModelDetails | undefined> {
  if (typeof model === "string") {
    return showDetails(parts, model, false);
  }
  const match = await chooseModel(parts, { purpose: l10n.t("choose one to read about") });
  return match === undefined ? undefined : showDetails(parts, match.model_name, false);
}

async function lookForNewerModels({ sidecar }: Parts): Promise<CatalogInfo> {
  const info = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Looking for newer models"), cancellable: true },
    (_progress, token) => refreshCatalog(sidecar, token),
  );
  sayRefreshed(info);
  return info;
}

async function doctor({ documents, sidecar }: Parts): Promise<unknown> {
  const report = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Examining this machine"), cancellable: true },
    (_progress, token) => sidecar.request("tenstorrent/doctor", {}, token),
  );
  await documents.preview(l10n.t("Tenstorrent doctor"), report.text, false);
  return report;
}

async function showFaq({ context, documents }: Parts): Promise<void> {
  const text = await readFile(Uri.joinPath(context.extensionUri, "dist", "content", "faq.md").fsPath, "utf8");
  await documents.preview(l10n.t("Questions and Answers"), text, false);
}

function doctorAction(): Action {
  return commandAction(l10n.t("Doctor"), "tenstorrent.doctor");
}
