/** A setup outside of the editor: a shell does not know the token that the editor keeps, and the person is told before. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Action } from "../src/message";
import type { Parts } from "../src/parts";
import type { SetupPlan } from "../src/protocol";
import { asScript, inTerminal } from "../src/setup-shell";
import { clipboard, pressing, shown } from "./vscode.stub";

const placed: string[] = [];
const typed = (): readonly string[] => placed;
let ranHere = 0;
const HERE: Action = { title: "Run", run: () => { ranHere += 1; } };

function parts(source: string | null): Parts {
  return {
    context: { secrets: { get: () => Promise.resolve("hf_secret") } },
    sidecar: { binary: () => ({ path: "/bin/tt-jukebox" }), request: () => Promise.resolve({ source }) },
    terminals: { place: (_which: string, line: string) => Promise.resolve(placed.push(line)) },
  } as unknown as Parts;
}

/** A plan with the weights still to come, or here. */
const plan = (done: boolean): SetupPlan =>
  ({ steps: [{ done, needs: ["network", "token"] }], terminal: "/bin/tt-jukebox setup x", script: "#!/bin/bash" }) as unknown as SetupPlan;

async function press(action: Action, button?: string): Promise<void> {
  if (button !== undefined) {
    pressing.button = button;
  }
  action.run();
  await new Promise(setImmediate);
  delete pressing.button;
}

beforeEach(() => {
  placed.length = shown.length = ranHere = 0;
});

test("where the shell has the token, or needs none, the setup stands in the terminal at once", async () => {
  for (const [source, done] of [["HF_TOKEN", false], [null, false], ["the editor", true]] as const) {
    await press(inTerminal(parts(source), plan(done), HERE));
  }
  assert.deepEqual(typed(), Array.from({ length: 3 }, () => "/bin/tt-jukebox setup x"));
  assert.deepEqual(shown, []);
});

test("where only the editor has it, that is said first, with every way out", async () => {
  const action = inTerminal(parts("the editor"), plan(false), HERE);
  await press(action);
  assert.deepEqual(typed(), []);
  assert.match(shown.join(), /does not know the token/);
  await press(action, "Run");
  assert.equal(ranHere, 1);
  await press(action, "Log In There");
  assert.deepEqual(typed(), ["/bin/tt-jukebox login"]);
  assert.match(shown.at(-1) ?? "", /then the setup can follow/);
  await press(action, "Without a Token");
  assert.equal(typed().at(-1), "/bin/tt-jukebox setup x");
});

test("a script says what it lacks", async () => {
  await press(asScript(parts("HF_TOKEN"), plan(false)));
  assert.doesNotMatch(shown.at(-1) ?? "", /HF_TOKEN/);
  await press(asScript(parts("the editor"), plan(false)));
  assert.match(shown.at(-1) ?? "", /set HF_TOKEN, or log in/);
  assert.equal(clipboard.text, "#!/bin/bash");
});
