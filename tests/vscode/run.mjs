/**
 * Runs `suite.cjs` inside the extension host without Electron: starts the editor server that code-server brings
 * along, opens it in a headless browser, and passes on what the suite prints and its exit code.
 *
 * `--enable-smoke-test-driver` makes the workbench accept the test payload in the address and report through
 * `codeAutomationLog` and `codeAutomationExit`; code-server's own command line does not know that flag.
 */
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchBrowser, openPage } from "../ui/browser.mjs";
import { startEditor, within } from "../ui/editor-process.mjs";
import { clientFolder, codeServerFolder, codeServerNode, screensFolder, sidecarBinary } from "../ui/places.mjs";
import { makeSandbox, writeSettings } from "../ui/sandbox.mjs";

const WHOLE_RUN_MS = Number(process.env.TT_JUKEBOX_SUITE_TIMEOUT_MS ?? 240_000);

const extension = process.env.TT_JUKEBOX_EXTENSION ?? clientFolder;
const suite = process.env.TT_JUKEBOX_SUITE ?? fileURLToPath(new URL("suite.cjs", import.meta.url));

/** Packages are brought together in a folder of their own, so the client's folder has no program yet, or an older one. */
function placeProgram() {
  const bin = join(extension, "bin");
  mkdirSync(bin, { recursive: true });
  // Under another name first: the old one may be running.
  copyFileSync(sidecarBinary, join(bin, ".fresh"));
  renameSync(join(bin, ".fresh"), join(bin, basename(sidecarBinary)));
}

/** Opens the workbench and resolves with the suite's exit code. */
async function runSuite(page, origin, project) {
  const remote = (path) => `vscode-remote://${new URL(origin).host}${path}`;
  const payload = [
    ["extensionDevelopmentPath", remote(extension)],
    ["extensionTestsPath", remote(suite)],
  ];
  const ended = new Promise((resolve) => {
    page.exposeFunction("codeAutomationExit", (code) => resolve(code));
  });
  await page.exposeFunction("codeAutomationLog", (kind, values) => {
    const text = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(" ");
    // Only the suite's own lines: the workbench reports its look-ups for updates on the same channel.
    if (text.startsWith("suite| ")) {
      console.log(text.slice("suite| ".length));
    } else if (process.env.TT_JUKEBOX_VERBOSE) {
      console.log(`[${kind}] ${text}`);
    }
  });
  const address = new URL(origin);
  address.searchParams.set("folder", project);
  address.searchParams.set("payload", JSON.stringify(payload));
  await page.goto(address.href, { timeout: 60_000 });
  return ended;
}

async function main() {
  const sandbox = makeSandbox({ TT_JUKEBOX_SIMULATE: "n150" });
  placeProgram();
  const settings = join(sandbox.data, "data", "Machine", "settings.json");
  writeSettings(settings);
  let editor;
  let browser;
  try {
    editor = await startEditor(
      codeServerNode(),
      [
        join(codeServerFolder(), "node_modules/code-server/lib/vscode/out/server-main.js"),
        "--host", "127.0.0.1",
        "--port", "0",
        "--without-connection-token",
        "--accept-server-license-terms",
        "--enable-smoke-test-driver",
        "--disable-workspace-trust",
        "--telemetry-level", "off",
        "--server-data-dir", sandbox.data,
        "--extensions-dir", sandbox.extensions,
      ],
      { env: sandbox.env, cwd: sandbox.project, ready: /listening on (\d+)/ },
    );
    const origin = `http://127.0.0.1:${editor.found[1]}`;
    browser = await launchBrowser(sandbox);
    const page = await openPage(browser, origin);
    try {
      return await within(runSuite(page, origin, sandbox.project), WHOLE_RUN_MS, "the suite in the extension host");
    } catch (error) {
      const picture = join(screensFolder, "in-host-failure.png");
      await page.screenshot({ path: picture }).catch(() => {});
      console.error(`The editor's page is in ${picture}; its last lines:\n${editor.log()}`);
      throw error;
    }
  } finally {
    await browser?.close().catch(() => {});
    await editor?.stop();
    sandbox.remove();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(`The suite in the extension host did not finish: ${error.message}`);
    process.exit(1);
  },
);
