/** The model picker: opens at once, fills when the sidecar has answered, and filters as the person types. */
import {
  CancellationTokenSource,
  l10n,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickInputButton,
  type QuickPick,
  type QuickPickItem,
} from "vscode";
import { refreshCatalog, sayRefreshed } from "./catalog-refresh";
import { showDetails } from "./details";
import { toFailure, showFailure } from "./failure";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { pickerTitle, row, sections } from "./picker-items";
import type { Match, MatchList } from "./protocol";

interface Item extends QuickPickItem {
  match?: Match;
}

export interface Question {
  /** What stands in the box at first. */
  readonly filter?: string;
  /** What choosing does, for the title: "Models for N150: …". */
  readonly purpose: string;
}

/** Typing is over when nothing was typed for so long. */
const TYPED_MS = 120;

/** The model that the person chose, or undefined. */
export function chooseModel(parts: Parts, question: Question): Promise<Match | undefined> {
  return new Promise((resolve) => {
    new ModelPicker(parts, question, resolve).open();
  });
}

class ModelPicker {
  private readonly picker = window.createQuickPick<Item>();
  private readonly cancel = new CancellationTokenSource();
  private readonly detailsButton: QuickInputButton = { iconPath: new ThemeIcon("info"), tooltip: l10n.t("Show Details") };
  private list: MatchList | undefined;
  /** Entries that the sidecar finds by the words in the box, where the editor's own filter may not. */
  private found: ReadonlySet<string> = new Set();
  private typing: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly question: Question,
    private readonly done: (match: Match | undefined) => void,
  ) {}

  open(): void {
    const { picker } = this;
    picker.title = l10n.t("Models");
    picker.placeholder = l10n.t("Looking at the box and the catalog…");
    picker.value = this.question.filter ?? "";
    picker.matchOnDescription = true;
    picker.matchOnDetail = true;
    picker.ignoreFocusOut = true;
    picker.keepScrollPosition = true;
    picker.buttons = [{ iconPath: new ThemeIcon("refresh"), tooltip: l10n.t("Refresh Catalog") }];
    keepOrder(picker);
    picker.onDidAccept(() => {
      const chosen = picker.selectedItems[0]?.match;
      if (chosen !== undefined) {
        this.done(chosen);
        picker.hide();
      }
    });
    picker.onDidTriggerButton(() => {
      void this.refresh();
    });
    picker.onDidTriggerItemButton(({ item }) => {
      void this.details(item);
    });
    picker.onDidChangeValue(() => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => void this.search(), TYPED_MS);
    });
    picker.onDidHide(() => {
      this.done(undefined);
      clearTimeout(this.typing);
      this.cancel.cancel();
      this.cancel.dispose();
      picker.dispose();
    });
    picker.show();
    void this.fill();
  }

  /** The first answer. Without one there is nothing to choose from. */
  private async fill(): Promise<void> {
    const { picker } = this;
    picker.busy = true;
    try {
      const list = await this.ask(null);
      if (list.matches.length === 0) {
        picker.hide();
        sayNothingFound(list);
        return;
      }
      this.show(list);
      await this.search();
    } catch (error) {
      picker.hide();
      showFailure(toFailure(error));
    } finally {
      picker.busy = false;
    }
  }

  /** Looks for newer spec files and shows what there is then; the list stays when that fails. */
  private async refresh(): Promise<void> {
    const { picker } = this;
    if (picker.busy) {
      return;
    }
    const { title } = picker;
    picker.busy = true;
    picker.title = l10n.t("Looking for newer models…");
    try {
      const info = await refreshCatalog(this.parts.sidecar, this.cancel.token);
      const active = picker.activeItems[0]?.match?.model_id;
      this.show(await this.ask(null), active);
      await this.search();
      sayRefreshed(info);
    } catch (error) {
      picker.title = title;
      showFailure(toFailure(error));
    } finally {
      picker.busy = false;
    }
  }

  private async details({ match }: Item): Promise<void> {
    if (match === undefined) {
      return;
    }
    try {
      // The picker keeps the keyboard: whoever reads about a model has not chosen it yet.
      await showDetails(this.parts, match.model_name, true);
    } catch (error) {
      showFailure(toFailure(error));
    }
  }

  /** Finds what the sidecar's search finds: several words, other words for a task, misspelt names. */
  private async search(): Promise<void> {
    const { value } = this.picker;
    const words = value.trim();
    // An answer of no models comes as a failure, and is as good as none: the editor's own filter has the last word.
    const matches = words === "" ? [] : await this.ask(words).then((list) => list.matches, () => []);
    if (this.list === undefined || this.picker.value !== value) {
      return;
    }
    const found = new Set(matches.map(({ model_id }) => model_id));
    if (found.size !== this.found.size || matches.some(({ model_id }) => !this.found.has(model_id))) {
      this.found = found;
      this.show(this.list);
    }
  }

  private ask(query: string | null): Promise<MatchList> {
    const params = { query, task: null, experimental: true, limit: null, all: false };
    return this.parts.sidecar.request("tenstorrent/match", params, this.cancel.token);
  }

  /** `active` is the entry that the person stood on; left out, it is the first that the filter lets through. */
  private show(list: MatchList, active?: string): void {
    const { picker } = this;
    this.list = list;
    picker.title = l10n.t("{0}: {1}", pickerTitle(list), this.question.purpose);
    picker.placeholder = l10n.t("Type to filter {0} models. Catalog: {1}", list.matches.length, list.source);
    picker.items = sections(list.matches).flatMap(({ title, matches }) => [
      { label: title, kind: QuickPickItemKind.Separator },
      ...matches.map((match) => ({
        ...row(match),
        match,
        buttons: [this.detailsButton],
        alwaysShow: this.found.has(match.model_id),
      })),
    ]);
    const again = picker.items.filter(({ match }) => match !== undefined && match.model_id === active);
    if (again.length > 0) {
      picker.activeItems = again;
    }
  }
}

/**
 * VS Code orders by label as soon as something is typed, and the sections are gone. The switch for that is in every
 * version that this extension runs on, but not yet in its published types; without it the rows are there all the same.
 */
function keepOrder(picker: QuickPick<Item>): void {
  (picker as { sortByLabel?: boolean }).sortByLabel = false;
}

function sayNothingFound(list: MatchList): void {
  const where = list.product ?? l10n.t("this machine");
  const actions: Action[] = [
    commandAction(l10n.t("Doctor"), "tenstorrent.doctor"),
    commandAction(l10n.t("Open Settings"), "tenstorrent.openSettings", "tenstorrent.catalog"),
  ];
  say(
    "warning",
    l10n.t("No model for {0} in {1}. The doctor says what was found in the box.", where, list.source),
    actions,
  );
}
