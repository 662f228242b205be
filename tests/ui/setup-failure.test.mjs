/**
 * A setup that fails: "Ask @tenstorrent" opens the chat with the failed step, and the end of its log goes along without
 * standing in the question. What is known of the log is said without a model.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ChatView } from "./chat-view.mjs";
import { useSession } from "./session.mjs";

const MODEL = "Example-Media";
const DOCKER = `#!/bin/bash
case "$1" in
  version) echo 27.0;;
  pull) for part in 1 2 3; do echo "layer $part: Downloading"; done; echo "write: no space left on device" >&2; exit 1;;
  *) exit 1;;
esac
`;
const SPECS = {
  release_version: "0.25.0",
  model_specs: {
    e: {
      model_id: "id_x_Example-Media_n150", hf_model_repo: "example/Media", model_name: MODEL, device_type: "N150",
      inference_engine: "media", version: "0.20.0", tt_metal_commit: "abcdef0", vllm_commit: null,
      docker_image: "example.org/image:1.0", min_disk_gb: 0.001, min_ram_gb: 0.001, model_type: "IMAGE",
      impl: { impl_id: "x", impl_name: "x" }, device_model_spec: { default_impl: true, vllm_args: {} },
    },
  },
};

const session = useSession({
  prepare: ({ env, home }) => {
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin", "docker"), DOCKER);
    chmodSync(join(home, "bin", "docker"), 0o755);
    writeFileSync(join(home, "specs.json"), JSON.stringify(SPECS));
    // The editor takes its PATH from a login shell.
    writeFileSync(join(home, ".profile"), 'PATH="$HOME/bin:$PATH"\n. "$HOME/.bashrc"\n');
    Object.assign(env, { PATH: `${home}/bin:${env.PATH}`, TT_JUKEBOX_CATALOG: join(home, "specs.json"), HF_ENDPOINT: "http://127.0.0.1:9" });
  },
});

test("a failed step is explained in the chat, with its log", { timeout: 120_000 }, async () => {
  const { workbench } = session;
  const press = (name) => workbench.page.getByRole("button", { name, exact: true }).last().click();
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand("Tenstorrent: Set Up a Model");
  await workbench.pick(MODEL);
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
