/** The commands that people and their scripts know from the extension before: all there, each with a handler and a name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMMANDS } from "../src/commands";
import { INSTEAD } from "../src/original-commands";
import type { Parts } from "../src/parts";
import { ran, shown } from "./vscode.stub";

/** The ids of Tenstorrent's developer extension 0.0.66. */
const ORIGINAL = `
  showCommandMenu showWelcome openWalkthrough resetProgress runHardwareDetection verifyInstallation setHuggingFaceToken
  loginHuggingFace downloadModel cloneTTMetal setupEnvironment runInference installInferenceDeps createChatScript
  startChatSession createApiServer installFlask startApiServer testApiBasic testApiMultiple createChatScriptDirect
  startChatSessionDirect createApiServerDirect startApiServerDirect testApiBasicDirect testApiMultipleDirect updateTTMetal
  cloneVllm installVllm runVllmOffline startVllmServer testVllmOpenai testVllmCurl startVllmForChat enableChatParticipant
  testChat generateRetroImage startInteractiveImageGen verifyCodingModel createCodingAssistantScript startCodingAssistant
  copyJukebox listJukeboxModels jukeboxFindChat jukeboxSearchLlama jukeboxSetupLlama runJukeboxSetup verifyJukeboxEnv
  startJukeboxVllm testJukeboxOpenai testJukeboxCurl monitorJukeboxPv buildForgeFromSource installForge testForgeInstall
  createForgeClassifier runForgeClassifier browseOpenBounties copyBountyChecklist launchTtnnTutorials browseModelZoo
  exploreProgrammingExamples createCookbookProjects resetDevice clearDeviceState showDeviceActions
`.trim().split(/\s+/).map((name) => `tenstorrent.${name}`);

const root = process.cwd();
const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));
const texts = read("package.nls.json") as Record<string, string>;
const { contributes } = read("package.json") as {
  contributes: {
    commands: { command: string; title: string; category: string; icon?: string }[];
    menus: Record<string, { command: string; when?: string; group?: string }[]>;
  };
};
const palette = new Map(contributes.menus.commandPalette?.map(({ command, when }) => [command, when]));
const MOST_SHOWN_ALWAYS = 45;

test("all sixty-six are there, each with a handler, a title and the category", () => {
  assert.equal(new Set(ORIGINAL).size, 66);
  for (const id of ORIGINAL) {
    assert.equal(typeof COMMANDS[id], "function", id);
    const declared = contributes.commands.find(({ command }) => command === id);
    assert.equal(declared?.category, "Tenstorrent", id);
    assert.ok((texts[declared.title.replaceAll("%", "")] ?? "").length > 3, id);
  }
});

test("what does something else today is hidden, and leads to a command that is there", () => {
  for (const [name, { target }] of Object.entries(INSTEAD)) {
    assert.equal(palette.get(`tenstorrent.${name}`), "false", name);
    assert.ok(COMMANDS[`tenstorrent.${target}`] !== undefined, target);
    assert.equal(INSTEAD[target], undefined, `${name} leads to ${target}, which leads on`);
  }
});

test("what does something else today says so once, and does it", async () => {
  for (const [name, { target, why }] of Object.entries(INSTEAD)) {
    shown.length = ran.length = 0;
    await COMMANDS[`tenstorrent.${name}`]?.({} as Parts, "argument");
    assert.deepEqual(shown, why === undefined ? [] : [why()], name);
    assert.deepEqual(ran, [{ id: `tenstorrent.${target}`, args: ["argument"] }]);
  }
});

test("the palette shows what is useful: no name twice, and not too many at once", () => {
  const visible = contributes.commands.filter(({ command }) => palette.get(command) !== "false");
  const names = visible.map(({ title }) => texts[title.replaceAll("%", "")]);
  assert.equal(new Set(names).size, names.length);
  const always = visible.filter(({ command }) => palette.get(command) === undefined);
  assert.ok(always.length <= MOST_SHOWN_ALWAYS, `${always.length} commands are always shown`);
});

test("menus name commands that are there, and what stands in a row has an icon", () => {
  for (const [place, rows] of Object.entries(contributes.menus)) {
    for (const { command, group = "" } of rows) {
      const declared = contributes.commands.find((one) => one.command === command);
      assert.ok(declared !== undefined, `${place}: ${command}`);
      assert.ok(!/^(inline|navigation)/.test(group) || declared.icon !== undefined, `${place}: ${command} has no icon`);
    }
  }
});
