/**
 * The download of a gated model with a token that the editor alone has: refused without it, in the terminal; with it in a
 * message with a bar, and the step is ticked. The token stands nowhere.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, test } from "node:test";
import { useSession } from "./session.mjs";
import { CHAT, furnish, GOOD_TOKEN, startHub } from "./walk-home.mjs";

const LIMIT = { timeout: 120_000 };
const STEP = "Download a model and run it once";

const hub = await startHub({ gated: true });
after(() => hub.stop());

const session = useSession({ fakeBox: "n150", prepare: (sandbox) => furnish(sandbox, { box: "n150", hub, port: 1 }) });

async function download() {
  const { workbench } = session;
  await workbench.runCommand("Tenstorrent: Download a Model");
  await workbench.pick(CHAT);
}

const ticked = async () => (await session.workbench.tickedSteps()).includes(STEP);

test("without a token the terminal says that there is none, and a message asks for it", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await download();
  await workbench.message(/ended with exit code \d+/);
  assert.ok((await workbench.messageButtons()).includes("Set the Hugging Face Token"));
  assert.match(await workbench.terminalText(), /token/i);
  await workbench.screenshot("download-refused");
  await workbench.page.getByRole("button", { name: "Set the Hugging Face Token" }).last().click();
  await workbench.until("the box", () => workbench.input().getAttribute("type"), (type) => type === "password");
  await workbench.input().fill(GOOD_TOKEN);
  await workbench.page.keyboard.press("Enter");
  await workbench.message(/The token is that of tester/);
  await workbench.clearMessages();
});

test("with it the editor brings the files, and the step is ticked", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.runCommand("Tenstorrent: Open Walkthrough");
  await workbench.until("the steps", () => workbench.walkthroughSteps(), ({ length }) => length > 1);
  assert.equal(await ticked(), false);
  await download();
  await workbench.message(/All files of the model are here/);
  await workbench.until("the tick", ticked, Boolean);
  await workbench.screenshot("download-done");
  const found = spawnSync("grep", ["-rlaF", GOOD_TOKEN, server.sandbox.root], { encoding: "utf8" });
  assert.equal(found.stdout, "", "the token stands in a file");
});
