/**
 * The buttons of lessons, from the click to the tick, on a simulated n150 with stand-in tools: what fails leaves its step
 * open with a hint, what ends well ticks it, a busy terminal is left alone, and what somebody has edited stays.
 */
import assert from "node:assert/strict";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 240_000 };
const VERIFY = "Verify the installation";
const CHECK = "Tenstorrent: Verify the Installation of tt-metal";
/** Stands in for the Python of tt-metal, for curl and so on: says how it was called, and ends as its mood says. */
const TOOL = `#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >> "$HOME/calls"
read -r code pause < "$HOME/mood"
sleep "\${pause:-0}"
echo "the stand-in ends with $code"
exit "$code"
`;

const session = useSession({ prepare });

function prepare({ home }) {
  const tools = join(home, "tools");
  const metal = join(home, "tt-metal");
  for (const folder of [tools, join(metal, "python_env/bin"), join(metal, "ttnn/tutorials/basic_python"), join(metal, "tt_metal/programming_examples/add")]) {
    mkdirSync(folder, { recursive: true });
  }
  for (const path of [join(tools, "curl"), join(metal, "python_env/bin/python")]) {
    writeFileSync(path, TOOL);
    chmodSync(path, 0o755);
  }
  writeFileSync(join(metal, "ttnn/tutorials/basic_python/add.py"), "import ttnn\n");
  writeFileSync(join(metal, "tt_metal/programming_examples/add/add.cpp"), "int main() {}\n");
  writeFileSync(join(home, "mood"), "0\n");
  // The terminal's shell finds its own PATH; this one it reads last.
  appendFileSync(join(home, ".bashrc"), `export PATH='${tools}':"$PATH"\n`);
}

const at = (name) => join(session.server.sandbox.home, name);
const mood = (text) => writeFileSync(at("mood"), `${text}\n`);
const calls = () => (existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : []);
const press = (name) => session.workbench.page.getByRole("button", { name, exact: true }).last().click();

/** Presses a button of a step in the walkthrough. */
async function pressStep(step, button) {
  const { workbench } = session;
  await workbench.openStep(step);
  await workbench.page.locator(".expanded .button-container .monaco-button:visible", { hasText: button }).first().click();
}

async function ticked(step, ms) {
  const { workbench } = session;
  await workbench.until(`the tick of ${step}`, () => workbench.tickedSteps(), (steps) => steps.includes(step), ms);
}

test("a check that fails leaves its step open, with the exit code and a hint", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  await workbench.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  mood("3");
  await pressStep(VERIFY, "Verify the Installation");
  const message = await workbench.message(/ended with exit code 3/);
  assert.match(message, /Set up a model first/);
  assert.deepEqual(await workbench.messageButtons(), ["Show Terminal", "Set Up a Model", "Open the Lesson"]);
  assert.ok(!(await workbench.tickedSteps()).includes(VERIFY));
  assert.match(calls().at(-1), /^python -m ttnn\.examples\.usage\.run_op_on_device$/);
  await workbench.screenshot("command-failed");
  await workbench.clearMessages();
});

test("the same check ends well, and ticks the step", LIMIT, async () => {
  const { workbench } = session;
  mood("0");
  await pressStep(VERIFY, "Verify the Installation");
  await workbench.message(/tt-metal works on this board/);
  await ticked(VERIFY);
  await workbench.screenshot("command-succeeded");
  await workbench.clearMessages();
});

test("a busy terminal is left alone, and nothing is proved", LIMIT, async () => {
  const { workbench } = session;
  mood("0 6");
  await workbench.runCommand(CHECK);
  await workbench.until("the call", calls, ({ length }) => length === 3);
  await workbench.runCommand(CHECK);
  await workbench.message(/is busy, so nothing was typed/);
  await workbench.message(/tt-metal works on this board/);
  assert.equal(calls().length, 3);
  mood("0");
  await workbench.clearMessages();
});

test("a question to the own server goes through curl, and ticks only when it is answered", LIMIT, async () => {
  const { workbench } = session;
  const step = "Your own HTTP server";
  mood("7");
  await pressStep(step, "Ask It Once");
  assert.match(await workbench.message(/ended with exit code 7/), /until the terminal says that it listens/);
  assert.ok(!(await workbench.tickedSteps()).includes(step));
  await workbench.clearMessages();
  mood("0");
  const before = calls().length;
  await pressStep(step, "Ask It Three Times");
  await workbench.message(/Your server has answered/);
  assert.equal(calls().length, before + 3);
  assert.match(calls().at(-1), /^curl --fail-with-body .* --data \{"prompt":"Why is the sky blue\?"\} http:\/\/127\.0\.0\.1:8090\/chat$/);
  await ticked(step);
  await workbench.clearMessages();
});

test("a script is copied and opened; an edited one stays until the person has seen the difference", LIMIT, async () => {
  const { workbench } = session;
  const script = at("tt-scratchpad/tt-chat-direct.py");
  await pressStep("Chat in the terminal, without a server", "Create the Chat Script");
  await workbench.message(/the script is in/);
  await workbench.until("the script", () => workbench.editorTabs(), (tabs) => tabs.includes("tt-chat-direct.py"));
  await workbench.clearMessages();
  appendFileSync(script, "# my own line\n");
  await pressStep("Chat in the terminal, without a server", "Create the Chat Script");
  await workbench.message(/You have edited .*tt-chat-direct\.py, so it was left alone/);
  assert.match(readFileSync(script, "utf8"), /# my own line\n$/);
  await press("Show Difference");
  await workbench.page.locator(".diff-editor, .monaco-diff-editor").first().waitFor();
  await workbench.message(/You have edited/);
  await workbench.screenshot("command-edited-script");
  await press("Replace, Keep Mine Aside");
  await workbench.message(/kept as .*\.bak/);
  assert.doesNotMatch(readFileSync(script, "utf8"), /my own line/);
  assert.match(readFileSync(`${script}.bak`, "utf8"), /# my own line\n$/);
  await workbench.clearMessages();
  await workbench.runCommand("View: Close All Editors");
});

test("a chat in the terminal: how it ends decides", LIMIT, async () => {
  const { workbench } = session;
  const step = "Chat in the terminal, without a server";
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  await workbench.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  mood("0");
  await pressStep(step, "Start the Chat");
  await workbench.message(/The chat has ended well/);
  assert.match(calls().at(-1), /^python \S+tt-chat-direct\.py --model \S+ --device N150$/);
  await ticked(step);
  assert.ok((await workbench.terminalNames()).includes("Tenstorrent Server"));
  await workbench.clearMessages();
});

test("the cookbook, the checklist and a tutorial tick by the files that they leave", LIMIT, async () => {
  const { workbench } = session;
  const opened = (name) => workbench.until(name, () => workbench.editorTabs(), (tabs) => tabs.includes(name));
  await pressStep("Cook with TT-Metalium", "Create the Projects");
  await opened("game_of_life.py");
  assert.ok(existsSync(at("tt-scratchpad/cookbook/mandelbrot.py")));
  await ticked("Cook with TT-Metalium");
  await pressStep("Bring up a model for a bounty", "Copy the Checklist");
  await opened("bounty-checklist.md");
  await ticked("Bring up a model for a bounty");
  await pressStep("Explore TT-Metalium", "Open the TT-NN Tutorials");
  await workbench.pick("add.py");
  await opened("add.py");
  assert.equal(readFileSync(at("tt-scratchpad/ttnn-tutorials/basic_python/add.py"), "utf8"), "import ttnn\n");
  await ticked("Explore TT-Metalium");
  await workbench.screenshot("command-files");
  await workbench.clearMessages();
});

test("a shell that tells nothing leaves the exit code in a file", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.runCommand("Terminal: Kill All Terminals");
  server.settings({ "terminal.integrated.shellIntegration.enabled": false });
  await workbench.page.waitForTimeout(1_000);
  for (const [code, said] of [[4, /ended with exit code 4/], [0, /tt-metal works on this board/]]) {
    mood(String(code));
    await workbench.runCommand(CHECK);
    await workbench.message(said, 40_000);
    await workbench.clearMessages();
  }
  server.settings({});
});

test("progress can be taken along, and forgotten after a question", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Export the Progress of the Lessons");
  const text = workbench.page.locator(".editor-instance .view-lines:visible").last();
  await workbench.until("the proofs", () => text.innerText(), (shown) => /"proofs"/.test(shown));
  await workbench.runCommand("View: Revert and Close Editor");
  await workbench.runCommand("Tenstorrent: Reset the Progress of the Lessons…");
  assert.match((await workbench.question()).detail, /other extensions/);
  await workbench.screenshot("command-reset-progress");
  await workbench.answer("Forget It");
  await workbench.message(/begin anew/);
  await workbench.runCommand("View: Close All Editors");
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  await workbench.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  await workbench.until("no tick", () => workbench.tickedSteps(), ({ length }) => length === 0);
  await workbench.runCommand("Tenstorrent: Questions and Answers");
  await workbench.until("the page", () => workbench.framedText(), (shown) => /Can I look around without a card/.test(shown));
  await workbench.screenshot("command-faq");
});
