/**
 * A setup that fails: "Ask @tenstorrent" opens the chat with the failed step, and the end of its log goes along without
 * standing in the question. What is known of the log is said without a model.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ChatView } from "./chat-view.mjs";
import { furnishMediaHome, MEDIA_MODEL } from "./media-home.mjs";
import { useSession } from "./session.mjs";

const DOCKER = `#!/bin/bash
case "$1" in
  version) echo 27.0;;
  pull) for part in 1 2 3; do echo "layer $part: Downloading"; done; echo "write: no space left on device" >&2; exit 1;;
  *) exit 1;;
esac
`;

const session = useSession({ prepare: (sandbox) => furnishMediaHome(sandbox, { docker: DOCKER, hub: "http://127.0.0.1:9" }) });

test("a failed step is explained in the chat, with its log", { timeout: 120_000 }, async () => {
  const { workbench } = session;
  const press = (name) => workbench.page.getByRole("button", { name, exact: true }).last().click();
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand("Tenstorrent: Set Up a Model");
  await workbench.pick(MEDIA_MODEL);
  await workbench.message(/steps are done/);
  await press("Run");
  await workbench.page.getByRole("button", { name: "Ask @tenstorrent" }).waitFor({ timeout: 60_000 });
  await workbench.screenshot("setup-failed");
  await press("Ask @tenstorrent");
  const chat = new ChatView(session);
  const question = await workbench.until("the question", () => chat.questions(), (text) => text.includes("the failed setup step"));
  assert.ok(!question.includes("no space left"), "the log is no part of the question");
  assert.match(await chat.answer((text) => text.includes("Known causes")), /the disk is full/);
  await workbench.screenshot("setup-failed-explained");
});
