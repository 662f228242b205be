/**
 * Runs the browser tests in two lanes side by side, one file after another in each, with a limit on the whole: a browser
 * that hangs must not hold up a build for ever. The reports of node:test go to the terminal, the exit code is the worst.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { screensFolder } from "./places.mjs";

const WHOLE_RUN_MS = 20 * 60_000;
const isSecond = (name) => /^(walkthrough|chat|commands|setup|tree)/.test(name);
/** The walks stay in one lane, since both use the port that the lessons name. The lanes take about as long as each other. */
const LANES = [(name) => !isSecond(name), isSecond];
/** Every file of tests that lies here, the one that shows the whole way first. */
const FILES = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".test.mjs"))
  .sort((a, b) => Number(b.startsWith("journey")) - Number(a.startsWith("journey")) || a.localeCompare(b));

rmSync(screensFolder, { recursive: true, force: true });
/** With one core for each lane, side by side; with one core, everything in one. */
const lanes = availableParallelism() < LANES.length ? [FILES] : LANES.map((takes) => FILES.filter(takes));
const running = lanes.map((files, at) =>
  spawn(
    process.execPath,
    [
      "--test",
      "--test-concurrency=1",
      "--test-reporter=spec",
      ...files.map((file) => fileURLToPath(new URL(file, import.meta.url))),
    ],
    // In a group of its own: the runner starts one process for each file, and a signal has to reach those too.
    { detached: true, stdio: ["ignore", at === 0 ? "inherit" : "pipe", "inherit"] },
  ));
const stop = () => {
  for (const { pid, exitCode } of running) {
    if (exitCode === null) {
      process.kill(-pid, "SIGTERM");
    }
  }
};
const limit = setTimeout(() => {
  console.error(`The browser tests did not end within ${WHOLE_RUN_MS / 60_000} minutes.`);
  stop();
}, WHOLE_RUN_MS);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, stop);
}
const codes = await Promise.all(running.map(async (tests) => {
  // Two reports at once would be none: that of a second lane comes when it is whole.
  let report = "";
  tests.stdout?.setEncoding("utf8").on("data", (part) => (report += part));
  const [code] = await once(tests, "close");
  process.stdout.write(report);
  return code ?? 1;
}));
clearTimeout(limit);
process.exit(Math.max(...codes));
