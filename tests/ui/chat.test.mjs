/**
 * The chat in an editor that nobody has signed in to: `@tenstorrent` with and without a model, its slash commands and
 * their buttons, the model in the picker, and what a person reads when a server fails in any of its ways.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ChatView } from "./chat-view.mjs";
import { MODEL, ModelServer } from "./model-server.mjs";
import { writeSettings } from "./sandbox.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
const LLAMA = "Llama-3.1-8B-Instruct";
const KEY = "sesame-sesame-sesame";
/** Long enough to be seen on its way. */
const LONG =
  "This answer comes from a model server on this machine, word by word, as the server says it. Nothing of it has left " +
  "the box: the question went to the port of the server, and the words came back the same way, up to their";

const model = new ModelServer();
// The port is taken once, so that the server comes back where the settings look for it.
await model.start();
await model.stop();
after(() => model.stop());

const session = useSession({
  prepare: ({ env, project }) => {
    env.TT_JUKEBOX_PORT = String(model.port);
    writeFileSync(join(project, "build.log"), "configuring\ncp: error writing: No space left on device\n");
    writeFileSync(join(project, "weights.bin"), Buffer.from([1, 2, 0, 1, 2]));
  },
});
const chat = new ChatView(session);

const status = (pattern) =>
  session.workbench.until("the status bar", () => session.workbench.statusItem(), ({ text }) => pattern.test(text), 30_000);
const serving = () => status(new RegExp(`${MODEL} (ready|busy)`));
const alone = () => status(/n150 \(simulated\)$/i);
const shot = (name) => session.workbench.screenshot(`chat-${name}`);

test("without a server it says what to start, with one button that gets there", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({ "tenstorrent.monitor.interval": "live" });
  await alone();
  await chat.open();
  const answer = await chat.ask("@tenstorrent hello");
  assert.match(answer, new RegExp(`No model answers yet\\. ${LLAMA} fits on N150 and can be set up`));
  assert.deepEqual(await chat.buttons(), [`Set Up ${LLAMA}`]);
  await workbench.until("follow-ups", () => chat.followUps(), ({ length }) => length === 2);
  await shot("no-server");
  await chat.press("Set Up");
  await workbench.until("the plan", () => workbench.framedText(), (text) => text.includes(`Set up ${LLAMA}`));
  await shot("no-server-pressed");
  await workbench.clearMessages();
});

test("/status says what is there", LIMIT, async () => {
  const answer = await chat.ask("@tenstorrent /status");
  assert.match(answer, /N150 \(simulated\): 1 board, 1 chip\./);
  assert.match(answer, /No model server runs\./);
  assert.deepEqual(await chat.buttons(), ["Start a Model Server"]);
  await shot("status-without-server");
});

test("/match lists models, and a button sets one up or shows it", LIMIT, async () => {
  const answer = await chat.ask("@tenstorrent /match llama");
  assert.match(answer, /Models for N150 \(simulated\)[\s\S]*Needs Setup[\s\S]*Llama-3\.1-8B-Instruct/);
  assert.ok((await chat.buttons()).includes("List All Models"));
  await shot("match");
  await chat.press("List All Models");
  await session.workbench.row("Llama").waitFor();
  await session.workbench.page.keyboard.press("Escape");
  assert.match(await chat.ask("@tenstorrent /match no-such-model"), /No model is called "no-such-model"/);
  assert.deepEqual(await chat.buttons(), ["List All Models"]);
  await shot("match-nothing");
});

test("/serve shows the command, and a button puts it into the terminal", LIMIT, async () => {
  const { workbench } = session;
  const answer = await chat.ask(`@tenstorrent /serve ${LLAMA}`);
  assert.match(answer, /--model meta-llama\/Llama-3\.1-8B-Instruct/);
  await shot("serve");
  await chat.press("Put It into the Terminal");
  await workbench.message(/stands in the terminal/);
  await shot("serve-pressed");
  await workbench.clearMessages();
});

test("/setup shows the steps, and /doctor opens its report", LIMIT, async () => {
  const { workbench } = session;
  assert.match(await chat.ask(`@tenstorrent /setup ${LLAMA}`), /0 of \d+ steps are done[\s\S]*Build tt-metal/);
  assert.deepEqual(await chat.buttons(), [`Set Up ${LLAMA}`]);
  await shot("setup");
  await chat.ask("@tenstorrent /doctor");
  await shot("doctor");
  await chat.press("Open the Report");
  await workbench.until("the report", () => workbench.editorTabs(), (tabs) => tabs.some((name) => name?.startsWith("Tenstorrent doctor")));
});

test("/explain knows our own command and the words of a log without a model", LIMIT, async () => {
  const { workbench } = session;
  await chat.ask(`@tenstorrent /explain vllm serve meta-llama/${LLAMA} --max-model-len 999 --enforce-eager`);
  const own = await chat.text();
  assert.match(own, new RegExp(`This serves ${LLAMA} on N150`));
  assert.match(own, /--max-model-len is 999 here; tt-jukebox would set \d+/);
  assert.match(own, /--enforce-eager is not set by tt-jukebox/);
  await shot("explain-command");
  await explainSelected("build.log");
  const known = await chat.answer((text) => text.includes("Known causes"));
  assert.match(known, /the disk is full/i);
  assert.match(known, /No model answers yet/);
  await shot("explain-log");
});

test("hello streams from the server, with its reasoning apart", LIMIT, async () => {
  await model.start();
  await serving();
  model.answers.push({ reasoning: "A greeting.\nI greet back.", say: `Hello é 🦀 ${LONG} end`, pauseMs: 60 });
  await chat.send("@tenstorrent hello");
  const begun = await session.workbench.until("the first words", () => chat.text(), (text) => text.includes("Hello"));
  assert.ok(!begun.includes("end"), "it shows before it is whole");
  await shot("hello-streams");
  const whole = await chat.answer((text) => text.includes("end"));
  assert.match(whole, /Reasoning\s+A greeting\.\s+I greet back\.\s+Hello é 🦀 This answer/);
  assert.deepEqual(await chat.buttons(), []);
  await shot("hello");
  assert.equal(model.chats.at(-1).model, MODEL);
});

test("the history goes along, without the reasoning", LIMIT, async () => {
  await chat.ask("@tenstorrent and again");
  const { messages } = model.chats.at(-1);
  assert.deepEqual(messages.slice(-3).map(({ role }) => role), ["user", "assistant", "user"]);
  assert.match(messages.at(-2).content, /^Hello é 🦀/);
  assert.ok(messages.some(({ content }) => content === `/serve ${LLAMA}`));
});

test("an attached file goes along, and one that is no text is refused politely", LIMIT, async () => {
  await chat.attach("README.md");
  await chat.attach("weights.bin");
  const answer = await chat.ask("@tenstorrent what is it?");
  assert.match(model.lastQuestion(), /Attachment "README\.md":\n```\n# A project\n```[\s\S]*what is it\?$/);
  assert.match(answer, /Left out: weights\.bin, because it is no text file/);
  await shot("attachments");
});

test("/status and /explain with a server", LIMIT, async () => {
  const answer = await chat.ask("@tenstorrent /status");
  assert.match(answer, new RegExp(`${MODEL} ready`));
  assert.ok((await chat.buttons()).includes("Copy Endpoint"), "there is something to do with it");
  await shot("status");
  model.answers.push({ say: "The disk is full, says the model." });
  await explainSelected("build.log");
  const explained = await chat.answer((text) => text.includes("says the model"));
  assert.match(explained, /Known causes/);
  assert.match(model.lastQuestion(), /No space left on device/);
});

test("the model is in the picker with its state, answers when it is chosen, and leaves with its server", LIMIT, async () => {
  const { workbench } = session;
  const rows = await chat.models();
  assert.ok(rows.some((row) => row.includes(`${MODEL} N150 · ready`)), rows.join("; "));
  await shot("picker");
  await chat.chooseModel(MODEL);
  assert.match(await chat.ask("@tenstorrent hello, chosen one"), /Hello from the card\./);
  await shot("picker-answer");
  await model.stop();
  await alone();
  const left = await chat.models();
  assert.ok(!left.some((row) => row.includes(MODEL)), left.join("; "));
  await shot("picker-without-server");
  await workbench.page.keyboard.press("Escape");
  await model.start();
  await serving();
});

/** Each way to fail has words and a button of its own. */
const FAILURES = [
  ["half a stream", { say: "Half of an answer", then: "break" }, /Half of an answer[\s\S]*broke off: what is here is only its beginning/i, "Ask Again"],
  ["a server without a word", { nothing: true }, /broke the connection/i, "Ask Again"],
  ["401", { status: 401 }, /wants a key/i, "Set Server Key"],
  ["404", { status: 404 }, /does not serve/i, "Show Servers"],
  ["a context that is too long", { status: 400 }, /longer than the model's context/i, "New Chat"],
  ["500", { status: 500 }, /has failed[\s\S]*EngineCore/i, "Ask Again"],
];
for (const [name, answer, words, button] of FAILURES) {
  test(`${name} has its message and its button`, LIMIT, async () => {
    // What breaks before the first token is tried again.
    model.answers = [answer, answer, answer];
    assert.match(await chat.ask(`@tenstorrent ${name}`), words);
    assert.equal((await chat.buttons())[0], button);
    await shot(`failure-${name.replaceAll(/\W+/g, "-")}`);
    model.answers = [];
  });
}

test("Ask Again asks again", LIMIT, async () => {
  model.answers = [{ say: "Broken", then: "break" }];
  await chat.ask("@tenstorrent once more");
  model.answers = [{ say: "Now it is whole." }];
  await chat.press("Ask Again");
  await chat.answer((text) => text.includes("Now it is whole."));
  assert.match(model.lastQuestion(), /once more$/);
});

test("a server that is killed in the middle leaves what it said, and a way to start one", LIMIT, async () => {
  model.answers = [{ say: "Half of it", then: "hang" }];
  await chat.send("@tenstorrent to be killed");
  await session.workbench.until("the first words", () => chat.text(), (text) => text.includes("Half of it"));
  await model.stop();
  const answer = await chat.answer((text) => /broke off/i.test(text));
  assert.match(answer, /Half of it/);
  assert.equal((await chat.buttons())[0], "Start a Model Server");
  await shot("failure-killed");
});

test("Stop closes the request, and the server can stop its work", LIMIT, async () => {
  await model.start();
  await serving();
  const before = model.left;
  model.answers = [{ say: "Endless", then: "hang" }];
  await chat.send("@tenstorrent for ever");
  await session.workbench.until("the first words", () => chat.text(), (text) => text.includes("Endless"));
  await chat.stop();
  await session.workbench.until("the end of the request", () => model.left, (left) => left > before);
  assert.match(await chat.answer(), /Endless/);
  await shot("stopped");
});

test("another server wants a key: a button asks for it, and it stands nowhere", LIMIT, async () => {
  const { server, workbench } = session;
  await model.stop();
  await model.start(model.port, KEY);
  await workbench.until("a word about the key", () => chat.ask("@tenstorrent hello"), (text) => /wants a key/.test(text));
  await shot("wants-key");
  await chat.press("Set Server Key");
  await workbench.until("the box", () => workbench.input().getAttribute("type"), (type) => type === "password");
  await workbench.input().fill(KEY);
  await workbench.page.keyboard.press("Enter");
  await workbench.message(/The key for .* is kept/);
  await serving();
  // The picker has to notice first that the model may be asked now.
  await workbench.until("an answer", () => chat.ask("@tenstorrent hello with a key"), (text) => /Hello from the card\./.test(text));
  await shot("key-set");
  const found = spawnSync("grep", ["-rlaF", KEY, server.sandbox.root], { encoding: "utf8" });
  assert.equal(found.stdout, "", "the key stands in a file");
});

test("where chat is switched off, the same questions are commands and their answers are pages", LIMIT, async () => {
  const { server, workbench } = session;
  writeSettings(join(server.sandbox.project, ".vscode", "settings.json"), { "chat.disableAIFeatures": true });
  const fetched = [];
  workbench.page.on("request", (request) => { fetched.push(request.url()); });
  const picture = "https://pictures.invalid/?q=what-the-log-says";
  model.answers = [{ say: `An answer on a **page**.\n\n![a](${picture})\n\n<img src="${picture}">\n\nThe end.` }];
  // The view stays where it is; the editor reads its settings again in its own time.
  const asks = async () => {
    await workbench.runCommand("Tenstorrent: Ask the Model That Runs");
    return workbench.input().waitFor({ timeout: 2_000 }).then(() => true, () => false);
  };
  await workbench.until("the question", asks, Boolean);
  await workbench.input().fill("hello");
  await workbench.page.keyboard.press("Enter");
  const page = await workbench.until("the page", () => workbench.framedText(), (text) => text.includes("An answer on a page."));
  await shot("switched-off");
  // The preview may fetch from every https address, and what the model says can come from a log.
  assert.match(page, /!a[^]*<img[^]*The end\./);
  assert.deepEqual(fetched.filter((address) => address.includes("pictures.invalid")), []);
});

/** Opens a file, selects all of it, and explains that from the menu of the editor. */
async function explainSelected(file) {
  const { page } = session.workbench;
  await page.keyboard.press("Escape");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: file }).dblclick();
  await page.locator(`.tab.active[data-resource-name="${file}"]`).waitFor();
  const line = page.locator(".editor-instance .view-line").first();
  await line.click();
  await page.keyboard.press("Control+a");
  await line.click({ button: "right" });
  await chat.choose("Explain with @tenstorrent");
  await session.workbench.until("the question", () => chat.questions(), (text) => text.includes(`the selection in ${file}`));
}
