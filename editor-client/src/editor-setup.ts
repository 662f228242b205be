/**
 * The editor set up for a Tenstorrent machine: a terminal, a theme that suits terminals, the walkthrough. It remembers
 * what was there, and brings exactly that back.
 */
import { ColorThemeKind, commands, ConfigurationTarget, l10n, window, workspace } from "vscode";
import { recall, remember } from "./lasting-state";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";

const REMEMBERED = "editorSetup";
const THEME = "workbench.colorTheme";
export const OUR_THEMES = { dark: "Tenstorrent Dark", light: "Tenstorrent Light" } as const;
/** The themes that the editor comes up with when nobody has chosen one, by version. */
const DEFAULT_THEMES = [
  "Dark 2026",
  "Light 2026",
  "Default Dark Modern",
  "Default Light Modern",
  "Default Dark+",
  "Default Light+",
  "Visual Studio Dark",
  "Visual Studio Light",
];

export interface Remembered {
  /** The theme of the user's settings before, null for none, and the one that was set. */
  readonly theme?: { readonly before: string | null; readonly ours: string };
  /** True when the terminal was opened here. */
  readonly terminal: boolean;
}

export async function setUpEditor(parts: Parts): Promise<void> {
  const { context, terminals } = parts;
  const known = (await recall(context, REMEMBERED)) as Remembered | undefined;
  const opened = terminals.reveal("main");
  const ours = themeToSet();
  const theme = ours === undefined ? known?.theme : { before: themeOfUser() ?? null, ours };
  // Before anything is changed: whatever stops this in between, it can be undone.
  await remember(context, REMEMBERED, { ...(theme !== undefined && { theme }), terminal: opened || known?.terminal === true });
  if (ours !== undefined) {
    await workspace.getConfiguration().update(THEME, ours, ConfigurationTarget.Global);
  }
  const undo = commandAction(l10n.t("Undo"), "tenstorrent.undoEditorSetup");
  const open = commandAction(l10n.t("Open Walkthrough"), "tenstorrent.openWalkthrough");
  if (pageIsOpen()) {
    say("info", l10n.t("This editor is set up. The page that was open stays."), [open, undo]);
  } else {
    await commands.executeCommand("tenstorrent.openWalkthrough");
    say("info", l10n.t("This editor is set up."), [undo]);
  }
}

/** Brings back what was there. What the person has changed since stays as the person wants it. */
export async function undoEditorSetup({ context, terminals }: Parts): Promise<boolean> {
  const known = (await recall(context, REMEMBERED)) as Remembered | undefined;
  if (known === undefined) {
    say("info", l10n.t("There is nothing to undo: this editor was not set up by Tenstorrent."));
    return false;
  }
  const { theme, terminal } = known;
  const isOurs = theme !== undefined && themeOfUser() === theme.ours;
  if (isOurs) {
    await workspace.getConfiguration().update(THEME, theme.before ?? undefined, ConfigurationTarget.Global);
  }
  if (terminal) {
    await terminals.closeUnused("main");
  }
  await remember(context, REMEMBERED, undefined);
  say("info", theme === undefined || isOurs
    ? l10n.t("The editor is as it was before.")
    : l10n.t("The editor is as it was before. The theme stays: you have chosen another one since."));
  return true;
}

/**
 * The start page and every walkthrough share one tab, and nobody tells which of them it shows, or that it is one of them:
 * its name is translated, and other pages of the editor have no input either. Where windows begin with the start page it
 * is taken for that; else somebody has opened a page, and nobody's page is taken away.
 */
export function pageIsOpen(): boolean {
  const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
  const begins = workspace.getConfiguration("workbench").get<string>("startupEditor") ?? "";
  return !/welcomePage/i.test(begins) && tabs.some(({ input }) => input === undefined);
}

/** Ours where a default theme is in use, of its own brightness; undefined where somebody has chosen. */
function themeToSet(): string | undefined {
  const inspected = workspace.getConfiguration().inspect<string>(THEME);
  const chosen = inspected?.workspaceFolderValue ?? inspected?.workspaceValue ?? inspected?.globalValue;
  const follows = workspace.getConfiguration("window").get("autoDetectColorScheme") === true;
  if (follows || (chosen !== undefined && !DEFAULT_THEMES.includes(chosen))) {
    return undefined;
  }
  switch (window.activeColorTheme.kind) {
    case ColorThemeKind.Dark:
      return OUR_THEMES.dark;
    case ColorThemeKind.Light:
      return OUR_THEMES.light;
    default:
      // High contrast is a need, not a default.
      return undefined;
  }
}

function themeOfUser(): string | undefined {
  return workspace.getConfiguration().inspect<string>(THEME)?.globalValue;
}
