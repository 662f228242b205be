/**
 * A test runner of one screen: the extension host offers none, and loading one into it would only add what can fail.
 */
const TEST_MS = 45_000;
const cases = [];

/** Every line for the driver starts like this; it drops everything else the workbench reports. */
const tell = (line) => console.log(`suite| ${line}`);

exports.test = (name, work) => cases.push({ name, work });

/** Runs the tests in order and prints `N passed, N failed`; rejects when one failed. */
exports.runAll = async () => {
  let failed = 0;
  for (const { name, work } of cases) {
    const started = Date.now();
    try {
      await limited(work());
      tell(`ok    ${name} (${Date.now() - started} ms)`);
    } catch (error) {
      failed += 1;
      tell(`FAIL  ${name} (${Date.now() - started} ms)`);
      tell(String(error?.stack ?? error).replaceAll("\n", "\n      "));
    }
  }
  tell(`${cases.length - failed} passed, ${failed} failed`);
  if (failed > 0) {
    throw new Error(`${failed} failed`);
  }
};

/** Waits until `read()` answers something `accept` takes, and returns that; the last answer is in the error. */
exports.until = async (what, read, accept, timeoutMs = 20_000) => {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await read();
    if (accept(answer)) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; the last answer was ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

async function limited(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${TEST_MS / 1000} s`)), TEST_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
