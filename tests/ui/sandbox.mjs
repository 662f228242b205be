/**
 * A throw-away home for one editor: every run starts from nothing, writes nothing into the real home, and
 * leaves nothing behind. The root is kept short because Unix socket paths end at 107 bytes.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const LONGEST_TEMPORARY_ROOT = 30;

/** The sandboxes nobody removed yet; an interrupted run takes them along as it goes. */
const kept = new Set();
process.on("exit", () => {
  for (const root of kept) {
    rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }
});

/** Settings that keep the editor quiet and its terminal readable; the tests add their own on top. */
const QUIET_SETTINGS = {
  "chat.commandCenter.enabled": false,
  "editor.accessibilitySupport": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  // Ports that another lane of tests opens on this machine would be announced here.
  "remote.autoForwardPorts": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  // Tests of the first run take it away again.
  "tenstorrent.firstRun": "off",
  "terminal.integrated.defaultProfile.linux": "bash",
  // Text drawn by the GPU renderer never reaches the page, and headless browsers have no GPU.
  "terminal.integrated.gpuAcceleration": "off",
  // Asked for once per browser otherwise, over the very text the tests want to copy.
  "terminal.integrated.enableMultiLinePasteWarning": "never",
  "update.mode": "none",
  "window.restoreWindows": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/**
 * Makes the folders and the environment of one editor. `extra` is added to the environment; apart from PATH
 * nothing of the caller's own environment comes through, so a machine with real cards gives the same answers.
 */
export function makeSandbox(extra = {}) {
  const parent = tmpdir().length > LONGEST_TEMPORARY_ROOT ? "/tmp" : tmpdir();
  const root = mkdtempSync(join(parent, "ttj-"));
  const at = (name) => join(root, name);
  for (const name of ["home", "run", "tmp", "data", "extensions", "project"]) {
    mkdirSync(at(name));
  }
  chmodSync(at("run"), 0o700);
  // A plain prompt: the terminal's text is compared with what the sidecar prints.
  writeFileSync(join(root, "home", ".bashrc"), "PS1='$ '\nPS2='> '\n");
  writeFileSync(join(root, "project", "README.md"), "# A project\n");
  const env = {
    HOME: at("home"),
    LANG: "C.UTF-8",
    PATH: process.env.PATH ?? "/usr/bin:/bin",
    SHELL: "/bin/bash",
    TERM: "xterm-256color",
    TMPDIR: at("tmp"),
    // Tests talk to this machine only.
    TT_JUKEBOX_CATALOG_UPDATES: "off",
    USER: process.env.USER ?? "user",
    XDG_RUNTIME_DIR: at("run"),
    ...extra,
  };
  const remove = () => {
    kept.delete(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  };
  kept.add(root);
  return {
    root,
    env,
    home: at("home"),
    data: at("data"),
    extensions: at("extensions"),
    project: at("project"),
    remove,
  };
}

/** Writes a settings file: the quiet ones plus `settings`. Writing again while the editor runs is a settings change. */
export function writeSettings(file, settings = {}) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2)}\n`);
}
