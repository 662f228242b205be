/**
 * One editor with one open page for a file of tests: started before the first test, ended after the last, and a
 * picture kept of whatever was on screen when a test failed.
 */
import { after, afterEach, before } from "node:test";
import { launchBrowser, openPage } from "./browser.mjs";
import { startServer } from "./server.mjs";
import { Workbench } from "./workbench.mjs";

/** Call it at the top of a test file; the fields are there once the first test runs. */
export function useSession(options) {
  const session = {};
  let browser;
  before(async () => {
    session.server = await startServer(options);
    browser = await launchBrowser(session.server.sandbox);
    session.workbench = new Workbench(await openPage(browser, session.server.origin));
    await session.workbench.open(session.server.origin, session.server.sandbox.project);
  }, { timeout: 240_000 });
  afterEach(async (context) => {
    if (context.passed === false) {
      await session.workbench?.screenshot(`failed-${context.name.replaceAll(/[^a-z0-9]+/gi, "-")}`).catch(() => {});
    }
  });
  after(async () => {
    await browser?.close().catch(() => {});
    await session.server?.stop();
  }, { timeout: 60_000 });
  return session;
}
