/** The rows of the view "Tenstorrent", as plain data. */
import { l10n } from "vscode";
import { lessonState } from "./lessons";
import type { Board, Environments, Host, LessonRow, Life, Match, MatchList, Readiness, ServerInfo } from "./protocol";
import { answers, runs } from "./server-text";
import { duration } from "./setup-text";

export type SectionId = "devices" | "environments" | "models" | "server" | "lessons";

export interface Row {
  /** Unique among all rows, so that the editor keeps what is open. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  /** Name of a codicon. */
  readonly icon: string;
  /** What its menus are chosen by. */
  readonly context: string;
  /** What its commands are called with. */
  readonly argument?: string;
  /** What a click does. */
  readonly click?: string;
  readonly section?: SectionId;
  readonly open?: boolean;
}

/** As many models as one takes in; the picker has them all. */
const MODELS_SHOWN = 12;

export interface Summary {
  readonly devices: string;
  readonly server: string;
  readonly done: number;
}

/** The five sections. What stands beside their names is known anyway. */
export function sectionRows({ devices, server, done }: Summary): Row[] {
  return [
    section("devices", l10n.t("Devices"), "circuit-board", devices, true),
    section("server", l10n.t("Model Server"), "server-process", server, true),
    section("models", l10n.t("Models"), "package", "", false),
    section("environments", l10n.t("Environments"), "layers", "", false),
    section("lessons", l10n.t("Lessons"), "mortar-board", done === 0 ? "" : l10n.t("{0} done", done), false),
  ];
}

function section(id: SectionId, label: string, icon: string, description: string, open: boolean): Row {
  return { id, label, icon, description, context: `section.${id}`, section: id, open };
}

export function deviceRows(host: Host): Row[] {
  if (host.boards.length === 0) {
    const row = plain("devices.none", l10n.t("No Tenstorrent device"), "circle-slash", host.product_reason);
    return [{ ...row, context: "device.none", click: "doctor" }, ...findingRows(host)];
  }
  return [...host.boards.map((board, index) => boardRow(host, board, index)), ...findingRows(host)];
}

function boardRow({ chips, simulated }: Host, board: Board, index: number): Row {
  const own = board.chips.flatMap((at) => chips[at] ?? []);
  const temperatures = own.flatMap(({ temperature_c: degrees }) => degrees ?? []);
  const watts = own.flatMap(({ power_w: watt }) => watt ?? []);
  const holders = new Map(own.flatMap((chip) => chip.holders).map((holder) => [holder.pid, holder]));
  const facts = [
    own.length > 1 ? l10n.t("{0} chips", own.length) : "",
    temperatures.length === 0 ? "" : l10n.t("{0} °C", Math.round(Math.max(...temperatures))),
    watts.length === 0 ? "" : l10n.t("{0} W", Math.round(watts.reduce((sum, watt) => sum + watt, 0))),
    holders.size === 0 ? l10n.t("free") : l10n.t("in use"),
    simulated === null ? "" : l10n.t("simulated"),
  ];
  const users = [...holders.values()].map(({ pid, command }) => l10n.t("Used by process {0}: {1}", pid, command ?? "?"));
  const firmware = own.flatMap(({ fw_bundle: version }) => version ?? [])[0];
  return {
    id: `devices.${index}`,
    label: board.board_type ?? l10n.t("unknown board"),
    description: facts.filter(Boolean).join(" · "),
    tooltip: [firmware === undefined ? "" : l10n.t("Firmware {0}", firmware), ...users].filter(Boolean).join("\n"),
    icon: holders.size === 0 ? "chip" : "play-circle",
    context: "device",
    click: "showDeviceActions",
  };
}

function findingRows({ findings }: Host): Row[] {
  return findings
    .filter(({ severity }) => severity !== "info")
    .map(({ id, severity, title, evidence, next }) => ({
      ...plain(`devices.${id}`, title, severity === "error" ? "error" : "warning", next),
      tooltip: [title, evidence, next].filter(Boolean).join("\n"),
      context: "finding",
      click: "doctor",
    }));
}

export function environmentRows({ environments, root }: Environments): Row[] {
  if (environments.length === 0) {
    const row = plain("environments.none", l10n.t("None yet: setting up a model makes one"), "add", "");
    return [{ ...row, context: "environment.none", click: "setUpModel" }];
  }
  return environments.map(({ name, folder, metal, vllm, ready, in_use: used, bytes }) => {
    const state = [
      ready ? l10n.t("ready") : l10n.t("not finished"),
      used ? l10n.t("in use") : "",
      bytes === null ? "" : l10n.t("{0} GB", (bytes / 1e9).toFixed(1)),
    ];
    return {
      id: `environments.${name}`,
      label: name,
      description: state.filter(Boolean).join(" · "),
      tooltip: `tt-metal ${metal}\nvLLM ${vllm}\n${folder || root}`,
      icon: ready ? "pass" : "circle-large-outline",
      context: "environment",
      argument: name,
    };
  });
}

const STATES: Readonly<Partial<Record<Readiness, readonly [icon: string, text: () => string]>>> = {
  ready: ["pass", () => l10n.t("ready")],
  needs_download: ["cloud-download", () => l10n.t("needs download")],
  needs_setup: ["tools", () => l10n.t("needs setup")],
};

export function modelRows({ matches }: Pick<MatchList, "matches">): Row[] {
  const here = matches.filter(({ readiness }) => readiness in STATES);
  const rows = here.slice(0, MODELS_SHOWN).map(modelRow);
  if (rows.length === 0) {
    const row = plain("models.none", l10n.t("No model for this machine"), "circle-slash", "");
    return [{ ...row, context: "model.none", click: "listJukeboxModels" }];
  }
  const all = plain("models.all", l10n.t("All {0} models…", matches.length), "list-selection", "");
  return [...rows, { ...all, context: "model.all", click: "listJukeboxModels" }];
}

function modelRow(match: Match): Row {
  const [icon, text] = STATES[match.readiness] ?? ["package", () => ""];
  return {
    id: `models.${match.model_id}`,
    label: match.model_name,
    description: [text(), match.device_type].join(" · "),
    tooltip: [match.hf_model_repo, match.tasks.join(", "), ...match.reasons].join("\n"),
    icon,
    context: match.readiness === "ready" ? "model.ready" : "model.needs",
    argument: match.model_id,
    click: "showModel",
  };
}

export function serverRows(servers: readonly ServerInfo[]): Row[] {
  // A row must not move away under the pointer when its server begins to answer somebody: the order is that of addresses.
  const there = servers
    .filter(({ life }) => life !== "idle")
    .sort((a, b) => Number(runs(b.life)) - Number(runs(a.life)) || a.url.localeCompare(b.url));
  if (there.length === 0) {
    return [{ ...plain("server.none", l10n.t("No model server runs"), "circle-outline", ""), context: "server.none" }];
  }
  return there.map((server) => ({
    // What is gone can have its address taken by the next one.
    id: `server.${runs(server.life) ? "" : "gone."}${server.url}`,
    label: server.name,
    // Two of them may serve the same model.
    description: [there.length > 1 ? place(server) : "", lifeText(server)].filter(Boolean).join(" · "),
    tooltip: [server.url, server.why, server.next].filter(Boolean).join("\n"),
    icon: ICONS[server.life],
    context: runs(server.life) ? `server.${answers(server.life) ? "answers" : "runs"}` : "server.gone",
    argument: server.url,
    click: "showServerActions",
  }));
}

function place({ port, url }: ServerInfo): string {
  return port === null ? url.replace(/^\w+:\/\//, "") : l10n.t("port {0}", port);
}

const ICONS: Readonly<Record<Life, string>> = {
  ready: "pass",
  busy: "play-circle",
  starting: "loading~spin",
  failing: "warning",
  lost: "error",
  stopped: "circle-slash",
  idle: "circle-outline",
};

function lifeText({ life, steps, started_at: started }: ServerInfo): string {
  switch (life) {
    case "ready":
      return started === null ? l10n.t("ready") : l10n.t("ready, started {0} ago", duration(Math.max(0, Date.now() / 1000 - started)));
    case "busy":
      return l10n.t("busy");
    case "starting":
      return steps.at(-1)?.title.toLowerCase() ?? l10n.t("starting");
    case "failing":
      return l10n.t("failing");
    case "lost":
      return l10n.t("has ended by itself");
    case "stopped":
    case "idle":
      return l10n.t("stopped");
  }
}

export function lessonRows(lessons: readonly LessonRow[]): Row[] {
  return lessons.map((lesson) => {
    const { description = "", detail = "" } = lessonState(lesson, lessons);
    return {
      id: `lessons.${lesson.id}`,
      label: lesson.title,
      description,
      tooltip: detail,
      icon: lesson.done ? "pass-filled" : lesson.can ? "circle-large-outline" : "circle-slash",
      context: "lesson",
      argument: lesson.id,
      click: "openLesson",
    };
  });
}

/** A row that says that its section could not be read. */
export function failureRow(section: SectionId, why: string): Row {
  return { ...plain(`${section}.failed`, why, "error", ""), context: "failure", click: "showLog", tooltip: why };
}

/** What a screen reader says. */
export function spoken({ label, description, tooltip }: Row): string {
  return [label, description, tooltip?.replaceAll("\n", "; ")].filter(Boolean).join(", ");
}

function plain(id: string, label: string, icon: string, description: string): Omit<Row, "context"> {
  return { id, label, icon, description };
}
