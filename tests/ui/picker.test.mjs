/**
 * The model picker: its sections, what typing finds, the details beside the editor, newer models on request, and the
 * question before something is prepared that may not work.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { VIEWPORT } from "./browser.mjs";
import { downloadWeights } from "./fake-weights.mjs";
import { activeRow, entries, names as namesOn, titleButton } from "./quick-pick.mjs";
import { useSession } from "./session.mjs";
import { sidecarPids } from "./sidecar-processes.mjs";

const LIMIT = { timeout: 120_000 };
const CHOOSE = "Tenstorrent: Choose a Model and Prepare Its Serving Command";
const SHOW = "Tenstorrent: Show a Model's Details";
const DOWNLOADED = "Llama-3.2-1B-Instruct";
const NARROW = { width: 560, height: 700 };
const NEWER = {
  release_version: "9.1.0",
  model_specs: {
    e: {
      model_id: "id_x_Brand-New-1B_p150x4", device_type: "P150X4", hf_model_repo: "example/Brand-New-1B",
      model_name: "Brand-New-1B", tt_metal_commit: "abcdef0", vllm_commit: "fedcba9", device_model_spec: {},
    },
  },
};

const session = useSession();
let specs;

after(() => specs?.close());

test("typing finds what the command line finds, and keeps the sections", LIMIT, async () => {
  const { server, workbench } = session;
  downloadWeights(server.sandbox.home, `meta-llama/${DOWNLOADED}`);
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await open(CHOOSE);
  const finds = async (words, accept) => {
    await workbench.input().fill(words);
    await workbench.until(`the rows for "${words}"`, names, accept);
  };
  for (const words of ["llama 8b", "lama 3.1 8b"]) {
    await finds(words, (shown) => shown.join() === "Llama-3.1-8B,Llama-3.1-8B-Instruct");
  }
  await finds("t2i", (shown) => shown.length > 0 && shown.every((name) => name.startsWith("stable-diffusion")));
  // The sidecar has nothing for this word, so its finds of before go away: the row must be the active one all the same.
  await finds("downloaded", (shown) => shown.join() === DOWNLOADED);
  await activeRow(workbench.page).waitFor();
  assert.match((await workbench.rows())[0], /functional[^]*downloaded · 128K context[^]*Needs Setup/);
  await workbench.screenshot("picker-downloaded");
  await workbench.input().fill("experimental");
  const sections = async () => (await entries(workbench.page)).map(({ section }) => section).filter(Boolean);
  assert.deepEqual(await workbench.until("sections", sections, ({ length }) => length === 2), ["Needs Setup", "Experimental"]);
  await finds("no such model", ({ length }) => length === 0);
  await workbench.page.keyboard.press("Escape");
});

test("the button in a row shows the details and the picker goes on", LIMIT, async () => {
  const { workbench } = session;
  await open(CHOOSE);
  await workbench.input().fill(DOWNLOADED);
  const row = workbench.row(DOWNLOADED);
  await row.hover();
  await row.getByRole("button", { name: "Show Details" }).click();
  const text = await details(/on N150 \(simulated\)/);
  assert.match(text, /meta-llama\/Llama-3\.2-1B-Instruct[^]*its weights are on this host[^]*Not offered here/);
  assert.equal(await workbench.input().inputValue(), DOWNLOADED);
  assert.ok(await workbench.input().evaluate((box) => box === document.activeElement), "the picker has lost the keyboard");
  await workbench.screenshot("picker-and-details");
  await workbench.page.keyboard.press("Escape");
});

test("the same with the keyboard alone, and the next details take the place of the last", LIMIT, async () => {
  const { workbench } = session;
  await open(CHOOSE);
  await workbench.input().fill("Mistral-7B");
  await workbench.until("one row", names, ({ length }) => length === 1);
  const focused = () => workbench.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  for (let key = 0; key < 8 && (await focused()) !== "Show Details"; key += 1) {
    await workbench.page.keyboard.press("Tab");
  }
  await workbench.page.keyboard.press("Enter");
  await details(/Mistral-7B-Instruct-v0\.3 on N150/);
  await workbench.page.keyboard.press("Escape");
  assert.deepEqual(await session.workbench.editorTabs(), ["Mistral-7B-Instruct-v0.3.md"]);
});

test("the details open beside a file, and all of them in one place", LIMIT, async () => {
  const { workbench } = session;
  await workbench.runCommand("View: Close All Editors");
  await workbench.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "README.md" }).dblclick();
  for (const model of [DOWNLOADED, "AFM-4.5B"]) {
    await open(SHOW);
    assert.match(await workbench.pickerTitle(), /read about/);
    await workbench.pick(model);
    await details(new RegExp(`${model.replaceAll(".", "\\.")} on N`));
  }
  assert.deepEqual(await session.workbench.editorTabs(), ["README.md", "AFM-4.5B.md"]);
  await workbench.screenshot("details-beside");
  await workbench.runCommand("View: Close All Editors");
});

test("in a narrow window the picker keeps what decides in sight", LIMIT, async () => {
  const { workbench } = session;
  await workbench.page.setViewportSize(NARROW);
  await open(CHOOSE);
  await workbench.screenshot("picker-narrow");
  await workbench.input().fill("listed for");
  await workbench.row("not validated on N150").waitFor();
  const box = await workbench.row("listed for N300").boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= NARROW.width, JSON.stringify(box));
  await workbench.screenshot("picker-narrow-experimental");
  await workbench.page.keyboard.press("Escape");
  await workbench.page.setViewportSize(VIEWPORT);
});

test("an experimental model is asked about, with everything that is reduced", LIMIT, async () => {
  const { workbench } = session;
  await open(CHOOSE);
  await workbench.pick("AFM-4.5B");
  const { message, detail, buttons } = await workbench.question();
  assert.equal(message, "AFM-4.5B is listed for N300, and nobody has validated it on N150.");
  assert.match(detail, /context \d+ instead of \d+[^]*sequences at once instead of[^]*Nothing runs until you press Enter/);
  assert.deepEqual(buttons.sort(), ["Cancel", "Prepare Anyway"]);
  await workbench.screenshot("picker-experimental-question");
  await workbench.answer("Cancel");
  assert.deepEqual(await workbench.messages(), []);
  await open(CHOOSE);
  await workbench.pick("AFM-4.5B");
  await workbench.question();
  await workbench.answer("Prepare Anyway");
  await workbench.message(/The command that serves AFM-4\.5B/);
  const [, context] = /context (\d+) instead of/.exec(detail);
  await workbench.until("the reduced command", () => workbench.terminalText(), (text) => text.includes(context));
  await workbench.screenshot("picker-experimental-command");
  await workbench.clearMessages();
});

test("sections stand in the order of what is still to do, and what does not fit says why", LIMIT, async () => {
  const { server, workbench } = session;
  server.settings({ "tenstorrent.simulate": "p150x4" });
  await workbench.until("the other box", () => workbench.statusItem(), ({ text }) => /p150x4/i.test(text));
  await open(CHOOSE);
  const all = await entries(workbench.page);
  assert.deepEqual(all.map(({ section }) => section).filter(Boolean), ["Needs Setup", "Experimental", "Does Not Fit"]);
  assert.match(all.at(-1).label, /known not to work on/);
  await workbench.screenshot("picker-does-not-fit");
  await workbench.pick("Llama-3.1-70B-Instruct");
  assert.match((await workbench.question()).detail, /known not to work on P150X4/);
  await workbench.answer("Cancel");
});

test("newer models are looked for on request: a failure leaves the list, a find is in it", LIMIT, async () => {
  const { server, workbench } = session;
  const replies = [[500, "trouble"], [200, JSON.stringify(NEWER)]];
  specs = createServer((request, response) => {
    const [status, body] = request.url === "/main/release_model_spec.json" ? (replies.shift() ?? [304, ""]) : [404, ""];
    response.writeHead(status, { etag: '"one"' }).end(body);
  }).listen(0, "127.0.0.1");
  await once(specs, "listening");
  const [before] = sidecarPids(server.sandbox.home);
  server.settings({ "tenstorrent.simulate": "p150x4", "tenstorrent.catalogUrl": `http://127.0.0.1:${specs.address().port}` });
  const pids = () => sidecarPids(server.sandbox.home);
  await workbench.until("another sidecar", pids, (found) => found.length === 1 && found[0] !== before);
  await open(CHOOSE);
  await titleButton(workbench.page, "Refresh Catalog").click();
  assert.match(await workbench.message(/could not be fetched/), /the server is in trouble \(500/);
  assert.ok((await names()).length > 3, "the list has gone");
  assert.match(await workbench.pickerTitle(), /P150X4/);
  await workbench.screenshot("picker-refresh-failed");
  await titleButton(workbench.page, "Refresh Catalog").click();
  await workbench.message(/now goes up to release 9\.1\.0/);
  await workbench.input().fill("brand new");
  await workbench.until("the new model", names, ([first]) => first === "Brand-New-1B");
  await workbench.screenshot("picker-refreshed");
  await workbench.page.keyboard.press("Escape");
  await workbench.clearMessages();
  await workbench.runCommand("Tenstorrent: Look for Newer Models");
  await workbench.message(/nothing newer than release 9\.1\.0/);
});

/** Opens the picker by a command and waits for its rows. */
async function open(command) {
  await session.workbench.runCommand(command);
  await session.workbench.until("the models", names, ({ length }) => length > 3);
}

function names() {
  return namesOn(session.workbench.page);
}

function details(pattern) {
  return session.workbench.until("the details", () => session.workbench.framedText(), (text) => pattern.test(text));
}
