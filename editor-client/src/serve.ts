/** From a model to its serving command at the prompt of the terminal. */
import { l10n, window } from "vscode";
import { explainCommand } from "./explain";
import { showFailure, toFailure } from "./failure";
import { say, type Action } from "./message";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import { caution } from "./picker-items";
import type { CommandParams, FileState, Match, ServeCommand } from "./protocol";
import type { Placement } from "./terminals";

/** What `startVllmServer` gives back; tests in the extension host read it. */
export interface Served {
  readonly command: ServeCommand;
  readonly placement: Placement;
}

/** Undefined when nothing was chosen. */
export async function pickAndServe(parts: Parts, filter = ""): Promise<Served | undefined> {
  const match = await chooseModel(parts, { filter, purpose: l10n.t("choose one to prepare its command") });
  if (match === undefined) {
    return undefined;
  }
  // The device of an experimental entry is left out: its own is not the one that it would run on here.
  const device = match.experimental === null ? match.device_type : null;
  return (await agreed(match)) ? serve(parts, match.model_id, device) : undefined;
}

export async function serve(parts: Parts, model: string, device: string | null): Promise<Served> {
  const { log, sidecar, terminals } = parts;
  const shell = terminals.shell("server");
  // A name alone never means an entry of another device; the id of one says so by itself.
  const params = { model, device, shell, experimental: false };
  const command = await sidecar.request("tenstorrent/command", params);
  log.info(`serving command for ${command.model_id}:\n${command.text}`);
  for (const note of command.notes) {
    log.info(`note: ${note}`);
  }
  const placement = await terminals.place("server", command.text);
  if (placement === "typed") {
    say("info", placedText(command), actions(parts, command, params));
  }
  return { command, placement };
}

/** What one may want before Enter: to know why, and to have the files that the command refers to. */
function actions(parts: Parts, command: ServeCommand, params: CommandParams): Action[] {
  const write = needsFiles(command)
    ? [{ title: l10n.t("Write Its Files"), run: () => told(writeFiles(parts, params)) }]
    : [];
  const explain = async () => {
    await parts.documents.preview(l10n.t("Why these values"), explainCommand(command), true);
    // A pressed button takes the message away, and with it the other one.
    if (write.length > 0) {
      say("info", placedText(command), write);
    }
  };
  return [...write, { title: l10n.t("Explain"), run: () => told(explain()) }];
}

/** Writes what the command refers to, and says what was left alone because somebody has edited it. */
async function writeFiles({ sidecar }: Parts, params: CommandParams): Promise<void> {
  const { files } = await sidecar.request("tenstorrent/command/files", params);
  const left = files.filter(({ condition }) => condition !== "current");
  const paths = (some: readonly FileState[]) => some.map(({ path }) => path).join(", ");
  if (left.length === 0) {
    say("info", l10n.t("Written: {0}. The command can run now.", paths(files)));
  } else {
    say("warning", l10n.t("Left alone, because you or another program have changed it: {0}.", paths(left)));
  }
}

async function agreed(match: Match): Promise<boolean> {
  const question = caution(match);
  if (question === undefined) {
    return true;
  }
  const { message, detail, button } = question;
  return (await window.showWarningMessage(message, { modal: true, detail }, button)) === button;
}

/** A button's work has nobody who waits for it, so its failure is told here. */
function told(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => {
    showFailure(toFailure(error));
  });
}

function placedText(command: ServeCommand): string {
  const { model_name: model, device_type: device } = command;
  if (command.simulated !== null) {
    return l10n.t("The command that serves {0} on {1} (simulated) stands in the terminal. It needs the real card.", model, device);
  }
  return needsFiles(command)
    ? l10n.t("The command that serves {0} on {1} stands in the terminal. It needs files that are not there yet.", model, device)
    : l10n.t("The command that serves {0} on {1} stands in the terminal. Press Enter there to run it.", model, device);
}

function needsFiles({ files }: ServeCommand): boolean {
  return files.some(({ condition }) => condition !== "current");
}
