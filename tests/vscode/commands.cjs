/** Every command that asks nothing and harms nothing, run on a simulated box that has neither tt-metal nor a server. */
const assert = require("node:assert/strict");
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const vscode = require("vscode");
const { test, until } = require("./runner.cjs");

const scratchpad = (name) => join(process.env.HOME, "tt-scratchpad", name);
const run = (name, ...args) => vscode.commands.executeCommand(`tenstorrent.${name}`, ...args);
const names = () => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

/** Declares the tests; `api()` is what the extension exports. */
exports.commandTests = (api) => {
  test("templates are copied and opened by their commands, old ids included", async () => {
    const files = {
      createChatScriptDirect: "tt-chat-direct.py",
      createChatScript: "tt-chat-direct.py",
      createApiServerDirect: "tt-api-server-direct.py",
      createApiServer: "tt-api-server-direct.py",
      installFlask: "tt-api-server-direct.py",
      createCodingAssistantScript: "tt-coding-assistant.py",
      createForgeClassifier: "tt-forge-classifier.py",
    };
    for (const [command, file] of Object.entries(files)) {
      const template = await run(command);
      assert.ok(template.files.some(({ path }) => path === scratchpad(file)), command);
      assert.ok(existsSync(scratchpad(file)), command);
      assert.ok(names().includes(file), command);
    }
    assert.equal((await run("createFromTemplate", "rag-folder")).id, "rag-folder");
  });

  test("files prove their steps, and the proofs can be taken along", async () => {
    assert.equal(await run("createCookbookProjects"), true);
    assert.equal(await run("copyBountyChecklist"), scratchpad("bounty-checklist.md"));
    const { proofs } = JSON.parse(await run("exportProgress"));
    const steps = proofs.map(({ step }) => step);
    assert.ok(steps.includes("metalium-cookbook") && steps.includes("bounty-program"), steps.join(" "));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  test("what cannot be done here fails in words, and proves nothing", async () => {
    // No server, no checkout, no environment.
    for (const command of ["testVllmCurl", "testVllmOpenai", "testJukeboxCurl", "testJukeboxOpenai", "startCodingAssistant", "launchTtnnTutorials", "exploreProgrammingExamples", "verifyCodingModel"]) {
      assert.equal(await run(command), undefined, command);
    }
    for (const command of ["verifyJukeboxEnv", "undoEditorSetup"]) {
      assert.equal(await run(command), false, command);
    }
    const { steps } = await api().sidecar.request("tenstorrent/progress", { action: "get" });
    const done = steps.filter((step) => step.done).map(({ id }) => id);
    for (const step of ["verify-installation", "api-server", "coding-assistant", "explore-metalium", "forge-image-classification"]) {
      assert.ok(!done.includes(step), step);
    }
  });

  test("a command that ends badly in the terminal is no success", async () => {
    for (const command of ["verifyInstallation", "installInferenceDeps", "testForgeInstall"]) {
      assert.equal(await run(command), false, command);
    }
    assert.deepEqual(vscode.window.terminals.filter(({ name }) => name === "Tenstorrent").length, 1);
  });

  test("pages and places open", async () => {
    assert.equal(await run("copyJukebox"), api().sidecar.binary().path);
    await run("showFaq");
    // The next page takes its place, so it is looked for first.
    await until("the questions and answers", names, (open) => open.some((name) => name.startsWith("Questions and Answers")));
    for (const command of ["showWelcome", "refreshOverview", "buildForgeFromSource", "showCommandMenu"]) {
      await run(command);
    }
    await until("the welcome", names, (open) => open.includes("Welcome"));
    await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  });
};
