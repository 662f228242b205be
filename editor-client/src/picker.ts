/** The model picker: opens at once, fills when the sidecar has answered. */
import { CancellationTokenSource, commands, l10n, QuickPickItemKind, window, type QuickPickItem } from "vscode";
import { toFailure, showFailure } from "./failure";
import { say, type Action } from "./message";
import { noCommandText, pickerTitle, row, sections } from "./picker-items";
import type { Match, MatchList } from "./protocol";
import type { Sidecar } from "./sidecar";

interface Item extends QuickPickItem {
  match?: Match;
}

/** The model that the person chose; undefined when nothing that can be served was chosen (they know why). */
export async function pickModel(sidecar: Sidecar, filter = ""): Promise<Match | undefined> {
  const match = await choose(sidecar, filter);
  if (match === undefined || match.command) {
    return match;
  }
  const again = { title: l10n.t("Choose Another"), run: () => commands.executeCommand("tenstorrent.startVllmServer") };
  say("info", noCommandText(match), [again]);
  return undefined;
}

function choose(sidecar: Sidecar, filter: string): Promise<Match | undefined> {
  const picker = window.createQuickPick<Item>();
  const cancel = new CancellationTokenSource();
  picker.title = l10n.t("Models");
  picker.placeholder = l10n.t("Looking at the box and the catalog…");
  picker.value = filter;
  picker.busy = true;
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.ignoreFocusOut = true;

  sidecar
    .request("tenstorrent/match", { query: null, task: null, experimental: true, limit: null, all: false }, cancel.token)
    .then((list) => {
      if (list.matches.length === 0) {
        picker.hide();
        sayNothingFound(list);
        return;
      }
      picker.title = pickerTitle(list);
      picker.placeholder = l10n.t("Type to filter {0} models from {1}", list.matches.length, list.source);
      picker.items = items(list);
      picker.busy = false;
    })
    .catch((error: unknown) => {
      picker.hide();
      showFailure(toFailure(error));
    });

  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const chosen = picker.selectedItems[0]?.match;
      if (chosen !== undefined) {
        resolve(chosen);
        picker.hide();
      }
    });
    picker.onDidHide(() => {
      resolve(undefined);
      cancel.cancel();
      cancel.dispose();
      picker.dispose();
    });
    picker.show();
  });
}

function items(list: MatchList): Item[] {
  return sections(list.matches).flatMap(({ title, matches }) => [
    { label: title, kind: QuickPickItemKind.Separator },
    ...matches.map((match) => ({ ...row(match), match })),
  ]);
}

function sayNothingFound(list: MatchList): void {
  const where = list.product ?? l10n.t("this machine");
  const actions: Action[] = [
    { title: l10n.t("Doctor"), run: () => commands.executeCommand("tenstorrent.doctor") },
    {
      title: l10n.t("Open Settings"),
      run: () => commands.executeCommand("tenstorrent.openSettings", "tenstorrent.catalog"),
    },
  ];
  say(
    "warning",
    l10n.t("No model for {0} in {1}. The doctor says what was found in the box.", where, list.source),
    actions,
  );
}
