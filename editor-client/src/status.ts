/** The status bar item, and the context key `tenstorrent.deviceState` (none, ok, warn or error) that menus read. */
import { l10n, MarkdownString, StatusBarAlignment, ThemeColor, window, type Disposable } from "vscode";
import { failureText, type Failure } from "./failure";
import type { Health, ServerState, Status } from "./protocol";
import { mainServer, serverPart } from "./server-text";
import type { ServerWatch } from "./server-watch";
import type { Sidecar, SidecarState } from "./sidecar";
import { setContext } from "./walkthrough";

export interface StatusView {
  readonly text: string;
  readonly label: string;
  readonly background: "warning" | "error" | undefined;
}

export type DeviceState = "none" | "ok" | "warn" | "error";

/** What the item shows for a status from the sidecar, and for the model server beside it. */
export function statusView(
  status: Pick<Status, "health" | "text" | "summary" | "simulated">,
  servers?: Pick<ServerState, "servers" | "summary">,
): StatusView {
  const mark = l10n.t("(simulated)");
  const text = status.simulated === null || status.text.endsWith(mark) ? status.text : `${status.text} ${mark}`;
  const { health } = status;
  const serving = serverPart(servers);
  const failing = mainServer(servers)?.life === "failing" ? "warning" : undefined;
  return {
    text: `$(${ICONS[health]}) TT: ${serving === "" ? text : `${text} · ${serving}`}`,
    label: servers === undefined || serving === "" ? status.summary : `${status.summary}; ${servers.summary}`,
    background: health === "warning" || health === "error" ? health : failing,
  };
}

/** What the item shows while the sidecar comes up. */
export function startingView(): StatusView {
  return { text: `$(sync~spin) TT: ${l10n.t("checking")}`, label: l10n.t("Tenstorrent: checking"), background: undefined };
}

/** What the item shows when the sidecar does not run. */
export function failedView(failure: Failure): StatusView {
  return { text: `$(error) TT: ${l10n.t("not running")}`, label: failureText(failure), background: "error" };
}

/** Undefined where nothing is known, so that the last state holds. */
export function deviceState(health: Health): DeviceState | undefined {
  switch (health) {
    case "checking":
      return undefined;
    case "healthy":
    case "busy":
      return "ok";
    case "no_device":
      return "none";
    case "warning":
    case "stale":
    case "no_driver":
      return "warn";
    case "error":
      return "error";
  }
}

const ICONS: Readonly<Record<Health, string>> = {
  checking: "sync~spin",
  healthy: "chip",
  busy: "play-circle",
  warning: "warning",
  stale: "history",
  no_device: "circle-slash",
  no_driver: "warning",
  error: "error",
};

const BACKGROUNDS = { warning: "statusBarItem.warningBackground", error: "statusBarItem.errorBackground" } as const;

export class StatusItem implements Disposable {
  private readonly item = window.createStatusBarItem("tenstorrent.status", StatusBarAlignment.Left);
  private readonly subscriptions: readonly Pick<Disposable, "dispose">[];
  private latest: Status | undefined;

  constructor(
    private readonly sidecar: Sidecar,
    private readonly servers: ServerWatch,
  ) {
    this.item.name = "Tenstorrent";
    this.item.command = "tenstorrent.showDeviceActions";
    this.draw(startingView(), l10n.t("Looking for Tenstorrent devices."));
    this.item.show();
    this.subscriptions = [
      this.item,
      sidecar.onStatus((status) => {
        this.show(status);
      }),
      sidecar.onState((state) => {
        this.follow(state);
      }),
      servers.onChange((state) => {
        setContext("server", mainServer(state)?.life ?? "none");
        if (this.latest !== undefined) {
          this.drawStatus(this.latest);
        }
      }),
    ];
  }

  /** What stands in the status bar; tests in the extension host read it. */
  get text(): string {
    return this.item.text;
  }

  /** The last status, undefined without a sidecar; tests in the extension host read it. */
  get latestStatus(): Status | undefined {
    return this.latest;
  }

  /** Says "checking" until the work is done. The sidecar sends the new status by itself, when there is one. */
  async checkingDuring<T>(work: Promise<T>): Promise<T> {
    const before = this.latest;
    this.draw(startingView(), l10n.t("Looking for Tenstorrent devices."));
    try {
      return await work;
    } finally {
      if (this.sidecar.state.kind === "failed") {
        // Given up: the request was refused at once, and no other state will follow.
        this.follow(this.sidecar.state);
      } else if (before !== undefined && this.latest === before) {
        this.drawStatus(before);
      }
    }
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  private show(status: Status): void {
    this.latest = status;
    this.drawStatus(status);
    const state = deviceState(status.health);
    if (state !== undefined) {
      setContext("deviceState", state);
    }
  }

  private follow(state: SidecarState): void {
    if (state.kind === "starting") {
      this.draw(startingView(), l10n.t("Starting the Tenstorrent sidecar."));
    } else if (state.kind === "failed") {
      this.latest = undefined;
      this.draw(failedView(state.failure), failureText(state.failure));
    }
  }

  private drawStatus(status: Status): void {
    const servers = this.servers.latest;
    const serving = mainServer(servers) === undefined ? "" : `\n\n---\n\n${servers?.tooltip ?? ""}`;
    this.draw(statusView(status, servers), `${status.tooltip}${serving}`);
  }

  private draw(view: StatusView, tooltip: string): void {
    this.item.text = view.text;
    this.item.accessibilityInformation = { label: view.label };
    this.item.backgroundColor = view.background && new ThemeColor(BACKGROUNDS[view.background]);
    this.item.tooltip = new MarkdownString(tooltip);
  }
}
