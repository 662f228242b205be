/**
 * When text may be typed into a terminal, decided from what is known about it.
 * Typing into a running program feeds it input it did not ask for, and Ctrl-C would end somebody's server.
 */

export interface TerminalFacts {
  /** From shell integration: a command runs; undefined when nothing is known (no integration, or after a reload). */
  readonly busy: boolean | undefined;
  /** Who reads the keyboard according to the kernel; undefined where it cannot be asked. */
  readonly foreground: "shell" | "other" | undefined;
  /** Text may stand at the prompt: we placed it, or we do not know what happened before a reload. */
  readonly standing: boolean;
}

/** `clear` means: press Ctrl-C at the prompt first, so that two commands never mix. */
export type Decision = "type" | "clear" | "busy" | "unknown";

export function decide({ busy, foreground, standing }: TerminalFacts): Decision {
  if (foreground === "other" || busy === true) {
    return "busy";
  }
  if (busy === undefined && foreground === undefined && standing) {
    return "unknown";
  }
  return standing ? "clear" : "type";
}

/**
 * Reads `/proc/PID/stat` of a shell: an interactive shell puts every command into a process group of its own and makes
 * it the terminal's foreground group, so the shell is at its prompt when that group is its own.
 */
export function foregroundOf(stat: string): TerminalFacts["foreground"] {
  const groups = groupsOf(stat);
  return groups && (groups.own === groups.foreground ? "shell" : "other");
}

/** True when Ctrl-C in the terminal of a shell reaches a process: both by their `/proc/PID/stat`. */
export function reads(shell: string, process: string): boolean {
  const groups = groupsOf(shell);
  return groups !== undefined && groups.own !== groups.foreground && groupsOf(process)?.own === groups.foreground;
}

/** The process group of a process, and the one that reads the keyboard of its terminal. */
function groupsOf(stat: string): { own: string; foreground: string } | undefined {
  // The second field is the program's name in parentheses and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 1).trim().split(/\s+/);
  const [, , own, , , foreground] = fields;
  if (own === undefined || foreground === undefined || !/^\d+$/.test(own) || !/^\d+$/.test(foreground)) {
    return undefined;
  }
  return { own, foreground };
}

/**
 * True when a command line that a shell tells is the text that stood at its prompt: the person may have changed some words
 * of it, or have thrown it away and typed another. Of a line in parts bash tells the first part alone where HISTCONTROL
 * keeps lines out of its history, as it does on Debian and Ubuntu; and some shells tell nothing.
 */
export function isPlaced(line: string, text: string): boolean {
  const words = (of: string) => of.replaceAll("\\\n", " ").split(/\s+/).filter(Boolean);
  const [ran, placed] = [words(line), words(text)];
  const known = new Set(ran);
  const isItsBeginning = ran.every((word, at) => word === placed[at]);
  return isItsBeginning || placed.filter((word) => known.has(word)).length > placed.length / 2;
}

/** How a command ended that we ran. The exit code is undefined where the shell did not say. */
export type CommandEnd =
  | { readonly kind: "ended"; readonly exitCode: number | undefined }
  | { readonly kind: "closed" }
  | { readonly kind: "unknown" };

export interface RunFacts {
  readonly closed: boolean;
  /** From shell integration: the command has ended; undefined when the terminal has none. */
  readonly told: { readonly ended: boolean; readonly exitCode: number | undefined } | undefined;
  readonly foreground: TerminalFacts["foreground"];
  /** For how long the shell itself has been reading the keyboard, without a break. */
  readonly atPromptMs: number;
}

/** Longer than a shell takes to start a program after Enter, or needs between two programs of one line. */
export const AT_PROMPT_MS = 2000;

/** Whether the command that we ran has ended; undefined while it runs. */
export function commandEnded({ closed, told, foreground, atPromptMs }: RunFacts): CommandEnd | undefined {
  if (closed) {
    return { kind: "closed" };
  }
  if (told?.ended === true) {
    return { kind: "ended", exitCode: told.exitCode };
  }
  // Also with shell integration: its event is lost when the line ends in another shell.
  if (foreground === "shell" && atPromptMs >= AT_PROMPT_MS) {
    return { kind: "ended", exitCode: undefined };
  }
  return told === undefined && foreground === undefined ? { kind: "unknown" } : undefined;
}

export type ShellName = "bash" | "zsh" | "fish" | "sh";

/** The shell whose quoting rules hold; null for one we have no rules for. */
export function shellName(shell: string | undefined): ShellName | null {
  const name = shell?.split("/").at(-1);
  switch (name) {
    case "bash":
    case "zsh":
    case "fish":
    case "sh":
      return name;
    case "dash":
    case "ksh":
    case "ash":
      return "sh";
    default:
      return null;
  }
}

/** One word for the shell, in single quotes unless every character is harmless. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The text as it may be typed, or undefined when typing it would run something: a line that does not end in a backslash
 * would be executed at its end, and a control character would be a key press.
 */
export function placeable(text: string): string | undefined {
  const trimmed = text.trimEnd();
  const lines = trimmed.split("\n");
  const continued = lines.slice(0, -1).every((line) => /(^|[^\\])(\\\\)*\\$/.test(line));
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  const hasKeys = /[\u0000-\u0009\u000b-\u001f\u007f]/.test(trimmed);
  const endsOpen = (lines.at(-1) ?? "").endsWith("\\");
  return trimmed !== "" && continued && !hasKeys && !endsOpen ? trimmed : undefined;
}
