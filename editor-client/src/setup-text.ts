/** What a setup says on its way, as plain data. */
import { l10n } from "vscode";
import type { SetupPlan, SetupProgress, SetupState, StepProgress } from "./protocol";

/** "Set up Llama-3.1-8B on N150: 3 of 9 steps are done." */
export function planText(plan: SetupPlan): string {
  const done = plan.steps.filter((step) => step.done).length;
  const { model_name: model, device_type: device } = plan;
  return l10n.t("Set up {0} on {1}: {2} of {3} steps are done. The plan says what the others do.", model, device, done, plan.steps.length);
}

/** Everything that must be out of the way first; empty when nothing is. */
export function obstaclesText(plan: SetupPlan): string {
  const blocking = plan.obstacles.filter((obstacle) => obstacle.blocking);
  if (blocking.length === 0) {
    return "";
  }
  const list = blocking.map(({ what, next }) => `${what}. ${next}`).join(" ");
  return l10n.t("{0} cannot be set up yet. {1}", plan.model_name, list);
}

/** The line under the title of the notification. */
export function progressText(progress: SetupProgress): string {
  const joined = progress.joined ? l10n.t("another window runs it") : "";
  const steps = l10n.t("{0} of {1} steps", progress.step, progress.of);
  const running = progress.steps.filter(({ state }) => state === "running" || state === "waiting").map(stepText);
  return [steps, joined, ...running].filter(Boolean).join(" · ");
}

function stepText(step: StepProgress): string {
  const parts = [step.title];
  if (step.state === "waiting") {
    parts.push(l10n.t("waits for you"));
  }
  const percent = percentOf(step);
  if (percent !== undefined) {
    parts.push(`${percent} %`);
  }
  if (step.seconds_left !== null) {
    parts.push(l10n.t("about {0} left", duration(step.seconds_left)));
  }
  if (step.stalled) {
    parts.push(l10n.t("nothing heard for a minute"));
  }
  return parts.join(", ");
}

function percentOf({ done, total }: StepProgress): number | undefined {
  return done === null || total === null || total === 0 ? undefined : Math.floor((done / total) * 100);
}

/** 90 -> "2 min": nobody plans by the second. */
export function duration(seconds: number): string {
  if (seconds < 60) {
    return l10n.t("{0} s", Math.ceil(seconds));
  }
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? l10n.t("{0} min", minutes) : l10n.t("{0} h", Math.ceil(minutes / 60));
}

/** What is new since the last snapshot, a line each, for the output channel. */
export function news(before: SetupProgress | undefined, now: SetupProgress): string[] {
  const lines: string[] = [];
  for (const step of now.steps) {
    const last = before?.steps.find(({ id }) => id === step.id);
    if (last?.state !== step.state && step.state !== "pending") {
      lines.push(`[${step.title}] ${stateText(step.state)}`);
    }
    if (step.line !== "" && last?.line !== step.line) {
      lines.push(`[${step.title}] ${step.line}`);
    }
  }
  return lines;
}

function stateText(state: SetupState): string {
  const texts: Readonly<Record<SetupState, string>> = {
    pending: l10n.t("waits for its turn"),
    running: l10n.t("running"),
    waiting: l10n.t("waits for you"),
    done: l10n.t("done"),
    failed: l10n.t("failed"),
    cancelled: l10n.t("stopped"),
  };
  return texts[state];
}

/** The log of the step that has failed, or of the last one that ran. */
export function logOf(progress: SetupProgress | undefined): string | undefined {
  const ran = [...(progress?.steps ?? [])].reverse().find(({ log }) => log !== null);
  return (failedStep(progress) ?? ran)?.log ?? undefined;
}

export function failedStep(progress: SetupProgress | undefined): StepProgress | undefined {
  return progress?.steps.find(({ state }) => state === "failed");
}
