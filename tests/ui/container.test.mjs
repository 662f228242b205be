/**
 * The container of the editor, as far as it can be had without a container: its entry point with the real code-server, a
 * home of its own and a password in a file. The first page asks for it, the second is the walkthrough.
 */
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { startEditor } from "./editor-process.mjs";
import { clientFolder, codeServerFolder, codeServerNode, vsixFile } from "./places.mjs";
import { makeSandbox } from "./sandbox.mjs";
import { Workbench } from "./workbench.mjs";

const LIMIT = { timeout: 240_000 };
const PASSWORD = "seventeen small chips";
const files = join(clientFolder, "code-server");

let sandbox;
let editor;
let browser;
let workbench;

before(async () => {
  sandbox = makeSandbox({ TT_JUKEBOX_SIMULATE: "n150" });
  const image = join(sandbox.root, "image");
  mkdirSync(join(image, "bin"), { recursive: true });
  for (const name of ["settings.json", "config.yaml"]) {
    copyFileSync(join(files, name), join(image, name));
  }
  copyFileSync(vsixFile(), join(image, "tt-jukebox.vsix"));
  symlinkSync(codeServerNode(), join(image, "bin", "node"));
  symlinkSync(join(codeServerFolder(), "node_modules", ".bin", "code-server"), join(image, "bin", "code-server"));
  writeFileSync(join(sandbox.root, "password"), `${PASSWORD}\n`);
  chmodSync(join(sandbox.root, "password"), 0o600);
  Object.assign(sandbox.env, {
    PATH: `${join(image, "bin")}:${sandbox.env.PATH}`,
    TT_BIND: "127.0.0.1:0",
    TT_DEVICES: join(sandbox.root, "no-devices"),
    TT_JUKEBOX_IMAGE: image,
    TT_PASSWORD_FILE: join(sandbox.root, "password"),
  });
  editor = await startEditor("sh", [join(files, "entrypoint.sh"), "--session-socket", join(sandbox.root, "s.sock")], {
    env: sandbox.env,
    cwd: sandbox.home,
    ready: /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/,
    timeoutMs: 120_000,
  });
  browser = await launchBrowser(sandbox);
  workbench = new Workbench(await openPage(browser, editor.found[1]));
}, LIMIT);

after(async () => {
  await browser?.close().catch(() => {});
  await editor?.stop();
  sandbox?.remove();
}, { timeout: 60_000 });

test("it is healthy, and shows nothing to whoever has no password", LIMIT, async () => {
  const origin = editor.found[1];
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
  const page = await fetch(origin, { redirect: "manual" });
  assert.equal(page.status, 302);
  assert.match(page.headers.get("location") ?? "", /login/);
  await logIn("not the password");
  await workbench.page.getByText("Incorrect password").waitFor();
  await workbench.screenshot("container-login");
});

test("with the password there is the editor, set up without a question", LIMIT, async () => {
  await logIn(PASSWORD);
  await workbench.page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 60_000 });
  await workbench.until("the device", () => workbench.statusItem(), ({ text }) => /n150/i.test(text));
  await workbench.until("the walkthrough", () => workbench.walkthroughSteps(), ({ length }) => length >= 14);
  await workbench.message(/This editor is set up/);
  assert.equal(await workbench.page.getByText("collects usage data").count(), 0);
  await workbench.until("the terminal", () => workbench.terminalNames(), (names) => names.includes("Tenstorrent"));
  await workbench.screenshot("container-first-run");
});

test("the password is in no command line, no terminal, no log and no settings", LIMIT, async () => {
  const lines = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readQuietly(`/proc/${pid}/cmdline`));
  assert.ok(lines.some((line) => line.includes(sandbox.root)), "the editor runs");
  assert.ok(!lines.some((line) => line.includes(PASSWORD)));
  assert.ok(!editor.log().includes(PASSWORD));
  for (const entry of readdirSync(sandbox.home, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      assert.ok(!readQuietly(join(entry.parentPath, entry.name)).includes(PASSWORD), entry.name);
    }
  }
});

test("it ends when it is told to, with all that it started", LIMIT, async () => {
  process.kill(editor.pid, "SIGTERM");
  const running = () => readdirSync("/proc").filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(`HOME=${sandbox.home}\0`));
  await workbench.until("its end", () => running().filter((pid) => !isBrowser(pid)), (left) => left.length === 0);
});

async function logIn(password) {
  await workbench.page.goto(editor.found[1], { timeout: 60_000 });
  await workbench.page.locator('input[type="password"]').fill(password);
  await workbench.page.getByRole("button", { name: /submit/i }).or(workbench.page.locator('input[type="submit"]')).first().click();
}

/** Chromium has the same home. */
const isBrowser = (pid) => /chrom/.test(readQuietly(`/proc/${pid}/cmdline`));

/** Processes and files that went away meanwhile hold nothing. */
function readQuietly(file) {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
