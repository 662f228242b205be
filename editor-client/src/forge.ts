/**
 * TT-Forge in an environment of its own. It brings its own tt-metal and takes the wrong one where TT_METAL_HOME or
 * TT_METAL_VERSION are set, so every call goes without them.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { env, l10n, Uri } from "vscode";
import { lessonHere, runJob } from "./lesson-run";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";
import { quote } from "./terminal-state";

const STEP = "forge-image-classification";
const WITHOUT_METAL = ["env", "-u", "TT_METAL_HOME", "-u", "TT_METAL_VERSION"] as const;
/** Where Tenstorrent publishes its wheels: docs.tenstorrent.com/tt-xla, "Getting Started". */
const INDEX = "https://pypi.eng.aws.tenstorrent.com/";
/** The plugin brings torch and torch_xla; the classifier reads pictures with the others. */
const PACKAGES = ["pjrt-plugin-tt", "torchvision", "pillow"] as const;
const SOURCES = "https://docs.tenstorrent.com/tt-xla/getting_started.html";
const SAY_VERSION = "import importlib.metadata as m, torch_xla; print('TT-Forge is here: pjrt-plugin-tt', m.version('pjrt-plugin-tt'))";

function folder(): string {
  return join(homedir(), "tt-forge-venv");
}

function python(): string {
  return join(folder(), "bin", "python");
}

export async function installForge(parts: Parts): Promise<boolean> {
  if ((await lessonHere(parts, STEP)) === undefined) {
    return false;
  }
  const make = ["python3", "-m", "venv", folder()];
  const install = [...WITHOUT_METAL, python(), "-m", "pip", "install", "--extra-index-url", INDEX, ...PACKAGES];
  return runJob(parts, {
    name: l10n.t("the installation of TT-Forge"),
    which: "main",
    line: [make, install].map((words) => words.map(quote).join(" ")).join(" && "),
    done: l10n.t("TT-Forge is in {0}.", folder()),
    doneActions: [commandAction(l10n.t("Test the Installation"), "tenstorrent.testForgeInstall")],
  });
}

export async function testForge(parts: Parts): Promise<boolean> {
  // Where no model of TT-Forge runs, the installation that a failed test offers is refused.
  return (await lessonHere(parts, STEP)) !== undefined && runJob(parts, {
    name: l10n.t("the test of TT-Forge"),
    which: "main",
    line: [...WITHOUT_METAL, python(), "-c", SAY_VERSION].map(quote).join(" "),
    done: l10n.t("TT-Forge can be imported. Its version stands in the terminal."),
    actions: [install()],
  });
}

/** Building it took an afternoon, and the wheels made that needless. */
export function buildForge(): void {
  say("info", l10n.t("TT-Forge need not be built any more: wheels are published. Building is for those who change the compiler."), [
    install(),
    { title: l10n.t("How to Build It"), run: () => env.openExternal(Uri.parse(SOURCES)) },
  ]);
}

function install() {
  return commandAction(l10n.t("Install TT-Forge"), "tenstorrent.installForge");
}
