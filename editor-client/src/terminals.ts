/**
 * The two managed terminals: "Tenstorrent" for short commands, "Tenstorrent Server" for a model server.
 * They are found again by name after a reload, and nothing is typed into one that is busy.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { env, l10n, ThemeIcon, window, type CancellationToken, type Disposable, type Terminal } from "vscode";
import { FailureError } from "./failure";
import { foreground, isForeground, settledForeground } from "./terminal-foreground";
import { clear, CTRL_C, integrated } from "./terminal-prompt";
import { sayBusy, sayUnknown } from "./terminal-refusal";
import { commandEnded, decide, placeable, shellName, type CommandEnd, type Decision, type ShellName } from "./terminal-state";

export type Which = "main" | "server";
/** `busy` and `unknown`: nothing was typed and the person knows why. */
export type Placement = "typed" | "busy" | "unknown";

/** What is known about one managed terminal; tests in the extension host read it. */
export interface TerminalState {
  readonly name: string;
  readonly open: boolean;
  readonly integration: boolean;
  readonly busy: boolean | undefined;
  readonly standing: boolean;
  /** The text typed last. */
  readonly text: string | undefined;
}

interface Book {
  busy: boolean | undefined;
  standing: boolean;
  /** We have typed into it, or it was there before us. */
  used: boolean;
  text?: string;
  /** How far the command is that we ran last, as shell integration tells: typed, started, ended. */
  run?: "typed" | "started" | { readonly exitCode: number | undefined };
}

export const NAMES: Readonly<Record<Which, string>> = { main: "Tenstorrent", server: "Tenstorrent Server" };
const ICONS: Readonly<Record<Which, string>> = { main: "terminal", server: "server-process" };
const WATCH_MS = 250;

export class Terminals implements Disposable {
  private readonly books = new Map<Terminal, Book>();
  private readonly queue = new Map<Which, Promise<unknown>>();
  private readonly subscriptions: Disposable[] = [
    window.onDidStartTerminalShellExecution(({ terminal }) => {
      this.note(terminal, { busy: true, standing: false, ...(this.books.get(terminal)?.run === "typed" && { run: "started" }) });
    }),
    window.onDidEndTerminalShellExecution(({ terminal, exitCode }) => {
      // The end of anything else, such as Ctrl-C at the prompt, is not the end of our command.
      this.note(terminal, { busy: false, ...(this.books.get(terminal)?.run === "started" && { run: { exitCode } }) });
    }),
    window.onDidCloseTerminal((terminal) => this.books.delete(terminal)),
  ];

  /** Types a command and leaves it standing at the prompt, waiting for Enter. */
  place(which: Which, text: string): Promise<Placement> {
    return this.typed(which, text, false);
  }

  /** Types a command and runs it. */
  run(which: Which, text: string): Promise<Placement> {
    return this.typed(which, text, true);
  }

  /** The terminal, opened if it was not there, once its shell has said whether it tells what it runs. */
  async ready(which: Which): Promise<Terminal> {
    const found = this.find(which);
    const terminal = found ?? this.create(which);
    if (found === undefined) {
      terminal.show();
    }
    if (terminal.shellIntegration === undefined && this.book(terminal).busy !== undefined) {
      await integrated(terminal);
    }
    return terminal;
  }

  /** Opens the terminal without taking the keyboard. True when it was not there before. */
  reveal(which: Which): boolean {
    const found = this.find(which);
    (found ?? this.create(which)).show(true);
    return found === undefined;
  }

  /** Closes the terminal where it stands at its prompt and nothing of ours was typed. */
  async closeUnused(which: Which): Promise<void> {
    const terminal = this.find(which);
    if (terminal !== undefined && this.book(terminal).text === undefined && (await foreground(terminal)) === "shell") {
      terminal.dispose();
    }
  }

  /**
   * True when this could be typed now, or as soon as these processes are gone. False when something else runs there, about
   * which the person was told.
   */
  canRun(which: Which, text: string, leaving: readonly number[]): Promise<boolean> {
    return this.inTurn(which, async () => {
      const terminal = await this.ready(which);
      if ((await this.decision(terminal)) !== "busy") {
        return true;
      }
      const leaves = await Promise.all(leaving.map((pid) => isForeground(terminal, pid)));
      if (!leaves.includes(true)) {
        sayBusy(NAMES[which], text, () => { terminal.show(); });
      }
      return leaves.includes(true);
    });
  }

  /** Waits until what runs there has ended, but not for longer than this. */
  async idle(which: Which, ms: number): Promise<void> {
    const terminal = this.find(which);
    const until = Date.now() + ms;
    while (terminal !== undefined && Date.now() < until && (await this.decision(terminal)) === "busy") {
      await sleep(WATCH_MS);
    }
  }

  /** Presses Ctrl-C where this process runs. False when something else runs there, or nobody can tell. */
  async interrupt(which: Which, pid: number): Promise<boolean> {
    const terminal = this.find(which);
    const runs = terminal !== undefined && (await isForeground(terminal, pid));
    if (runs) {
      terminal.sendText(CTRL_C, false);
    }
    return runs;
  }

  /** Waits for the end of the command that was run last; undefined when the person cancels the waiting. */
  async commandEnd(which: Which, token?: CancellationToken): Promise<CommandEnd | undefined> {
    const terminal = this.find(which);
    let atPromptSince = Date.now();
    while (token?.isCancellationRequested !== true) {
      const now = terminal === undefined ? undefined : await foreground(terminal);
      if (now !== "shell") {
        atPromptSince = Date.now();
      }
      const end = commandEnded({
        closed: terminal?.exitStatus !== undefined || terminal === undefined,
        told: terminal?.shellIntegration === undefined ? undefined : toldEnd(this.book(terminal)),
        foreground: now,
        atPromptMs: Date.now() - atPromptSince,
      });
      if (end !== undefined) {
        return end;
      }
      await sleep(WATCH_MS);
    }
    return undefined;
  }

  /** The shell that a command for this terminal has to be quoted for. */
  shell(which: Which): ShellName | null {
    return shellName(this.find(which)?.state.shell ?? env.shell);
  }

  state(which: Which): TerminalState {
    const terminal = this.find(which);
    const book = terminal === undefined ? undefined : this.book(terminal);
    return {
      name: NAMES[which],
      open: terminal !== undefined,
      integration: terminal?.shellIntegration !== undefined,
      busy: book?.busy,
      standing: book?.standing ?? false,
      text: book?.text,
    };
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  /** Where nobody can tell whether the prompt is empty, the person decides. */
  private async typed(which: Which, text: string, execute: boolean): Promise<Placement> {
    const placement = await this.inTurn(which, () => this.type(which, text, execute, false));
    // The question may stand there for an hour. What else is to be typed does not wait for it; and the terminal is looked
    // at again, because by then it may be another one.
    if (placement === "unknown" && (await sayUnknown(NAMES[which], text, () => this.find(which)?.show()))) {
      return this.inTurn(which, () => this.type(which, text, execute, true));
    }
    return placement;
  }

  private async type(which: Which, text: string, execute: boolean, anyway: boolean): Promise<Placement> {
    const line = placeable(text);
    if (line === undefined) {
      throw new FailureError({
        kind: "command_not_placeable",
        what: l10n.t("The command was not typed into the terminal"),
        why: l10n.t("a line of it would run by itself"),
        next: l10n.t("Please report this with the log."),
      });
    }
    const terminal = await this.ready(which);
    const decision = await this.decision(terminal);
    this.book(terminal).used = true;
    if (decision === "busy") {
      sayBusy(NAMES[which], line, () => { terminal.show(); });
    }
    if (decision === "busy" || (decision === "unknown" && !anyway)) {
      return decision;
    }
    terminal.show();
    if (decision === "clear") {
      await clear(terminal);
    }
    this.send(terminal, line, execute);
    return "typed";
  }

  private async decision(terminal: Terminal): Promise<Decision> {
    const book = this.book(terminal);
    // A person may have begun to type: our command must not become its end.
    const standing = book.standing || book.used;
    return decide({ busy: book.busy, standing, foreground: await settledForeground(terminal, () => book.busy === true) });
  }

  private send(terminal: Terminal, line: string, execute: boolean): void {
    this.note(terminal, { run: "typed" });
    terminal.sendText(line, execute);
    // Without shell integration nobody will say when the command starts or ends, so from here on it is not known.
    const busy = terminal.shellIntegration === undefined ? undefined : this.book(terminal).busy;
    this.note(terminal, { busy, standing: !execute || busy === undefined, text: line });
  }

  private find(which: Which): Terminal | undefined {
    return window.terminals.find(({ name, exitStatus }) => name === NAMES[which] && exitStatus === undefined);
  }

  private create(which: Which): Terminal {
    const terminal = window.createTerminal({ name: NAMES[which], iconPath: new ThemeIcon(ICONS[which]) });
    this.books.set(terminal, { busy: false, standing: false, used: false });
    return terminal;
  }

  /** The book of a terminal; one that we did not open in this session may have anything standing or running in it. */
  private book(terminal: Terminal): Book {
    let book = this.books.get(terminal);
    if (book === undefined) {
      book = { busy: undefined, standing: true, used: true };
      this.books.set(terminal, book);
    }
    return book;
  }

  private note(terminal: Terminal, change: Partial<Book>): void {
    if (Object.values(NAMES).includes(terminal.name)) {
      Object.assign(this.book(terminal), change);
    }
  }

  private inTurn<T>(which: Which, work: () => Promise<T>): Promise<T> {
    const turn = (this.queue.get(which) ?? Promise.resolve()).then(work);
    this.queue.set(
      which,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

function toldEnd({ run }: Readonly<Book>): { ended: boolean; exitCode: number | undefined } {
  return typeof run === "object" ? { ended: true, exitCode: run.exitCode } : { ended: false, exitCode: undefined };
}
