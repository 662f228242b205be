/** What a reset says to the person: before it, between its steps and after it. Pure. */
import { l10n } from "vscode";
import { boardLabel, busIds } from "./firmware";
import type { Level } from "./message";
import type { Holder, Host, ProcessId, Released, ResetPlan, Verified } from "./protocol";
import type { CommandEnd } from "./terminal-state";

/** `clear` is the same reset, of every board, for whoever wants jammed boards back. */
export type Purpose = "reset" | "clear";

export interface Question {
  readonly message: string;
  readonly detail: string;
  /** The one button beside "Cancel"; undefined when there is nothing to say yes to. */
  readonly button: string | undefined;
}

const LONGEST_COMMAND = 160;

/** The modal. It names everything that will happen, since what a reset takes from a process is lost. */
export function resetQuestion(plan: ResetPlan, purpose: Purpose): Question {
  const { holders } = plan;
  const unseen = holdsUnseen(plan);
  const detail = [
    section(l10n.t("Boards:"), plan.boards.map(bullet)),
    section(l10n.t("These processes hold them and would lose them for good:"), holders.map(holderText)),
    unseen ? unseenText() : "",
    holders.length === 0 && !unseen ? l10n.t("No process holds them.") : "",
    plan.notes.map(bullet).join("\n"),
    plan.simulated === null ? commandText(plan) : "",
  ].filter(Boolean);
  if (plan.simulated !== null) {
    const nothing = l10n.t("This box is simulated ({0}): nothing will be run and nobody will be stopped.", plan.simulated);
    return { message: title(plan, purpose), detail: [nothing, ...detail].join("\n\n"), button: undefined };
  }
  return { message: title(plan, purpose), detail: detail.join("\n\n"), button: buttonText(plan, unseen) };
}

/** True when somebody may hold a board who cannot be stopped from here, because no pid and start names them. */
export function holdsUnseen(plan: ResetPlan): boolean {
  return plan.unseen_holders || plan.holders.length > stoppable(plan).length;
}

/** The holders that can be named beyond doubt. */
export function stoppable({ holders }: Pick<ResetPlan, "holders">): ProcessId[] {
  return holders.flatMap(({ pid, start_ticks }) => (pid > 0 && start_ticks !== null ? [{ pid, start_ticks }] : []));
}

/** Holders of `now` that the person has not been shown; an empty text when there are none. */
export function newcomersText(shown: ResetPlan, now: ResetPlan): string {
  const known = new Set(shown.holders.map(identity));
  const newcomers = now.holders.filter((holder) => !known.has(identity(holder)));
  if (newcomers.length === 0 && (holdsUnseen(shown) || !holdsUnseen(now))) {
    return "";
  }
  const who = newcomers.length === 0 ? l10n.t("a process that cannot be seen") : newcomers.map(shortHolder).join(", ");
  return l10n.t("Nothing was reset: in the meantime the boards were taken by {0}. Start the reset again.", who);
}

/** Why nothing was reset although the person said yes. */
export function leftText({ left }: Released): string {
  const who = left.map(({ pid, why, next }) => `${sentence(l10n.t("Process {0}: {1}", pid, why))} ${sentence(next)}`.trim());
  return [l10n.t("Nothing was reset: the boards are still held."), ...who].join(" ");
}

/** The one message at the end. Only `Verified` says whether the boards are well: tt-smi ends with 0 on failed resets. */
export function resultText(verified: Verified, end: CommandEnd): { level: Level; text: string } {
  if (!verified.ok) {
    const parts = [verified.text, ...verified.problems, verified.next];
    return { level: "error", text: [...new Set(parts)].map(sentence).filter(Boolean).join(" ") };
  }
  const doubt = endText(end);
  return { level: doubt === "" ? "info" : "warning", text: [sentence(verified.text), doubt].filter(Boolean).join(" ") };
}

export interface BoardChoice {
  readonly label: string;
  readonly description: string;
  /** Empty is every board. */
  readonly busIds: readonly string[];
}

/** Which boards can be reset; a single board leaves no choice. */
export function boardChoices(host: Host): BoardChoice[] {
  const boards = host.boards.flatMap((board) => {
    const ids = busIds(host, board);
    return ids.length === 0 ? [] : [{ label: boardLabel(host, board), description: "", busIds: ids }];
  });
  const all = { label: l10n.t("All boards"), description: l10n.t("{0} boards", boards.length), busIds: [] };
  return boards.length > 1 ? [all, ...boards] : [{ ...all, description: "" }];
}

function title({ boards }: ResetPlan, purpose: Purpose): string {
  if (purpose === "clear") {
    return boards.length === 1 ? l10n.t("Free and reset the board?") : l10n.t("Free and reset all {0} boards?", boards.length);
  }
  return boards.length === 1 ? l10n.t("Reset {0}?", boards[0] ?? "") : l10n.t("Reset {0} boards?", boards.length);
}

function buttonText({ holders }: ResetPlan, unseen: boolean): string {
  if (unseen) {
    return l10n.t("Reset Anyway");
  }
  return holders.length === 0 ? l10n.t("Reset") : l10n.t("Stop Them and Reset");
}

function unseenText(): string {
  return l10n.t(
    "Not everybody who holds a board can be seen or named from here. Whoever cannot is not stopped, and loses the board.",
  );
}

function commandText({ text, sudo }: ResetPlan): string {
  const head = sudo
    ? l10n.t('This runs in the terminal "Tenstorrent", which may ask for your password:')
    : l10n.t('This runs in the terminal "Tenstorrent":');
  return `${head}\n${text}`;
}

/** "• 1234 · alice · since 2026-01-05 14:03", and its command line below. */
function holderText({ pid, user, started, command }: Holder): string {
  const parts = [
    pid > 0 ? l10n.t("Process {0}", pid) : l10n.t("A process outside this container"),
    user ?? l10n.t("unknown user"),
    started === null ? l10n.t("start unknown") : l10n.t("since {0}", timeText(started)),
  ];
  return `${bullet(parts.join(" · "))}\n   ${command === null ? l10n.t("command unknown") : shortened(command)}`;
}

function shortHolder({ pid, user, command }: Holder): string {
  const details = [user, command === null ? null : shortened(command)].filter((part) => part !== null);
  return details.length === 0 ? l10n.t("process {0}", pid) : l10n.t("process {0} ({1})", pid, details.join(": "));
}

/** Pid and start together: a pid alone may belong to somebody else by now. */
function identity({ pid, start_ticks }: Holder): string {
  return `${pid} ${start_ticks ?? "?"}`;
}

/** Local time without seconds, the same in every language. */
function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join("-");
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** What the end of the command gives reason to doubt; empty for none. */
function endText(end: CommandEnd): string {
  switch (end.kind) {
    case "ended":
      return end.exitCode === undefined || end.exitCode === 0
        ? ""
        : l10n.t("But the command ended with exit code {0}, so perhaps nothing was reset. See the terminal.", end.exitCode);
    case "closed":
      return l10n.t("But the terminal was closed, so perhaps nothing was reset.");
    case "unknown":
      return l10n.t("It cannot be known whether the command in the terminal has ended. See there.");
  }
}

function section(head: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [head, ...lines].join("\n");
}

function bullet(text: string): string {
  return `• ${text}`;
}

function shortened(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > LONGEST_COMMAND ? `${line.slice(0, LONGEST_COMMAND)}…` : line;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed === "" || /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
