/** From a model to its serving command in the terminal: standing there for Enter, or running. */
import { l10n, window } from "vscode";
import { explainCommand } from "./explain";
import { showFailure } from "./failure";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import { caution } from "./picker-items";
import type { CommandParams, FileState, Match, PreparedServer, ServeCommand } from "./protocol";
import { stopServer } from "./server-actions";
import { stoppable } from "./server-text";
import type { Placement } from "./terminals";

/** What `startVllmServer` gives back; tests in the extension host read it. */
export interface Served {
  readonly command: ServeCommand;
  readonly placement: Placement;
}

/** `stand` leaves the command at the prompt, waiting for Enter. */
export type How = "stand" | "run";

/** Undefined when nothing was chosen. */
export async function pickAndServe(parts: Parts, how: How, filter = ""): Promise<Served | undefined> {
  const purpose = how === "run" ? l10n.t("choose one to start") : l10n.t("choose one to prepare its command");
  const match = await chooseModel(parts, { filter, purpose });
  if (match === undefined) {
    return undefined;
  }
  // The device of an experimental entry is left out: its own is not the one that it would run on here.
  const device = match.experimental === null ? match.device_type : null;
  return (await agreed(match, how)) ? serve(parts, how, match.model_id, device) : undefined;
}

export function serve(parts: Parts, how: How, model: string, device: string | null): Promise<Served | undefined> {
  // A name alone never means an entry of another device; the id of one says so by itself.
  return serveAs(parts, how, { model, device, shell: parts.terminals.shell("server"), experimental: false });
}

async function serveAs(parts: Parts, how: How, params: CommandParams): Promise<Served | undefined> {
  const { log, run, sidecar, terminals } = parts;
  const prepared = await sidecar.request("tenstorrent/server/prepare", params);
  const { command, port } = prepared;
  log.info(`serving command for ${command.model_id}:\n${command.text}`);
  for (const note of command.notes) {
    log.info(`note: ${note}`);
  }
  if (how === "run" && prepared.obstacle !== null) {
    showFailure(prepared.obstacle, waysOut(parts, params, prepared));
    return undefined;
  }
  const terminal = await terminals.ready("server");
  // A shell that tells what it runs needs nothing in the command; any other one leaves its exit code in a file.
  const traces = terminal.shellIntegration === undefined ? await run.traces(port) : undefined;
  const { text } = traces === undefined ? command : await sidecar.request("tenstorrent/command", { ...params, traces });
  const placement = await (how === "run" ? terminals.run("server", text) : terminals.place("server", text));
  if (placement === "typed") {
    run.expect({ command, port, traces }, terminal);
    if (how === "stand") {
      say("info", placedText(command), actions(parts, command, params));
    }
  }
  return { command, placement };
}

/** What can be done about an obstacle, the most likely first. */
function waysOut(parts: Parts, params: CommandParams, { command, free_port: free, port }: PreparedServer): Action[] {
  const again = (change: Partial<CommandParams>) => serveAs(parts, "run", { ...params, ...change });
  const ways: Action[] = [];
  // Ending any other server would leave the port as taken as it is.
  const there = stoppable(parts.servers.latest).find((server) => server.port === port);
  if (free !== null && there !== undefined) {
    const stopAndStart = async () => ((await stopServer(parts, there.url)) ? serveAs(parts, "run", params) : undefined);
    ways.push({ title: l10n.t("Stop {0} and Start", there.name), run: stopAndStart });
  }
  if (free !== null) {
    const choices = { ...params.choices, port: free } as CommandParams["choices"] & object;
    ways.push({ title: l10n.t("Use Port {0}", free), run: () => again({ choices }) });
  } else if (needsFiles(command)) {
    const writeAndStart = () => writeFiles(parts, params).then(() => serveAs(parts, "run", params));
    ways.push({ title: l10n.t("Write Its Files and Start"), run: writeAndStart });
  } else {
    ways.push(commandAction(l10n.t("Set It Up"), "tenstorrent.setUpModel", command.model_id));
  }
  return ways;
}

/** What one may want before Enter: to run it, to know why, and to have the files that the command refers to. */
function actions(parts: Parts, command: ServeCommand, params: CommandParams): Action[] {
  const start = command.simulated === null ? [{ title: l10n.t("Start"), run: () => serveAs(parts, "run", params) }] : [];
  const write = needsFiles(command)
    ? [{ title: l10n.t("Write Its Files"), run: () => writeFiles(parts, params) }]
    : start;
  const explain = async () => {
    await parts.documents.preview(l10n.t("Why these values"), explainCommand(command), true);
    // A pressed button takes the message away, and with it the other one.
    if (write.length > 0) {
      say("info", placedText(command), write);
    }
  };
  return [...write, { title: l10n.t("Explain"), run: explain }];
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

async function agreed(match: Match, how: How): Promise<boolean> {
  const question = caution(match, how === "run");
  if (question === undefined) {
    return true;
  }
  const { message, detail, button } = question;
  return (await window.showWarningMessage(message, { modal: true, detail }, button)) === button;
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
