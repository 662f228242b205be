/** From a model to its serving command at the prompt of the terminal. */
import { commands, l10n, window } from "vscode";
import { showDetails } from "./details";
import { explainCommand } from "./explain";
import { showFailure, toFailure } from "./failure";
import { say } from "./message";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import { caution, noCommandText } from "./picker-items";
import type { Match, ServeCommand } from "./protocol";
import type { Placement } from "./terminals";

/** What `startVllmServer` gives back; tests in the extension host read it. */
export interface Served {
  readonly command: ServeCommand;
  readonly placement: Placement;
}

/** Undefined when nothing that can be served was chosen; the person knows why. */
export async function pickAndServe(parts: Parts, filter = ""): Promise<Served | undefined> {
  const match = await chooseModel(parts, { filter, purpose: l10n.t("choose one to prepare its command") });
  if (match === undefined) {
    return undefined;
  }
  if (!match.command) {
    sayNoCommand(parts, match);
    return undefined;
  }
  // The device of an experimental entry is left out: its own is not the one that it would run on here.
  const device = match.experimental === null ? match.device_type : null;
  return (await agreed(match)) ? serve(parts, match.model_id, device) : undefined;
}

export async function serve(parts: Parts, model: string, device: string | null): Promise<Served> {
  const { documents, log, sidecar, terminals } = parts;
  const shell = terminals.shell("server");
  // A name alone never means an entry of another device; the id of one says so by itself.
  const command = await sidecar.request("tenstorrent/command", { model, device, shell, experimental: false });
  log.info(`serving command for ${command.model_id}:\n${command.text}`);
  for (const note of command.notes) {
    log.info(`note: ${note}`);
  }
  const placement = await terminals.place("server", command.text);
  if (placement === "typed") {
    const explain = {
      title: l10n.t("Explain"),
      run: () => told(documents.open(l10n.t("Why these values"), explainCommand(command))),
    };
    say("info", placedText(command), [explain]);
  }
  return { command, placement };
}

async function agreed(match: Match): Promise<boolean> {
  const question = caution(match);
  if (question === undefined) {
    return true;
  }
  const { message, detail, button } = question;
  return (await window.showWarningMessage(message, { modal: true, detail }, button)) === button;
}

function sayNoCommand(parts: Parts, match: Match): void {
  say("info", noCommandText(match), [
    { title: l10n.t("Choose Another"), run: () => commands.executeCommand("tenstorrent.startVllmServer") },
    { title: l10n.t("Show Details"), run: () => told(showDetails(parts, match.model_name, false)) },
  ]);
}

/** A button's work has nobody who waits for it, so its failure is told here. */
function told(work: Promise<unknown>): Promise<unknown> {
  return work.catch((error: unknown) => {
    showFailure(toFailure(error));
  });
}

function placedText(command: ServeCommand): string {
  const { model_name: model, device_type: device } = command;
  return command.simulated === null
    ? l10n.t("The command that serves {0} on {1} stands in the terminal. Press Enter there to run it.", model, device)
    : l10n.t("The command that serves {0} on {1} (simulated) stands in the terminal. It needs the real card.", model, device);
}
