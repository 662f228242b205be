/** The scripts of the lessons: copied where they are missing, and run with the line that the sidecar has made for them. */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { commands, l10n, window } from "vscode";
import { told } from "./failure";
import { hint, lessonHere, openLesson, runJob, showTerminal, type Job } from "./lesson-run";
import { commandAction, say, type Action } from "./message";
import type { Parts } from "./parts";
import { answering, posting } from "./server-trials";
import { answers } from "./server-text";
import { copyTemplate, openFile } from "./templates";
import { quote } from "./terminal-state";
import type { Placement } from "./terminals";

/** The example of tt-metal that the sidecar runs on the board; the same call runs other modules of its Python. */
const VERIFY_MODULE = "ttnn.examples.usage.run_op_on_device";
const INFERENCE_NEEDS = "models/tt_transformers/requirements.txt";
const CODE_OF_CTRL_C = 130;
const QUESTIONS = ["What is a tensor?", "What does a compiler do?", "Why is the sky blue?"] as const;
/** The picture that stands in the lesson's call of the classifier. */
const EXAMPLE_PICTURE = /\bpicture\.jpg$/;
const SAMPLE_PICTURE = "a lighthouse at night, in the style of an old postcard";

export async function verifyInstallation(parts: Parts): Promise<boolean> {
  const lesson = await lessonHere(parts, "verify-installation");
  const line = lesson?.values.verify_command;
  return line !== undefined && runJob(parts, {
    name: l10n.t("the check of tt-metal"),
    which: "main",
    line,
    step: "verify-installation",
    done: l10n.t("tt-metal works on this board."),
    actions: [setUpModel()],
  });
}

/** What the model code of tt-metal imports beyond tt-metal itself, put into the same Python. */
export async function installInferenceDeps(parts: Parts): Promise<boolean> {
  const lesson = await lessonHere(parts, "verify-installation");
  const line = lesson?.values.verify_command;
  return line !== undefined && runJob(parts, {
    name: l10n.t("the installation of the packages"),
    which: "main",
    line: line.replace(VERIFY_MODULE, `pip install --requirement ${INFERENCE_NEEDS}`),
    done: l10n.t("The packages are in the Python of tt-metal."),
    actions: [setUpModel()],
  });
}

/** A conversation in the terminal, without a server. With a question it asks that one and ends. */
export async function startChat(parts: Parts, job: Pick<Job, "name" | "step" | "hintOf" | "done">, question?: string): Promise<boolean> {
  const lesson = await lessonHere(parts, "interactive-chat");
  const line = lesson?.values.script_command;
  if (line === undefined) {
    return false;
  }
  await copyTemplate(parts, "chat-direct");
  const more = question === undefined ? "" : ` --prompt ${quote(question)}`;
  // A program that holds the board belongs where servers run: only one of them can.
  return runJob(parts, { ...job, which: "server", line: line + more, actions: [commandAction(l10n.t("Open the Script"), "tenstorrent.createChatScriptDirect")] });
}

export const chatInTerminal = (parts: Parts): Promise<boolean> =>
  startChat(parts, { name: l10n.t("the chat"), step: "interactive-chat", done: l10n.t("The chat has ended well.") });

export const inferOnce = (parts: Parts): Promise<boolean> =>
  startChat(
    parts,
    {
      name: l10n.t("the inference"),
      step: "download-model",
      hintOf: "interactive-chat",
      done: l10n.t("The model has answered. The answer stands in the terminal."),
    },
    QUESTIONS[0],
  );

/** It runs until somebody stops it, so nothing is proved here: the questions to it do that. */
export async function startApiServer(parts: Parts): Promise<Placement | undefined> {
  const lesson = await lessonHere(parts, "api-server");
  const line = lesson?.values.script_command;
  if (line === undefined) {
    return undefined;
  }
  await copyTemplate(parts, "api-server-direct");
  const placement = await parts.terminals.run("server", line);
  if (placement === "typed") {
    say("info", l10n.t("It loads the model now, which takes minutes. When it says that it listens, ask it."), [
      commandAction(l10n.t("Ask It Once"), "tenstorrent.testApiBasicDirect"),
    ]);
    void told(tellFailedStart(parts));
  }
  return placement;
}

/** A server that ends by itself has failed, and the person may look elsewhere by then. */
async function tellFailedStart(parts: Parts): Promise<void> {
  const end = await parts.terminals.commandEnd("server");
  const code = end?.kind === "ended" ? end.exitCode : undefined;
  if (code !== undefined && code !== 0 && code !== CODE_OF_CTRL_C) {
    const why = await hint(parts, { which: "server" });
    say("warning", l10n.t("Your server has ended with exit code {0}. {1}", code, why), [showTerminal(parts, "server"), openLesson("api-server")]);
  }
}

/** Asks that server, once or several times. */
export async function askApiServer(parts: Parts, times: number): Promise<boolean> {
  const lesson = await lessonHere(parts, "api-server");
  const port = lesson?.values.api_port;
  if (port === undefined) {
    return false;
  }
  const asked = QUESTIONS.slice(0, times).map((prompt) =>
    posting(`http://127.0.0.1:${port}/chat`, { prompt }).map(quote).join(" "),
  );
  return runJob(parts, {
    name: l10n.t("the question to your server"),
    which: "main",
    line: asked.join(" && "),
    step: "api-server",
    done: l10n.t("Your server has answered. The answer stands in the terminal."),
    actions: [commandAction(l10n.t("Start the Server"), "tenstorrent.startApiServerDirect")],
  });
}

export async function startCodingAssistant(parts: Parts): Promise<boolean> {
  if ((await lessonHere(parts, "coding-assistant")) === undefined) {
    return false;
  }
  const server = await answering(parts);
  const { files } = await copyTemplate(parts, "coding-assistant");
  return runJob(parts, {
    name: l10n.t("the coding assistant"),
    which: "main",
    line: ["python3", files[0]?.path ?? "", "--server", server.url].map(quote).join(" "),
    step: "coding-assistant",
    done: l10n.t("The coding assistant has ended well."),
    actions: [commandAction(l10n.t("Open the Script"), "tenstorrent.createCodingAssistantScript")],
  });
}

export const samplePicture = (parts: Parts): Promise<boolean> => picture(parts, SAMPLE_PICTURE);

/** Asks for a sentence and makes its picture, until nothing is typed. */
export async function picturesFromWords(parts: Parts): Promise<boolean> {
  let made = false;
  for (;;) {
    const words = await window.showInputBox({ title: l10n.t("A Picture"), prompt: l10n.t("What shall it show? Nothing ends it."), ignoreFocusOut: true });
    if (words === undefined || words.trim() === "" || !(await picture(parts, words.trim()))) {
      return made;
    }
    made = true;
  }
}

async function picture(parts: Parts, words: string): Promise<boolean> {
  const lesson = await lessonHere(parts, "image-generation");
  const model = lesson?.model_id;
  if (model === undefined || model === null) {
    return false;
  }
  const { servers } = await parts.servers.look();
  const server = servers.find(({ life, model_id, source }) => answers(life) && (model_id === model || source === "setting"));
  if (server === undefined) {
    say("info", l10n.t("Pictures come from the server of an image model, which is started first. Press the button again when it answers."));
    await commands.executeCommand("tenstorrent.startServer", model);
    return false;
  }
  const { files } = await copyTemplate(parts, "image-gen");
  const script = files[0]?.path ?? "";
  const out = join(dirname(script), `picture-${new Date().toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}`);
  const made = async () => {
    const names = await readdir(dirname(out)).catch(() => []);
    return names.filter((name) => name.startsWith(`${basename(out)}-`)).map((name) => join(dirname(out), name));
  };
  const done = await runJob(parts, {
    name: l10n.t("the script for pictures"),
    which: "main",
    line: ["python3", script, words, "--url", server.url, "--out", out].map(quote).join(" "),
    step: "image-generation",
    files: made,
    done: l10n.t("The picture is in {0}.", dirname(out)),
  });
  const [first] = done ? await made() : [];
  if (first !== undefined) {
    await openFile(first);
  }
  return done;
}

/** Classifies the picture that it is called with, or the one that the person chooses. */
export async function classify(parts: Parts, path: unknown): Promise<boolean> {
  const lesson = await lessonHere(parts, "forge-image-classification");
  const line = lesson?.values.script_command;
  const picture = line === undefined || typeof path === "string" ? path : await choosePicture();
  if (line === undefined || typeof picture !== "string") {
    return false;
  }
  await copyTemplate(parts, "forge-classifier");
  return runJob(parts, {
    name: l10n.t("the classifier"),
    which: "main",
    line: line.replace(EXAMPLE_PICTURE, () => quote(picture)),
    step: "forge-image-classification",
    done: l10n.t("The classifier has said what the picture shows."),
    actions: [commandAction(l10n.t("Install TT-Forge"), "tenstorrent.installForge")],
  });
}

async function choosePicture(): Promise<string | undefined> {
  const chosen = await window.showOpenDialog({
    title: l10n.t("Which picture shall be classified?"),
    openLabel: l10n.t("Classify"),
    filters: { [l10n.t("Pictures")]: ["png", "jpg", "jpeg", "webp", "bmp", "gif"] },
  });
  return chosen?.[0]?.fsPath;
}

function setUpModel(): Action {
  return commandAction(l10n.t("Set Up a Model"), "tenstorrent.setUpModel");
}
