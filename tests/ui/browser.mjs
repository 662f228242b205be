/**
 * The browser of the tests: the system's Chromium driven by playwright-core, which brings no browser of its own.
 */
import { createRequire } from "node:module";
import { chromiumProgram, clientFolder } from "./places.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const VIEWPORT = { width: 1400, height: 900 };

/** Starts Chromium without a window, its own files inside `sandbox`. The caller closes it. */
export async function launchBrowser(sandbox) {
  const { chromium } = createRequire(`${clientFolder}/package.json`)("playwright-core");
  return chromium.launch({ executablePath: chromiumProgram(), args: FLAGS, env: sandbox.env, timeout: 60_000 });
}

/** One page on `origin`, which may use the clipboard: that is how terminal text is read. */
export async function openPage(browser, origin) {
  const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: "dark", reducedMotion: "reduce" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
  return context.newPage();
}
