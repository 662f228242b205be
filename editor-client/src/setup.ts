/** From a model to "ready to serve": the plan first, then a run with progress that can be stopped and carried on. */
import {
  l10n,
  ProgressLocation,
  StatusBarAlignment,
  Uri,
  window,
  type CancellationToken,
  type OutputChannel,
} from "vscode";
import { canChat, explainThis } from "./ask";
import { failureText, showFailure, toFailure, type Failure } from "./failure";
import { tailOf } from "./log-tail";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import type { SetupOutcome, SetupPlan, SetupProgress } from "./protocol";
import { asScript, inTerminal } from "./setup-shell";
import { failedStep, logOf, news, obstaclesText, planText, progressText } from "./setup-text";
import { forgetUnfinished, rememberUnfinished, wasCutOff, type Goal } from "./setup-unfinished";

/** So much of a log says what went wrong. */
const LOG_TAIL_BYTES = 16_000;

let output: OutputChannel | undefined;

/** Shows the plan for a model, and what can be done with it. `filter` is what stands in the picker at first. */
export async function setUp(parts: Parts, model: unknown, filter = ""): Promise<SetupPlan | undefined> {
  const goal = typeof model === "string" ? { model, device: null, name: model } : await choose(parts, filter);
  return goal === undefined ? undefined : showPlan(parts, goal);
}

async function choose(parts: Parts, filter: string): Promise<Goal | undefined> {
  const match = await chooseModel(parts, { filter, purpose: l10n.t("choose one to set up") });
  if (match === undefined) {
    return undefined;
  }
  const device = match.experimental === null ? match.device_type : null;
  return { model: match.model_id, device, name: match.model_name };
}

async function showPlan(parts: Parts, goal: Goal): Promise<SetupPlan> {
  const shell = parts.terminals.shell("main") ?? undefined;
  const params = { model: goal.model, device: goal.device, ...(shell === undefined ? {} : { shell }) };
  const plan = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Looking at what {0} needs", goal.name), cancellable: true },
    (_progress, token) => parts.sidecar.request("tenstorrent/setup/plan", params, token),
  );
  await parts.documents.preview(l10n.t("Set up {0}", plan.model_name), plan.text, true);
  const here = { title: l10n.t("Run"), run: () => run(parts, goal) };
  const script = asScript(parts, plan);
  const obstacles = obstaclesText(plan);
  if (obstacles !== "") {
    say("warning", obstacles, [{ title: l10n.t("Look Again"), run: () => showPlan(parts, goal) }, script]);
    return plan;
  }
  say("info", planText(plan), [here, inTerminal(parts, plan, here), script]);
  return plan;
}

/** Runs the setup, or joins the window that has it under way. Undefined when it was stopped or has failed. */
export async function run(parts: Parts, goal: Goal): Promise<SetupOutcome | undefined> {
  const { context, sidecar } = parts;
  await rememberUnfinished(context, goal);
  let cancel: CancellationToken | undefined;
  let last: SetupProgress | undefined;
  const item = window.createStatusBarItem("tenstorrent.setup", StatusBarAlignment.Left, 99);
  item.name = l10n.t("Tenstorrent Setup");
  item.command = "tenstorrent.showSetupOutput";
  const hear = (now: SetupProgress, report: (message: string) => void) => {
    report(progressText(now));
    item.text = `$(sync~spin) ${l10n.t("Setup {0}/{1}", now.step, now.of)}`;
    item.tooltip = progressText(now);
    item.accessibilityInformation = { label: l10n.t("Setup of {0}: {1}", goal.name, progressText(now)) };
    item.show();
    news(last, now).forEach((line) => {
      channel().appendLine(line);
    });
    offerWaiting(parts, last, now);
    last = now;
  };
  try {
    const outcome = await window.withProgress(
      { location: ProgressLocation.Notification, title: l10n.t("Setting up {0}", goal.name), cancellable: true },
      (progress, token) => {
        cancel = token;
        const report = (message: string) => {
          progress.report({ message });
        };
        return sidecar.setUp({ model: goal.model, device: goal.device }, (now) => {
          hear(now, report);
        }, token);
      },
    );
    await forgetUnfinished(context);
    channel().appendLine(outcome.text);
    say("info", outcome.text, [
      commandAction(l10n.t("Prepare Its Command"), "tenstorrent.startVllmServer", goal.model),
    ]);
    return outcome;
  } catch (error) {
    const failure = toFailure(error);
    if (!wasCutOff(failure, cancel?.isCancellationRequested === true)) {
      await forgetUnfinished(context);
    }
    channel().appendLine(`${failure.what}: ${failure.why} ${failure.next}`);
    const again = { title: l10n.t("Carry On"), run: () => run(parts, goal) };
    if (failure.kind === "cancelled") {
      say("info", l10n.t("The setup of {0} is stopped. What is done stays done.", goal.name), [again]);
    } else {
      showFailure(failure, [{ ...again, title: l10n.t("Retry") }, ...openLog(last), ...askAbout(parts, last, failure)]);
    }
    return undefined;
  } finally {
    item.dispose();
  }
}

/** The output channel with everything that setups have said. */
export function showSetupOutput(): void {
  channel().show(true);
}

/** A step that needs the administrator waits for a command; the person runs it where it can be seen. */
function offerWaiting({ terminals }: Parts, before: SetupProgress | undefined, now: SetupProgress): void {
  for (const step of now.steps.filter(({ state }) => state === "waiting")) {
    if (before?.steps.find(({ id }) => id === step.id)?.state !== "waiting") {
      const put = { title: l10n.t("Put It into the Terminal"), run: () => terminals.place("main", step.line) };
      say("warning", l10n.t("{0} needs the rights of the administrator: {1}", step.title, step.line), [put]);
    }
  }
}

function openLog(last: SetupProgress | undefined): Action[] {
  const log = logOf(last);
  return log === undefined ? [] : [{ title: l10n.t("Open Log"), run: () => window.showTextDocument(Uri.file(log)) }];
}

/** Hands the failed step to the chat. Its log goes along by itself: it is too long for a question. */
function askAbout(parts: Parts, last: SetupProgress | undefined, failure: Failure): Action[] {
  if (!canChat()) {
    return [];
  }
  const step = failedStep(last)?.title ?? failure.what;
  const ask = async () => {
    const log = logOf(last);
    const tail = log === undefined ? "" : await tailOf(log, LOG_TAIL_BYTES).catch(() => "");
    const text = [failureText(failure), tail].filter(Boolean).join("\n\n");
    await explainThis(parts, l10n.t("the failed setup step \"{0}\"", step), { name: `${step}.log`, text, keepEnd: true });
  };
  return [{ title: l10n.t("Ask @tenstorrent"), run: ask }];
}

function channel(): OutputChannel {
  output ??= window.createOutputChannel("Tenstorrent Setup");
  return output;
}
