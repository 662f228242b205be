/**
 * Runs the browser tests one file after another, with a limit on the whole: a browser that hangs must not hold up
 * a build for ever. The report of node:test goes to the terminal, the exit code is the runner's.
 */
import { spawn } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { screensFolder } from "./places.mjs";

const WHOLE_RUN_MS = 20 * 60_000;
/** Every file of tests that lies here, the one that shows the whole way first. */
const FILES = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".test.mjs"))
  .sort((a, b) => Number(b.startsWith("journey")) - Number(a.startsWith("journey")) || a.localeCompare(b));

rmSync(screensFolder, { recursive: true, force: true });
const tests = spawn(
  process.execPath,
  [
    "--test",
    "--test-concurrency=1",
    "--test-reporter=spec",
    ...FILES.map((file) => fileURLToPath(new URL(file, import.meta.url))),
  ],
  // In a group of its own: the runner starts one process for each file, and a signal has to reach those too.
  { detached: true, stdio: ["ignore", "inherit", "inherit"] },
);
const stop = () => process.kill(-tests.pid, "SIGTERM");
const limit = setTimeout(() => {
  console.error(`The browser tests did not end within ${WHOLE_RUN_MS / 60_000} minutes.`);
  stop();
}, WHOLE_RUN_MS);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, stop);
}
tests.on("exit", (code) => {
  clearTimeout(limit);
  process.exit(code ?? 1);
});
