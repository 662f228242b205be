/**
 * What the buttons of a lesson run: a line that the sidecar has made for this machine, followed to its end. Only what
 * ended well, and what the sidecar finds proved, ticks a step.
 */
import { l10n } from "vscode";
import { FailureError, failureText, toFailure } from "./failure";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import type { Lesson } from "./protocol";
import { runToEnd } from "./run-to-end";
import { NAMES, type Which } from "./terminals";

export interface Job {
  /** In a few words, for messages and for the proof: "the check of tt-metal". */
  readonly name: string;
  readonly which: Which;
  readonly line: string;
  /** The step that it proves. */
  readonly step?: string;
  /** The step whose hint helps, where what runs belongs to another one than what it proves. */
  readonly hintOf?: string;
  /** Files that it must have written, asked for when it has ended. */
  readonly files?: () => Promise<readonly string[]>;
  /** What is said when it ended well. */
  readonly done: string;
  readonly doneActions?: readonly Action[];
  /** What helps when it did not. */
  readonly actions?: readonly Action[];
}

/** The lesson of a step for this machine. Undefined when the machine cannot do it, which is said with the nearest. */
export async function lessonHere({ sidecar }: Parts, step: string): Promise<Lesson | undefined> {
  const lesson = await sidecar.request("tenstorrent/lesson", { id: step });
  if (lesson.can) {
    return lesson;
  }
  const { nearest, title, why } = lesson;
  const instead = nearest === null ? [] : [openLesson(nearest, l10n.t("Open the Nearest Lesson"))];
  say("warning", l10n.t("This machine cannot do \"{0}\": {1}.", title, why), instead);
  return undefined;
}

/** Runs it, has its step proved, and says how it ended. True when it ended well and the step, if any, is proved. */
export async function runJob(parts: Parts, job: Job): Promise<boolean> {
  const ran = await runToEnd(parts, job.which, job.line);
  if (ran === undefined) {
    return false;
  }
  const { exitCode } = ran;
  const proved = exitCode === 0 && job.step !== undefined ? await prove(parts, job.step, { run: job.name, exitCode, files: await job.files?.() }) : undefined;
  const show = showTerminal(parts, job.which);
  const lesson = job.step === undefined ? [] : [openLesson(job.step)];
  if (exitCode !== 0) {
    const why =
      exitCode === undefined
        ? l10n.t("It is not known how {0} ended, so nothing is ticked.", job.name)
        : l10n.t("{0} ended with exit code {1}. {2}", capital(job.name), exitCode, await hint(parts, job));
    say("warning", why, [show, ...(job.actions ?? []), ...lesson]);
    return false;
  }
  if (proved !== undefined && proved !== "") {
    say("warning", proved, [show, ...(job.actions ?? []), ...lesson]);
    return false;
  }
  say("info", job.done, job.doneActions);
  return true;
}

/** Has a step proved. Empty when it is; else why not, and what to do. */
export async function prove(
  { sidecar }: Pick<Parts, "sidecar">,
  step: string,
  by: { readonly run: string; readonly exitCode?: number; readonly files?: readonly string[] | undefined },
): Promise<string> {
  const { refused } = await sidecar.request("tenstorrent/progress", {
    action: "prove",
    step,
    run: by.run,
    ...(by.exitCode !== undefined && { exit_code: by.exitCode }),
    ...(by.files !== undefined && { files: [...by.files] }),
  });
  return refused === null ? "" : failureText(refused);
}

/** What the content says to do about a step that did not work. */
export async function hint({ sidecar }: Parts, { step, hintOf = step, which }: Pick<Job, "step" | "hintOf" | "which">): Promise<string> {
  const steps = hintOf === undefined ? [] : (await sidecar.request("tenstorrent/progress", { action: "get" })).steps;
  return steps.find(({ id }) => id === hintOf)?.hint ?? l10n.t('The terminal "{0}" says why.', NAMES[which]);
}

/** Writes what a step leaves behind; what keeps it from being written is told with the hint of the step. */
export async function writing<T>(parts: Parts, step: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new FailureError({
      kind: "not_written",
      what: l10n.t("{0} was not written", path),
      why: toFailure(error).why,
      next: await hint(parts, { step, which: "main" }),
    });
  }
}

export function showTerminal({ terminals }: Parts, which: Which): Action {
  return { title: l10n.t("Show Terminal"), run: () => terminals.ready(which).then((terminal) => { terminal.show(); }) };
}

export function openLesson(step: string, title = l10n.t("Open the Lesson")): Action {
  return commandAction(title, "tenstorrent.openLesson", step);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
