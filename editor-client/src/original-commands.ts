/**
 * The commands of the extension that this one follows, by their ids: what they do today. A command that the years made
 * wrong does the right thing of today and says so in one message. Those that every face shares are in `commands.ts`.
 */
import { commands, env, l10n, Uri, window, workspace } from "vscode";
import { askTenstorrent, canChat } from "./ask";
import type { Handler } from "./commands";
import { setHuggingFaceToken } from "./hub-token";
import { tokenText } from "./hub-token-text";
import type { LessonAction } from "./lesson-actions";
import { resetProgress } from "./lesson-progress";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";
import { chooseModel } from "./picker";
import { callOf } from "./program";
import { pickAndServe } from "./serve";
import { answers } from "./server-text";
import { setUp } from "./setup";

const BOUNTIES = "https://github.com/tenstorrent/tt-metal/issues?q=is%3Aissue%20state%3Aopen%20label%3Abounty";
const MODELS = "https://github.com/tenstorrent/tt-metal/tree/main/models";

const setUpInstead = (): string =>
  l10n.t("Nobody clones and builds by hand any more: the setup of a model brings its own tt-metal and vLLM, beside those of other models.");
const directInstead = (): string =>
  l10n.t("The older script loaded the model again for every question. This one keeps it loaded.");

/** What is called by an id of old, and what it does instead. Hidden from the palette: the target stands there. */
export const INSTEAD: Readonly<Record<string, { readonly target: string; readonly why?: () => string }>> = {
  cloneTTMetal: { target: "setUpModel", why: setUpInstead },
  setupEnvironment: { target: "setUpModel", why: setUpInstead },
  updateTTMetal: { target: "setUpModel", why: setUpInstead },
  cloneVllm: { target: "setUpModel", why: setUpInstead },
  installVllm: { target: "setUpModel", why: setUpInstead },
  runJukeboxSetup: {
    target: "setUpModel",
    why: () => l10n.t("There is no script to run any more: the setup shows its plan, runs it here and carries on where it stopped."),
  },
  runVllmOffline: {
    target: "startVllmServer",
    why: () => l10n.t("vLLM without a server answered one batch and ended. Here its server is prepared, and asked afterwards."),
  },
  startJukeboxVllm: { target: "startVllmServer" },
  createChatScript: { target: "createChatScriptDirect", why: directInstead },
  startChatSession: { target: "startChatSessionDirect", why: directInstead },
  createApiServer: { target: "createApiServerDirect", why: directInstead },
  startApiServer: { target: "startApiServerDirect", why: directInstead },
  testApiBasic: { target: "testApiBasicDirect" },
  testApiMultiple: { target: "testApiMultipleDirect" },
  installFlask: {
    target: "createApiServerDirect",
    why: () => l10n.t("Flask is not needed: the server is made of Python's own modules."),
  },
  testJukeboxOpenai: { target: "testVllmOpenai" },
  testJukeboxCurl: { target: "testVllmCurl" },
  monitorJukeboxPv: {
    target: "runBenchmark",
    why: () => l10n.t("pv counted lines of a stream. The benchmark counts tokens, and how long the first one takes."),
  },
};

const instead = Object.fromEntries(
  Object.entries(INSTEAD).map(([id, { target, why }]) => [
    `tenstorrent.${id}`,
    (_parts: Parts, ...args: unknown[]) => {
      if (why !== undefined) {
        say("info", why());
      }
      return commands.executeCommand(`tenstorrent.${target}`, ...args);
    },
  ]),
);

/** What only lessons need is loaded when one of their buttons is pressed. */
export const later = (name: LessonAction, ...first: readonly unknown[]): Handler => async (parts, ...args) => {
  const { LESSON_ACTIONS } = await import("./lesson-actions");
  const action: Handler = LESSON_ACTIONS[name];
  return action(parts, ...first, ...args);
};
const create = (id: string): Handler => later("createFromTemplate", id);
const browse = (page: string): Handler => () => env.openExternal(Uri.parse(page, true));

export const ORIGINAL_COMMANDS: Readonly<Record<string, Handler>> = {
  ...instead,
  "tenstorrent.showCommandMenu": () => commands.executeCommand("workbench.action.quickOpen", ">Tenstorrent: "),
  "tenstorrent.showWelcome": showWelcome,
  "tenstorrent.resetProgress": resetProgress,
  "tenstorrent.verifyInstallation": later("verifyInstallation"),
  "tenstorrent.loginHuggingFace": login,
  "tenstorrent.downloadModel": download,
  "tenstorrent.runInference": later("inferOnce"),
  "tenstorrent.installInferenceDeps": later("installInferenceDeps"),
  "tenstorrent.createChatScriptDirect": create("chat-direct"),
  "tenstorrent.startChatSessionDirect": later("chatInTerminal"),
  "tenstorrent.createApiServerDirect": create("api-server-direct"),
  "tenstorrent.startApiServerDirect": later("startApiServer"),
  "tenstorrent.testApiBasicDirect": later("askApiServer", 1),
  "tenstorrent.testApiMultipleDirect": later("askApiServer", 3),
  "tenstorrent.testVllmOpenai": later("tryWithPython"),
  "tenstorrent.testVllmCurl": later("tryWithCurl"),
  "tenstorrent.enableChatParticipant": turnOnChat,
  "tenstorrent.startVllmForChat": serveForChat,
  "tenstorrent.testChat": (parts) => askTenstorrent(parts, l10n.t("What is a tensor? Answer in two sentences.")),
  "tenstorrent.generateRetroImage": later("samplePicture"),
  "tenstorrent.startInteractiveImageGen": later("picturesFromWords"),
  "tenstorrent.verifyCodingModel": verifyCodingModel,
  "tenstorrent.createCodingAssistantScript": create("coding-assistant"),
  "tenstorrent.startCodingAssistant": later("startCodingAssistant"),
  "tenstorrent.copyJukebox": showProgram,
  "tenstorrent.jukeboxFindChat": (parts) => pickAndServe(parts, "stand", "chat"),
  "tenstorrent.jukeboxSetupLlama": (parts) => setUp(parts, undefined, "llama"),
  "tenstorrent.verifyJukeboxEnv": verifyEnvironment,
  "tenstorrent.buildForgeFromSource": later("buildForge"),
  "tenstorrent.installForge": later("installForge"),
  "tenstorrent.testForgeInstall": later("testForge"),
  "tenstorrent.createForgeClassifier": create("forge-classifier"),
  "tenstorrent.runForgeClassifier": later("classify"),
  "tenstorrent.browseOpenBounties": browse(BOUNTIES),
  "tenstorrent.copyBountyChecklist": later("bountyChecklist"),
  "tenstorrent.launchTtnnTutorials": later("openTutorial"),
  "tenstorrent.browseModelZoo": browse(MODELS),
  "tenstorrent.exploreProgrammingExamples": later("openExample"),
  "tenstorrent.createCookbookProjects": later("createCookbook"),
};

/** The tree beside, the walkthrough in the middle. */
async function showWelcome(): Promise<void> {
  await commands.executeCommand("tenstorrent.overview.focus");
  await commands.executeCommand("tenstorrent.openWalkthrough");
}

/** Says whose token it is, and asks for one where there is none. */
async function login(parts: Parts): Promise<void> {
  const state = await parts.sidecar.request("tenstorrent/token", { check: true });
  if (state.source === null) {
    await setHuggingFaceToken(parts);
    return;
  }
  const { level, text } = tokenText(state);
  say(level, text, [commandAction(l10n.t("Set Another Token"), "tenstorrent.setHuggingFaceToken")]);
}

async function download(parts: Parts, model: unknown): Promise<unknown> {
  if (typeof model === "string") {
    return later("downloadWeights")(parts, model);
  }
  const chosen = await chooseModel(parts, { purpose: l10n.t("choose one to download") });
  return chosen === undefined ? false : later("downloadWeights")(parts, chosen.model_id, chosen.model_name);
}

/** Opens the switch of the chat where it is off, else the chat. Without a chat there are other ways to ask. */
async function turnOnChat(parts: Parts): Promise<void> {
  if (workspace.getConfiguration("chat").get("disableAIFeatures") === true) {
    await commands.executeCommand("workbench.action.openSettings", "chat.disableAIFeatures");
    say("info", l10n.t("The chat of this editor is switched off. Take the tick away from this setting to switch it on."));
  } else if (canChat()) {
    await askTenstorrent(parts, undefined);
  } else {
    say("warning", l10n.t("This editor has no chat that extensions can join. Questions can be asked without it."), [
      commandAction(l10n.t("Ask the Model That Runs"), "tenstorrent.askModel"),
    ]);
  }
}

async function serveForChat(parts: Parts): Promise<unknown> {
  const server = (await parts.servers.look()).servers.find(({ life }) => answers(life));
  if (server === undefined) {
    return pickAndServe(parts, "stand", "chat");
  }
  say("info", l10n.t("{0} answers already.", server.name), [
    commandAction(l10n.t("Ask @tenstorrent"), "tenstorrent.testChat"),
  ]);
  return server;
}

/** Whether a model that is good at code is here with all its files. */
async function verifyCodingModel({ sidecar }: Parts): Promise<string | undefined> {
  const asked = { query: null, task: "code", experimental: false, limit: null, all: false };
  const { matches } = await sidecar.request("tenstorrent/match", asked);
  const here = matches.find(({ weights }) => weights.state === "complete");
  if (here !== undefined) {
    say("info", l10n.t("{0} is here with all its files.", here.model_name));
    return here.model_id;
  }
  const name = matches[0]?.model_name;
  const text = name === undefined ? l10n.t("No model for code runs on this machine.") : l10n.t("No model for code is downloaded. {0} would do.", name);
  say("warning", text, name === undefined ? [] : [
    commandAction(l10n.t("Download It"), "tenstorrent.downloadModel", matches[0]?.model_id),
  ]);
  return undefined;
}

/** There is nothing to copy: the program comes with the extension. */
function showProgram({ sidecar, terminals }: Parts): string {
  const { path } = sidecar.binary();
  say("info", l10n.t("tt-jukebox comes with the extension: {0}", path), [
    { title: l10n.t("Copy Path"), run: () => env.clipboard.writeText(path) },
    { title: l10n.t("Show Its Help"), run: () => terminals.run("main", callOf(sidecar, "--help")) },
  ]);
  return path;
}

/** Compares an environment with what it should be: commits, build, packages, imports. */
async function verifyEnvironment(parts: Parts, name: unknown): Promise<unknown> {
  const { environments } = await parts.sidecar.request("tenstorrent/environments", {});
  if (environments.length === 0) {
    say("info", l10n.t("There is no environment yet. Setting up a model makes one."), [
      commandAction(l10n.t("Set Up a Model"), "tenstorrent.setUpModel"),
    ]);
    return false;
  }
  const rows = environments.map((one) => ({ label: one.name, description: `tt-metal ${one.metal} · vLLM ${one.vllm}` }));
  const title = l10n.t("Environments");
  const only = rows.length === 1 ? rows[0] : undefined;
  const chosen = typeof name === "string" ? name : (only ?? (await window.showQuickPick(rows, { title })))?.label;
  return chosen === undefined ? false : later("checkEnvironment")(parts, chosen);
}
