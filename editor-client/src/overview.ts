/**
 * The view "Tenstorrent": devices, server, models, environments and lessons, each with its state. It asks only for what is
 * open on the screen, and again only when something has happened: closed, it costs nothing.
 */
import { EventEmitter, ThemeIcon, TreeItem, TreeItemCollapsibleState, window, type Disposable, type TreeDataProvider } from "vscode";
import { failureText, toFailure } from "./failure";
import {
  deviceRows,
  environmentRows,
  failureRow,
  lessonRows,
  modelRows,
  sectionRows,
  serverRows,
  spoken,
  type Row,
  type SectionId,
} from "./overview-items";
import type { Parts } from "./parts";
import { serverPart } from "./server-text";
import { setContext } from "./walkthrough";

export const VIEW = "tenstorrent.overview";

export class Overview implements TreeDataProvider<Row>, Disposable {
  private readonly changed = new EventEmitter<Row | undefined>();
  private readonly subscriptions: readonly Pick<Disposable, "dispose">[];
  private sections = new Map<SectionId, Row>();
  private seen = "";
  private done = "";

  readonly onDidChangeTreeData = this.changed.event;

  constructor(private readonly parts: Pick<Parts, "sidecar" | "servers" | "status">) {
    const { sidecar, servers } = parts;
    const view = window.createTreeView(VIEW, { treeDataProvider: this });
    this.subscriptions = [
      this.changed,
      view,
      view.onDidChangeVisibility(({ visible }) => {
        // What happened while nobody looked.
        if (visible) {
          this.refresh();
        }
      }),
      sidecar.onState(({ kind }) => {
        setContext("sidecarState", kind);
        if (kind !== "starting") {
          this.refresh();
        }
      }),
      sidecar.onStatus((status) => {
        const [seen, done] = [`${status.health} ${status.tooltip}`, status.done.join(" ")];
        if (seen !== this.seen) {
          this.refresh("devices");
        }
        if (done !== this.done) {
          this.refresh("lessons");
          this.refresh("models");
          this.refresh("environments");
        }
        [this.seen, this.done] = [seen, done];
      }),
      servers.onChange(() => {
        this.refresh("server");
        this.refresh("devices");
      }),
    ];
    setContext("sidecarState", sidecar.state.kind);
  }

  /** Draws a section anew, or everything. */
  refresh(section?: SectionId): void {
    if (section === undefined) {
      this.changed.fire(undefined);
    } else if (this.sections.has(section)) {
      this.changed.fire(this.fresh(section));
    }
  }

  getTreeItem(row: Row): TreeItem {
    const { None, Expanded, Collapsed } = TreeItemCollapsibleState;
    const item = new TreeItem(row.label, row.section === undefined ? None : row.open === true ? Expanded : Collapsed);
    item.id = row.id;
    item.description = row.description ?? "";
    item.tooltip = row.tooltip === undefined || row.tooltip === "" ? row.label : row.tooltip;
    item.iconPath = new ThemeIcon(row.icon);
    item.contextValue = row.context;
    item.accessibilityInformation = { label: spoken(row) };
    if (row.click !== undefined) {
      const args = row.argument === undefined ? [] : [row.argument];
      item.command = { command: `tenstorrent.${row.click}`, title: row.label, arguments: args };
    }
    return item;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) {
      // Without a sidecar nothing is known: the view says what to do about that.
      return this.parts.sidecar.state.kind === "running" ? this.top() : [];
    }
    if (row.section === undefined) {
      return [];
    }
    try {
      return await this.rows(row.section);
    } catch (error) {
      return [failureRow(row.section, failureText(toFailure(error)))];
    }
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  private async rows(section: SectionId): Promise<Row[]> {
    const { sidecar, servers } = this.parts;
    switch (section) {
      case "devices":
        return deviceRows(await sidecar.request("tenstorrent/probe", { refresh: false }));
      case "environments":
        return environmentRows(await sidecar.request("tenstorrent/environments", {}));
      case "models":
        return modelRows(await sidecar.request("tenstorrent/match", { query: null, task: null, experimental: false, limit: null, all: false }));
      case "server":
        return serverRows((servers.latest ?? (await servers.look())).servers);
      case "lessons":
        return lessonRows((await sidecar.request("tenstorrent/lessons", {})).lessons);
    }
  }

  private top(): Row[] {
    const rows = this.summary();
    this.sections = new Map(rows.flatMap((row) => (row.section === undefined ? [] : [[row.section, row] as const])));
    return rows;
  }

  /** The same object as before, which the editor knows it by, with what stands beside its name now. */
  private fresh(section: SectionId): Row | undefined {
    const before = this.sections.get(section);
    const now = this.summary().find((row) => row.section === section);
    return before === undefined || now === undefined ? undefined : Object.assign(before, { description: now.description });
  }

  private summary(): Row[] {
    const { servers, status } = this.parts;
    const { latestStatus: latest } = status;
    return sectionRows({ devices: latest?.text ?? "", server: serverPart(servers.latest), done: latest?.done.length ?? 0 });
  }
}

/** A command of a row's menu is called with the row: what it means is the row's argument. */
export function argumentOf(value: unknown): unknown {
  return isRow(value) ? value.argument : value;
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && "context" in value && "icon" in value && "id" in value;
}
