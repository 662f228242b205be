/** The slash commands of the chat: what the sidecar knows, with buttons that do the thing. */
import { l10n, type CancellationToken, type ChatFollowup, type Command } from "vscode";
import { showFailureIn } from "./chat-answer";
import type { Attachment } from "./chat-messages";
import type { Reply } from "./chat-reply";
import { hostText } from "./host-text";
import { codeBlock, escape } from "./markdown";
import type { Chosen } from "./model-info";
import type { Parts } from "./parts";
import { pickerTitle, row, sections } from "./picker-items";
import type { Match, MatchList, ServerState } from "./protocol";
import { answers, mainServer } from "./server-text";

/** What a slash command works with. */
export interface Asked {
  readonly parts: Parts;
  /** What stands behind the command. */
  readonly words: string;
  readonly attachments: readonly Attachment[];
  /** The model that the person has chosen in the picker; undefined for whichever runs. */
  readonly chosen: Chosen | undefined;
  readonly reply: Reply;
  readonly token: CancellationToken;
}

export type FollowUps = readonly ChatFollowup[];

/** So many models are named; the picker has them all. */
const SHOWN = 8;
const BUTTONS = 3;

export async function status({ parts, reply, token }: Asked): Promise<FollowUps> {
  reply.progress(l10n.t("Looking at the devices and servers"));
  const [host, state] = await Promise.all([
    parts.sidecar.request("tenstorrent/probe", { refresh: false }, token),
    parts.servers.look(token),
  ]);
  // The tooltip is the sidecar's own Markdown, in which every name is escaped.
  reply.markdown(`${escape(hostText(host).text)}\n\n${state.tooltip}\n\n`);
  serverButtons(state).forEach((command) => { reply.button(command); });
  return [followUp("match", l10n.t("What runs here?")), followUp("doctor", l10n.t("Is anything wrong?"))];
}

/** What one does with a server as it is. */
function serverButtons(state: ServerState): Command[] {
  const server = mainServer(state);
  if (server === undefined) {
    return [button(l10n.t("Start a Model Server"), "startServer")];
  }
  const log = server.log === null ? [] : [button(l10n.t("Open Server Log"), "openServerLog")];
  const stop = server.can_stop ? [button(l10n.t("Stop Server"), "stopServer")] : [];
  const use = answers(server.life)
    ? [button(l10n.t("Copy Endpoint"), "copyEndpoint"), button(l10n.t("Benchmark"), "runBenchmark")]
    : [];
  return [...use, ...log, ...stop];
}

export async function match({ parts, words, reply, token }: Asked): Promise<FollowUps> {
  reply.progress(l10n.t("Looking at the box and the catalog"));
  const list = await find(parts, words, token, SHOWN);
  if (list.matches.length === 0) {
    reply.markdown(l10n.t("No model for {0}.", escape(list.product ?? l10n.t("this machine"))));
    reply.button(button(l10n.t("List All Models"), "listJukeboxModels"));
    return [followUp("match", l10n.t("All models for this box")), followUp("doctor", l10n.t("Is anything wrong?"))];
  }
  const lines = sections(list.matches).flatMap(({ title, matches }) => [
    `**${title}**\n`,
    ...matches.map((entry) => {
      const { label, description, detail } = row(entry);
      return `- **${escape(label)}** ${escape(description)}  \n  ${escape(detail)}`;
    }),
    "",
  ]);
  reply.markdown(`${escape(pickerTitle(list))}\n\n${lines.join("\n")}\n`);
  list.matches.slice(0, BUTTONS).forEach((entry) => { reply.button(nextButton(entry)); });
  reply.button(button(l10n.t("List All Models"), "listJukeboxModels"));
  const [best] = list.matches;
  return best === undefined ? [] : [followUp("serve", l10n.t("How is {0} served?", best.model_name), best.model_name)];
}

export async function serve(asked: Asked): Promise<FollowUps> {
  const { parts, reply, token } = asked;
  const best = await chosen(asked, ({ command, readiness }) => command && readiness !== "does_not_fit");
  if (best === undefined) {
    return [followUp("match", l10n.t("What runs here?"))];
  }
  const params = { model: best.model_id, device: null, shell: parts.terminals.shell("server"), experimental: false };
  const command = await parts.sidecar.request("tenstorrent/command", params, token);
  const server = mainServer(parts.servers.latest);
  const busy = server === undefined ? "" : `${l10n.t("{0} runs at {1}.", escape(server.name), escape(server.url))} `;
  const says = l10n.t("The command that serves {0} on {1}:", escape(command.model_name), escape(command.device_type));
  reply.markdown(`${busy}${says}\n\n${codeBlock(command.text, "sh")}\n\n`);
  reply.markdown([...best.reasons, ...command.notes].map((note) => `- ${escape(note)}`).join("\n"));
  if (best.readiness !== "ready") {
    reply.button(setUpButton(best));
  }
  reply.button(button(l10n.t("Put It into the Terminal"), "startVllmServer", best.model_id));
  if (command.simulated === null && best.readiness === "ready") {
    reply.button(button(l10n.t("Start It"), "startServer", best.model_id));
  }
  return [followUp("explain", l10n.t("Why these values?"), best.model_name), followUp("status", l10n.t("What runs now?"))];
}

export async function setUp(asked: Asked): Promise<FollowUps> {
  const { parts, reply, token } = asked;
  const best = await chosen(asked, ({ readiness }) => readiness === "needs_setup" || readiness === "needs_download");
  if (best === undefined) {
    return [followUp("match", l10n.t("What runs here?"))];
  }
  const device = best.experimental === null ? best.device_type : null;
  const plan = await parts.sidecar.request("tenstorrent/setup/plan", { model: best.model_id, device }, token);
  const left = plan.steps.filter(({ done }) => !done);
  const title = l10n.t("{0} on {1}: {2} of {3} steps are done.", escape(plan.model_name), escape(plan.device_type), plan.steps.length - left.length, plan.steps.length);
  const steps = plan.steps.map(({ done, title: name }) => `- ${done ? "✓" : "○"} ${escape(name)}`);
  reply.markdown(`${title}\n\n${steps.join("\n")}\n\n`);
  const obstacles = plan.obstacles.filter(({ blocking }) => blocking);
  if (obstacles.length > 0) {
    const list = obstacles.map(({ what, next }) => `- **${escape(what)}.** ${escape(next)}`);
    reply.markdown(`${l10n.t("This stands in the way:")}\n\n${list.join("\n")}\n\n`);
  }
  reply.button(left.length === 0 ? nextButton({ ...best, readiness: "ready" }) : setUpButton(best));
  return [followUp("serve", l10n.t("How is it served?"), best.model_name)];
}

export async function doctor({ parts, reply, token }: Asked): Promise<FollowUps> {
  reply.progress(l10n.t("Examining this machine"));
  const { findings } = await parts.sidecar.request("tenstorrent/doctor", {}, token);
  const open = findings.filter(({ severity }) => severity === "error" || severity === "warning");
  const shown = open.slice(0, SHOWN).map(({ severity, title, evidence, next }) => {
    const mark = severity === "error" ? l10n.t("Error") : l10n.t("Warning");
    return `- **${mark}: ${escape(title)}**  \n  ${escape(evidence)}  \n  ${escape(next)}`;
  });
  const more = open.length > SHOWN ? `\n\n${l10n.t("{0} more stand in the report.", open.length - SHOWN)}` : "";
  reply.markdown(open.length === 0 ? l10n.t("Nothing is wrong with this machine.") : `${shown.join("\n")}${more}\n\n`);
  reply.button(button(l10n.t("Open the Report"), "doctor"));
  return [followUp("status", l10n.t("What is in this box?")), followUp("match", l10n.t("What runs here?"))];
}

/** Says what to start when nothing answers, with the one button that gets there. */
export async function nothingServes({ parts, reply, token }: Asked, state: ServerState): Promise<FollowUps> {
  const server = mainServer(state);
  if (server !== undefined) {
    reply.markdown(`${l10n.t("No model answers yet.")}\n\n${state.tooltip}\n\n`);
    if (server.wants_key) {
      reply.button(button(l10n.t("Set Server Key"), "setServerKey"));
      return [followUp("status", l10n.t("What runs now?"))];
    }
    reply.button(server.log === null ? button(l10n.t("Show Servers"), "showServerActions") : button(l10n.t("Open Server Log"), "openServerLog"));
    return [followUp("status", l10n.t("How far is it?"))];
  }
  const list = await find(parts, "", token, null);
  const best = ["ready", "needs_download", "needs_setup"].flatMap((readiness) =>
    list.matches.filter((entry) => entry.readiness === readiness && entry.command && entry.tasks.includes("chat")),
  )[0];
  if (best === undefined) {
    reply.markdown(l10n.t("No model answers, and none for {0} is ready to be served.", escape(list.product ?? l10n.t("this machine"))));
    reply.button(button(l10n.t("Doctor"), "doctor"));
    return [followUp("doctor", l10n.t("Is anything wrong?"))];
  }
  const text =
    best.readiness === "ready"
      ? l10n.t("No model answers yet. {0} is ready to be served on {1}.", `**${escape(best.model_name)}**`, escape(best.device_type))
      : l10n.t("No model answers yet. {0} fits on {1} and can be set up.", `**${escape(best.model_name)}**`, escape(best.device_type));
  reply.markdown(`${text}\n\n`);
  reply.button(nextButton(best));
  return [followUp("match", l10n.t("What else runs here?")), followUp("serve", l10n.t("How is it served?"), best.model_name)];
}

/** The model that the words mean, or the best one of this kind; without one it says so. */
async function chosen({ parts, words, reply, token }: Asked, fits: (match: Match) => boolean): Promise<Match | undefined> {
  reply.progress(l10n.t("Looking at the box and the catalog"));
  const list = await find(parts, words, token, null);
  const best = list.matches.find((entry) => entry.experimental === null && fits(entry)) ?? (words === "" ? undefined : list.matches[0]);
  if (best === undefined) {
    showFailureIn(reply, {
      kind: "no_match",
      what: l10n.t("There is no such model"),
      why: words === "" ? l10n.t("none for this machine needs it") : l10n.t("none for this machine has `{0}` in its name", words),
      next: l10n.t("The list has every model with the reasons."),
    });
    reply.button(button(l10n.t("List All Models"), "listJukeboxModels"));
  }
  return best;
}

function find({ sidecar }: Parts, words: string, token: CancellationToken, limit: number | null): Promise<MatchList> {
  const query = words === "" ? null : words.slice(0, 200);
  return sidecar.request("tenstorrent/match", { query, task: null, experimental: words !== "", limit, all: false }, token);
}

/** The next step towards an answer of this model. */
function nextButton(entry: Match): Command {
  switch (entry.readiness) {
    case "ready":
      return button(l10n.t("Prepare {0}", entry.model_name), "startVllmServer", entry.model_id);
    case "needs_download":
    case "needs_setup":
      return setUpButton(entry);
    default:
      return button(l10n.t("About {0}", entry.model_name), "showModel", entry.model_id);
  }
}

function setUpButton({ model_id: id, model_name: name }: Match): Command {
  return button(l10n.t("Set Up {0}", name), "setUpModel", id);
}

export function button(title: string, id: string, ...args: string[]): Command {
  return { title, command: `tenstorrent.${id}`, arguments: args };
}

export function followUp(command: string, label: string, prompt = ""): ChatFollowup {
  return { command, label, prompt };
}

