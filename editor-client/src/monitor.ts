/** Tells the sidecar how often to look at the devices: when it has started, and when the settings change. */
import { commands, ConfigurationTarget, l10n, window, workspace, type Disposable } from "vscode";
import { toFailure } from "./failure";
import { say } from "./message";
import { INTERVALS, intervalText, monitorParams, toInterval, type Interval, type MonitorSettings } from "./monitor-interval";
import type { Sidecar } from "./sidecar";
import { SECTION } from "./settings";

const AREA = `${SECTION}.monitor`;

/** The settings as they hold now. */
export function monitorSettings(): MonitorSettings {
  const settings = workspace.getConfiguration(AREA);
  return { interval: toInterval(settings.get("interval")), autoUpdate: settings.get("autoUpdate") !== false };
}

export class Monitor implements Disposable {
  private turn: Promise<void> = Promise.resolve();
  private latest: number | null | undefined;
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly sidecar: Sidecar) {
    this.subscriptions = [
      sidecar.onState(({ kind }) => {
        if (kind === "running") {
          this.send();
        }
      }),
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(AREA)) {
          this.send();
        }
      }),
    ];
  }

  /** Seconds between two looks as the sidecar answered last, null for none; tests in the extension host read it. */
  get answered(): number | null | undefined {
    return this.latest;
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  /** One after the other, so that the last settings win. A sidecar that does not run is told when it starts. */
  private send(): void {
    this.turn = this.turn.then(async () => {
      if (this.sidecar.state.kind !== "running") {
        return;
      }
      try {
        const status = await this.sidecar.request("tenstorrent/monitor", monitorParams(monitorSettings()));
        this.latest = status.interval_s;
      } catch {
        // In the log already. The sidecar keeps its own rhythm, and nobody asked for anything just now.
      }
    });
  }
}

/** Lets the person choose, unless the interval is given, and writes it into the user's settings. */
export async function setMonitorInterval(given?: unknown): Promise<void> {
  const interval = given === undefined ? await chooseInterval() : toInterval(given);
  if (interval !== undefined) {
    await change("interval", interval);
  }
}

export function toggleAutoUpdate(): Promise<void> {
  return change("autoUpdate", !monitorSettings().autoUpdate);
}

async function chooseInterval(): Promise<Interval | undefined> {
  const { interval: now, autoUpdate } = monitorSettings();
  const rows = INTERVALS.map((interval) => ({
    label: intervalText(interval),
    description: interval === now ? l10n.t("current") : "",
    interval,
  }));
  const placeHolder = autoUpdate
    ? l10n.t("How often to look at the devices. Looking opens no device.")
    : l10n.t("How often to look at the devices. Auto-update is off, so it counts once that is on.");
  return (await window.showQuickPick(rows, { title: l10n.t("Update Interval"), placeHolder }))?.interval;
}

async function change<K extends keyof MonitorSettings>(name: K, value: MonitorSettings[K]): Promise<void> {
  try {
    await workspace.getConfiguration(AREA).update(name, value, ConfigurationTarget.Global);
  } catch (error) {
    say("error", l10n.t("The setting {0} could not be written: {1}", `${AREA}.${name}`, toFailure(error).why));
    return;
  }
  if (monitorSettings()[name] !== value) {
    const open = {
      title: l10n.t("Open Settings"),
      run: () => commands.executeCommand("workbench.action.openWorkspaceSettings", `${AREA}.${name}`),
    };
    say("warning", l10n.t("This workspace sets {0} itself, so your own value does not count here.", `${AREA}.${name}`), [open]);
  }
}
