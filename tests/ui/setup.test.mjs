/**
 * A setup in the editor: the plan before anything runs, a run with progress that Cancel stops, a window that is reloaded
 * in the middle, and a good end. The container program stands in for the real one; its image takes a while to come.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { furnishMediaHome, MEDIA_MODEL } from "./media-home.mjs";
import { useSession } from "./session.mjs";

const LIMIT = { timeout: 120_000 };
const SET_UP = "Tenstorrent: Set Up a Model";
const DOCKER = `#!/bin/bash
case "$1" in
  version) echo 27.0;;
  image) [ -e "$HOME/images/pulled" ] || exit 1;;
  pull)
    echo "begin $$" >> "$HOME/pulls"
    for part in $(seq 1 "$(cat "$HOME/pull-seconds")"); do echo "layer $part: Downloading"; sleep 1; done
    mkdir -p "$HOME/images"; touch "$HOME/images/pulled"; echo "end $$" >> "$HOME/pulls";;
  volume) case "$2" in
    inspect) [ -e "$HOME/images/\${!#}" ] || exit 1;;
    create) mkdir -p "$HOME/images"; touch "$HOME/images/$3";;
  esac;;
esac
`;

const TOKEN = "hf_secretsecretsecretsecret";
/** A hub that knows one token. */
const asked = [];
const hub = createServer(({ url, headers }, answer) => {
  asked.push(`${url} ${headers.authorization ?? ""}`);
  answer.setHeader("content-type", "application/json").end(JSON.stringify({ name: "tester", siblings: [] }));
});
hub.listen(0, "127.0.0.1");
await once(hub, "listening");
after(() => hub.close());

const session = useSession({ prepare });

function prepare(sandbox) {
  furnishMediaHome(sandbox, { docker: DOCKER, hub: `http://127.0.0.1:${hub.address().port}` });
  writeFileSync(join(sandbox.home, "pull-seconds"), "60");
}

const pulls = () => {
  const file = join(session.server.sandbox.home, "pulls");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
};
const begun = (count) =>
  session.workbench.until("the pull", () => pulls().filter((line) => line.startsWith("begin")).length, (n) => n === count);
const press = (name) => session.workbench.page.getByRole("button", { name, exact: true }).last().click();
const running = (pid) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

test("a token is asked for in a password box and stands nowhere", LIMIT, async () => {
  const { server, workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand("Tenstorrent: Set the Hugging Face Token");
  await workbench.until("the box", () => workbench.input().getAttribute("type"), (type) => type === "password");
  await workbench.input().fill(TOKEN);
  await workbench.screenshot("hub-token");
  await workbench.page.keyboard.press("Enter");
  await workbench.message(/The token is that of tester/);
  assert.ok(asked.some((line) => line === `/api/whoami-v2 Bearer ${TOKEN}`), asked.join("\n"));
  await workbench.clearMessages();
  const found = spawnSync("grep", ["-rlaF", TOKEN, server.sandbox.root], { encoding: "utf8" });
  assert.equal(found.stdout, "", "the token stands in a file");
});

test("the plan stands there before anything runs", LIMIT, async () => {
  const { workbench } = session;
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.runCommand(SET_UP);
  await workbench.pick(MEDIA_MODEL);
  await workbench.message(/0 of \d+ steps are done/);
  const plan = await workbench.until("the plan", () => workbench.framedText(), (text) => text.includes(`Set up ${MEDIA_MODEL}`));
  assert.match(plan, /docker pull example\.org\/image:1\.0/);
  assert.deepEqual(pulls(), []);
  await workbench.screenshot("setup-plan");
});

test("a run shows its progress, no change of a setting ends it unasked, and Cancel ends what it has started", LIMIT, async () => {
  const { server, workbench } = session;
  await press("Run");
  await begun(1);
  await workbench.message(/of \d+ steps · .*image/i);
  await workbench.page.locator(".statusbar-item", { hasText: /Setup \d+\/\d+/ }).waitFor();
  await workbench.screenshot("setup-running");
  const [, pid] = pulls()[0].split(" ");
  server.settings({ "tenstorrent.server.port": 8123 });
  await workbench.message(/ends what it has under way: a setup\./);
  await workbench.screenshot("setup-restart-question");
  await press("When It Is Done");
  assert.ok(running(pid), "the setup goes on");
  await press("Cancel");
  await workbench.message(/is stopped\. What is done stays done/);
  await workbench.until("the end of the pull", () => running(pid), (still) => !still);
  await workbench.screenshot("setup-cancelled");
});

test("a window that is reloaded in the middle carries on, and ends well", LIMIT, async () => {
  const { server, workbench } = session;
  await press("Carry On");
  await begun(2);
  await workbench.page.reload();
  await workbench.message(/was interrupted\. It carries on where it stopped/, 60_000);
  const broken = workbench.page.getByText("The editor could not be opened");
  await workbench.until("an editor without an error", () => broken.count(), (count) => count === 0);
  await workbench.screenshot("setup-after-reload");
  writeFileSync(join(server.sandbox.home, "pull-seconds"), "2");
  await press("Carry On");
  await begun(3);
  await workbench.page.getByRole("button", { name: "Prepare Its Command" }).last().waitFor({ timeout: 60_000 });
  await workbench.screenshot("setup-done");
  assert.equal(pulls().filter((line) => line.startsWith("end")).length, 1, "what was cut off was done again, once");
  await workbench.clearMessages();
  await workbench.runCommand(SET_UP);
  await workbench.pick(MEDIA_MODEL);
  const text = await workbench.message(/(\d+) of \1 steps are done/);
  assert.ok(text);
});
