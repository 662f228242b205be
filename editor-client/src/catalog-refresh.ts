/** Looking for newer spec files, because somebody asks for it. */
import { l10n, type CancellationToken } from "vscode";
import { commandAction, say } from "./message";
import type { CatalogInfo } from "./protocol";
import type { Sidecar } from "./sidecar";

export function refreshCatalog(sidecar: Sidecar, token: CancellationToken): Promise<CatalogInfo> {
  return sidecar.request("tenstorrent/catalog", { refresh: true, if_due: false }, token);
}

/** Says what came of it. */
export function sayRefreshed(info: CatalogInfo): void {
  const settings = commandAction(l10n.t("Open Settings"), "tenstorrent.openSettings", "tenstorrent.catalog");
  say("info", refreshedText(info), info.url === null ? [settings] : []);
}

export function refreshedText({ looked, models, newest, source, updated, url }: CatalogInfo): string {
  if (updated !== null) {
    return l10n.t("The catalog now goes up to release {0} and has {1} models.", updated, models);
  }
  if (looked) {
    return l10n.t("There is nothing newer than release {0}.", newest);
  }
  return url === null
    ? l10n.t("Nobody was asked: the setting tenstorrent.catalog names the catalog ({0}).", source)
    : l10n.t("Nobody was asked: another window is looking for newer models just now.");
}
