/**
 * A reset step by step: plan, ask, free the boards, run the command where it can be seen, wait for its end, prove that
 * the boards are back. What the steps touch comes from outside, so every way through can be tested without an editor.
 */
import type { Level } from "./message";
import type { ProcessId, Released, ResetPlan, Verified, VerifyParams } from "./protocol";
import { leftText, newcomersText, resetQuestion, resultText, stoppable, type Purpose, type Question } from "./reset-text";
import type { CommandEnd } from "./terminal-state";

export interface ResetSteps {
  plan(busIds: readonly string[]): Promise<ResetPlan>;
  /** True when the person pressed the question's button. */
  ask(question: Question): Promise<boolean>;
  /** False when the command cannot be typed even once these are gone; the person knows why. */
  canRun(text: string, holders: readonly ProcessId[]): Promise<boolean>;
  release(holders: ProcessId[]): Promise<Released>;
  /** False when nothing was typed; the person knows why. */
  run(text: string): Promise<boolean>;
  /** Undefined when the person does not want to wait. */
  commandEnd(): Promise<CommandEnd | undefined>;
  verify(params: VerifyParams): Promise<Verified>;
  say(level: Level, text: string): void;
}

/** How it went; tests read it. */
export type Outcome = "refused" | "simulated" | "held" | "taken" | "not run" | "not waited" | "verified" | "problems";

export async function resetFlow(steps: ResetSteps, busIds: readonly string[], purpose: Purpose): Promise<Outcome> {
  const plan = await steps.plan(busIds);
  const agreed = await steps.ask(resetQuestion(plan, purpose));
  if (plan.simulated !== null) {
    return "simulated";
  }
  if (!agreed) {
    return "refused";
  }
  const processes = stoppable(plan);
  if (processes.length > 0) {
    // Nobody shall end for a reset that then cannot be run.
    if (!(await steps.canRun(plan.text, processes))) {
      return "not run";
    }
    const released = await steps.release(processes);
    if (released.left.length > 0) {
      steps.say("warning", leftText(released));
      return "held";
    }
  }
  // The question may have stood there for an hour: nobody loses a board without having been named in it.
  const taken = newcomersText(plan, await steps.plan(busIds));
  if (taken !== "") {
    steps.say("warning", taken);
    return "taken";
  }
  if (!(await steps.run(plan.text))) {
    return "not run";
  }
  // Before the command has ended the boards may look well because nothing has happened to them yet.
  const end = await steps.commandEnd();
  if (end === undefined) {
    return "not waited";
  }
  const verified = await steps.verify({ expected: plan.expected, deadline_s: plan.deadline_s });
  const { level, text } = resultText(verified, end);
  steps.say(level, text);
  return verified.ok ? "verified" : "problems";
}
