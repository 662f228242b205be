/** The intervals of the monitor: names of the setting, seconds on the wire, words for people. */
import { l10n } from "vscode";
import type { MonitorParams } from "./protocol";

/** "live" costs nothing: a look reads some files of the driver and opens no device. */
export const INTERVAL_SECONDS = { live: 2, "30s": 30, "1m": 60, "2m": 120, "5m": 300, "10m": 600 } as const;

export type Interval = keyof typeof INTERVAL_SECONDS;

export const INTERVALS = Object.keys(INTERVAL_SECONDS) as Interval[];
export const USUAL_INTERVAL: Interval = "1m";

/** A value of the setting; the usual one for anything that is none, since the settings file takes any text. */
export function toInterval(value: unknown): Interval {
  return INTERVALS.find((interval) => interval === value) ?? USUAL_INTERVAL;
}

export function intervalText(interval: Interval): string {
  switch (interval) {
    case "live":
      return l10n.t("live, every 2 seconds");
    case "30s":
      return l10n.t("30 seconds");
    case "1m":
      return l10n.t("1 minute");
    case "2m":
      return l10n.t("2 minutes");
    case "5m":
      return l10n.t("5 minutes");
    case "10m":
      return l10n.t("10 minutes");
  }
}

export function monitorParams({ interval, autoUpdate }: MonitorSettings): MonitorParams {
  return { interval_s: INTERVAL_SECONDS[interval], auto_update: autoUpdate };
}

/** The settings `tenstorrent.monitor.*`. */
export interface MonitorSettings {
  readonly interval: Interval;
  readonly autoUpdate: boolean;
}
