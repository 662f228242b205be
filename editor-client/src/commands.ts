/** Every command of the extension: one table, id to handler. */
import {
  commands,
  env,
  l10n,
  ProgressLocation,
  window,
  type Disposable,
} from "vscode";
import { checkInTerminal, refreshDevices, showDeviceActions, showFirmware } from "./device-actions";
import { explainCommand } from "./explain";
import { showFailure, toFailure } from "./failure";
import { hostText } from "./host-text";
import { say, type Action } from "./message";
import { setMonitorInterval, toggleAutoUpdate } from "./monitor";
import type { Parts } from "./parts";
import { pickModel } from "./picker";
import type { Host, ServeCommand } from "./protocol";
import { clearDeviceState, resetDevice } from "./reset";
import type { Placement } from "./terminals";
import { openWalkthrough } from "./walkthrough";

type Handler = (parts: Parts, ...args: unknown[]) => unknown;

export const COMMANDS: Readonly<Record<string, Handler>> = {
  "tenstorrent.openWalkthrough": ({ context }) => openWalkthrough(`${context.extension.id}#tenstorrent.setup`),
  "tenstorrent.showDeviceActions": showDeviceActions,
  "tenstorrent.refreshDevices": refreshDevices,
  "tenstorrent.checkInTerminal": checkInTerminal,
  "tenstorrent.showFirmware": showFirmware,
  "tenstorrent.resetDevice": resetDevice,
  "tenstorrent.clearDeviceState": clearDeviceState,
  "tenstorrent.setMonitorInterval": (_parts, interval) => setMonitorInterval(interval),
  "tenstorrent.toggleAutoUpdate": () => toggleAutoUpdate(),
  "tenstorrent.runHardwareDetection": runHardwareDetection,
  "tenstorrent.listJukeboxModels": (parts) => pickAndServe(parts),
  "tenstorrent.jukeboxSearchLlama": (parts) => pickAndServe(parts, "llama"),
  "tenstorrent.startVllmServer": (parts, model) =>
    typeof model === "string" ? serve(parts, model, null) : pickAndServe(parts),
  "tenstorrent.doctor": doctor,
  "tenstorrent.showLog": ({ log }) => {
    log.show();
  },
  "tenstorrent.openSettings": (_parts, setting) => openSettings(typeof setting === "string" ? setting : "tenstorrent."),
  "tenstorrent.restartSidecar": ({ sidecar }) => sidecar.restart(),
};

/** Registers the table. An id that another extension owns is left to it: said once, the rest goes on. */
export function registerCommands(parts: Parts): Disposable[] {
  const registered: Disposable[] = [];
  const taken: string[] = [];
  for (const [id, handler] of Object.entries(COMMANDS)) {
    try {
      registered.push(commands.registerCommand(id, (...args: unknown[]) => guarded(() => handler(parts, ...args))));
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

/** What `startVllmServer` gives back; tests in the extension host read it. */
export interface Served {
  readonly command: ServeCommand;
  readonly placement: Placement;
}

async function guarded(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    showFailure(toFailure(error));
    return undefined;
  }
}

async function runHardwareDetection(parts: Parts): Promise<Host> {
  const host = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Looking for Tenstorrent devices"), cancellable: true },
    // Passive: tt-smi opens every device and can disturb a running job.
    (_progress, token) => parts.sidecar.request("tenstorrent/probe", { refresh: false }, token),
  );
  const { level, text } = hostText(host);
  const choose: Action = {
    title: l10n.t("Choose a Model"),
    run: () => commands.executeCommand("tenstorrent.startVllmServer"),
  };
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

async function pickAndServe(parts: Parts, filter?: string): Promise<Served | undefined> {
  const match = await pickModel(parts.sidecar, filter);
  return match === undefined ? undefined : serve(parts, match.model_id, match.device_type);
}

async function serve(parts: Parts, model: string, device: string | null): Promise<Served> {
  const { documents, log, sidecar, terminals } = parts;
  const shell = terminals.shell("server");
  const command = await sidecar.request("tenstorrent/command", { model, device, shell });
  log.info(`serving command for ${command.model_id}:\n${command.text}`);
  for (const note of command.notes) {
    log.info(`note: ${note}`);
  }
  const placement = await terminals.place("server", command.text);
  if (placement === "typed") {
    const explain = {
      title: l10n.t("Explain"),
      run: () => guarded(() => documents.open(l10n.t("Why these values"), explainCommand(command))),
    };
    say("info", placedText(command), [explain]);
  }
  return { command, placement };
}

function placedText(command: ServeCommand): string {
  const { model_name: model, device_type: device } = command;
  return command.simulated === null
    ? l10n.t("The command that serves {0} on {1} stands in the terminal. Press Enter there to run it.", model, device)
    : l10n.t("The command that serves {0} on {1} (simulated) stands in the terminal. It needs the real card.", model, device);
}

async function doctor({ documents, sidecar }: Parts): Promise<unknown> {
  const report = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Examining this machine"), cancellable: true },
    (_progress, token) => sidecar.request("tenstorrent/doctor", {}, token),
  );
  await documents.open(l10n.t("Tenstorrent doctor"), report.text);
  return report;
}

function doctorAction(): Action {
  return { title: l10n.t("Doctor"), run: () => commands.executeCommand("tenstorrent.doctor") };
}
