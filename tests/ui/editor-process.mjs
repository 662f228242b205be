/**
 * Starts one editor server in a process group of its own and ends that group, by its id, however the run ends.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";

const running = new Set();
const LINES_KEPT = 60;

/**
 * Starts `program` and resolves as soon as a line of its output matches `ready`. The answer holds the match, the
 * process id, `log()` (the last lines it printed) and `stop()`.
 */
export async function startEditor(program, args, { env, cwd, ready, timeoutMs = 60_000 }) {
  const child = spawn(program, args, { env, cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const lines = [];
  const stop = () => stopGroup(child);
  const started = new Promise((resolve, reject) => {
    const keep = (chunk) => {
      for (const line of chunk.toString().split("\n").filter(Boolean)) {
        lines.push(line);
        if (lines.length > LINES_KEPT) {
          lines.shift();
        }
        const found = ready.exec(line);
        if (found) {
          resolve(found);
        }
      }
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the editor ended with code ${code} before it was ready`)));
  });
  try {
    const found = await within(started, timeoutMs, "the editor to start");
    return { found, pid: child.pid, log: () => lines.join("\n"), stop };
  } catch (cause) {
    await stop();
    throw new Error(`${cause.message}\n${lines.join("\n")}`, { cause });
  }
}

/** Rejects with a sentence when `promise` takes longer than `ms`. */
export async function within(promise, ms, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms / 1000} s for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function stopGroup(child) {
  if (child.pid === undefined) {
    // It never started.
    running.delete(child);
    return;
  }
  const ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : once(child, "exit");
  signalGroup(child, "SIGTERM");
  await within(ended, 5_000, "the editor to stop").catch(() => {});
  // Whatever is left of the group, such as an extension host that outlived its server.
  signalGroup(child, "SIGKILL");
  running.delete(child);
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") {
      throw error;
    }
  }
}

// An interrupted run must not leave an editor behind: groups of their own do not hear the terminal's Ctrl-C.
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
  process.once(signal, () => process.exit(code));
}
process.on("exit", () => {
  for (const child of running) {
    signalGroup(child, "SIGKILL");
  }
});
