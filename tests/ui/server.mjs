/**
 * code-server with the packaged extension installed, in a sandbox, with a simulated box or one made of files: what a
 * person gets who installs the extension, minus the hardware.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startEditor } from "./editor-process.mjs";
import { FakeBox } from "./fake-box.mjs";
import { codeServerFolder, codeServerNode, vsixFile } from "./places.mjs";
import { makeSandbox, writeSettings } from "./sandbox.mjs";

const run = promisify(execFile);

/** Keys no command has by default; the page object reads the terminal's whole text with them. */
export const KEYS = { selectAll: "Control+Alt+F11", copy: "Control+Alt+F12" };

const KEYBINDINGS = [
  { key: "ctrl+alt+f11", command: "workbench.action.terminal.selectAll" },
  { key: "ctrl+alt+f12", command: "workbench.action.terminal.copySelection" },
];

/**
 * Installs the package and starts the editor. `settings(own)` writes the extension's settings while it runs: they
 * belong to the machine, so the editor reads them from the machine's file and ignores them in the user's.
 * `prepare(sandbox)` puts further things into the home or the environment before anything starts.
 * `userSettings` are added to the user's settings.
 * `beside(sandbox)` answers with the packages of other extensions that are installed first.
 * `fakeBox` gives the sidecar a machine made of files instead of a simulated one; it is the answer's `box`. It has the
 * boards of the box that it names, else an n150.
 */
export async function startServer({ simulate = "n150", fakeBox = false, prepare, beside, userSettings } = {}) {
  const sandbox = makeSandbox(fakeBox ? {} : { TT_JUKEBOX_SIMULATE: simulate });
  let box;
  const user = join(sandbox.data, "User");
  const machine = join(sandbox.data, "Machine", "settings.json");
  try {
    if (fakeBox) {
      box = new FakeBox(join(sandbox.root, "box"), fakeBox === true ? undefined : fakeBox);
      Object.assign(sandbox.env, { TT_JUKEBOX_ROOT: box.root, TT_JUKEBOX_TT_SMI: box.ttSmi });
    }
    prepare?.(sandbox);
    writeSettings(join(user, "settings.json"), userSettings);
    writeFileSync(join(user, "keybindings.json"), JSON.stringify(KEYBINDINGS));
    const entry = join(codeServerFolder(), "node_modules", "code-server");
    const places = [
      "--config", join(sandbox.root, "config.yaml"),
      "--user-data-dir", sandbox.data,
      "--extensions-dir", sandbox.extensions,
    ];
    const options = { env: sandbox.env, cwd: sandbox.project };
    for (const vsix of [...((await beside?.(sandbox)) ?? []), vsixFile()]) {
      await run(codeServerNode(), [entry, ...places, "--install-extension", vsix], { ...options, timeout: 120_000 });
    }
    const editor = await startEditor(
      codeServerNode(),
      [
        entry,
        ...places,
        "--session-socket", join(sandbox.root, "session.sock"),
        "--auth", "none",
        "--disable-telemetry",
        "--disable-update-check",
        "--disable-workspace-trust",
        "--disable-getting-started-override",
        "--bind-addr", "127.0.0.1:0",
      ],
      { ...options, ready: /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/ },
    );
    return {
      origin: editor.found[1],
      sandbox,
      box,
      settings: (own) => writeSettings(machine, own),
      userSettings: () => JSON.parse(readFileSync(join(user, "settings.json"), "utf8")),
      readSettings: () => (existsSync(machine) ? JSON.parse(readFileSync(machine, "utf8")) : {}),
      log: editor.log,
      async stop() {
        await editor.stop();
        box?.dispose();
        sandbox.remove();
      },
    };
  } catch (error) {
    box?.dispose();
    sandbox.remove();
    throw error;
  }
}
