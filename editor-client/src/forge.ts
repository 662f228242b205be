/**
 * TT-Forge in an environment of its own, by the lines that the sidecar makes. It brings its own tt-metal, so they go without
 * the variables of another one.
 */
import { env, l10n, Uri } from "vscode";
import { lessonHere, runJob } from "./lesson-run";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";

const STEP = "forge-image-classification";
const SOURCES = "https://docs.tenstorrent.com/tt-xla/getting_started.html";

export async function installForge(parts: Parts): Promise<boolean> {
  const { forge_home: home, forge_install_command: line } = (await lessonHere(parts, STEP))?.values ?? {};
  return line !== undefined && home !== undefined && runJob(parts, {
    name: l10n.t("the installation of TT-Forge"),
    which: "main",
    line,
    done: l10n.t("TT-Forge is in {0}.", home),
    doneActions: [commandAction(l10n.t("Test the Installation"), "tenstorrent.testForgeInstall")],
  });
}

/** Also where no model of TT-Forge runs this says so first: the installation that a failed test offers would be refused. */
export async function testForge(parts: Parts): Promise<boolean> {
  const line = (await lessonHere(parts, STEP))?.values.forge_test_command;
  return line !== undefined && runJob(parts, {
    name: l10n.t("the test of TT-Forge"),
    which: "main",
    line,
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
