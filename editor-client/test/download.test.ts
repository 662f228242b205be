/** The download that has the editor's token: what its program is given, what it tells, and how it ends. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Bar } from "../src/download";
import { events, type DownloadEvent } from "../src/download-events";
import type { FailureError } from "../src/failure";
import { LESSON_ACTIONS } from "../src/lesson-actions";
import type { Parts } from "../src/parts";
import { configured, reported, shown } from "./vscode.stub";

const TOKEN = "hf_secret";
const folder = mkdtempSync(join(tmpdir(), "download-"));
after(() => { rmSync(folder, { recursive: true }); });

/** A program that does what `script` says, in the place of ours. */
function program(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const NOBODY = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };

const GOOD = program("good", `
echo "$*" > "$0.words"
echo "$HF_TOKEN $TT_JUKEBOX_SIMULATE" > "$0.env"
echo '{"event":"progress","bytes":1000000,"total":4000000,"file":"a"}'
echo '{"event":"waiting","seconds":6,"why":"the server sends nothing"}'
echo 'no JSON'
echo '{"event":"done","bytes":4000000,"folder":"/weights"}'`);
const REFUSED = program("refused", `
echo '{"event":"failed","error":{"kind":"network","what":"x/y is gated","why":"403","next":"Accept its terms."}}'
exit 8`);

test("what it tells is passed on, and what it fails with is the failure", async () => {
  const heard: DownloadEvent[] = [];
  await events(GOOD, ["download"], process.env, (event) => heard.push(event), NOBODY);
  assert.deepEqual(heard.map(({ event }) => event), ["progress", "waiting", "done"]);
  const fails = (path: string, pattern: RegExp) => assert.rejects(events(path, [], process.env, () => undefined, NOBODY), pattern);
  await fails(REFUSED, /x\/y is gated: 403/);
  await fails(program("dies", "echo 'out of memory' >&2; exit 3"), /exit code 3: out of memory/);
  await fails(join(folder, "missing"), /ENOENT/);
});

test("Cancel ends the program, and that is no error", async () => {
  const endless = program("endless", `echo $$ > "$0.pid"; trap 'touch "$0.asked"; exit 130' TERM; echo '{"event":"waiting","seconds":1,"why":""}'; while :; do sleep 0.05; done`);
  let stop: (() => void) | undefined;
  const token = {
    isCancellationRequested: false,
    onCancellationRequested: (heard: () => void) => {
      stop = heard;
      return { dispose: () => undefined };
    },
  };
  const press = () => {
    token.isCancellationRequested = true;
    stop?.();
  };
  await assert.rejects(events(endless, [], process.env, press, token as never), ({ failure }: FailureError) => failure.kind === "cancelled");
  assert.ok(existsSync(`${endless}.asked`), "it was asked to end");
  assert.throws(() => process.kill(Number(readFileSync(`${endless}.pid`, "utf8")), 0));
});

/** Everything that a download touches. The terminal notes what is typed into it and is busy. */
function parts(binary: string, source: string | null) {
  const asked: { method: string; params: Record<string, unknown> }[] = [];
  const typed: string[] = [];
  const answers: Readonly<Record<string, unknown>> = { "tenstorrent/token": { source }, "tenstorrent/progress": { refused: null } };
  const fakes = {
    context: { secrets: { get: () => Promise.resolve(TOKEN) }, globalStorageUri: {} },
    sidecar: {
      binary: () => ({ path: binary }),
      request: (method: string, params: Record<string, unknown>) => {
        asked.push({ method, params });
        return Promise.resolve(answers[method]);
      },
    },
    terminals: {
      ready: () => Promise.resolve({ shellIntegration: {} }),
      shell: () => "bash",
      run: (_which: string, line: string) => {
        typed.push(line);
        return Promise.resolve("busy");
      },
    },
  };
  return { asked, typed, parts: fakes as unknown as Parts };
}

const download = (all: Parts, ...words: string[]) => LESSON_ACTIONS.downloadWeights(all, words[0], words[1]);

test("a token that the editor alone has goes along in the environment, and the step is proved", async () => {
  configured.set("tenstorrent.simulate", "n150");
  const { asked, typed, parts: all } = parts(GOOD, "the editor");
  assert.equal(await download(all, "id_of_x", "X"), true);
  assert.equal(readFileSync(`${GOOD}.words`, "utf8"), "download --events id_of_x\n");
  assert.equal(readFileSync(`${GOOD}.env`, "utf8"), `${TOKEN} n150\n`);
  assert.deepEqual(typed, [], "nothing was typed");
  const proof = asked.find(({ method }) => method === "tenstorrent/progress")?.params;
  assert.deepEqual([proof?.action, proof?.step, proof?.exit_code], ["prove", "download-model", 0]);
  assert.match(reported.map(({ message }) => message).join("\n"), /1\.0 MB of 4\.0 MB\nnothing has come for 6 s: the server sends nothing/);
  configured.clear();
});

test("a download that is refused is told, and proves nothing", async () => {
  const { asked, parts: all } = parts(REFUSED, "the editor");
  assert.equal(await download(all, "x"), false);
  assert.equal(shown.at(-1), "x/y is gated: 403. Accept its terms.");
  assert.ok(!asked.some(({ method }) => method === "tenstorrent/progress"));
});

test("without a token of the editor it stays in the terminal", async () => {
  for (const source of [null, "HF_TOKEN", "/home/me/.cache/huggingface/token"]) {
    const { typed, parts: all } = parts("/bin/tt-jukebox", source);
    assert.equal(await download(all, "x"), false);
    assert.match(typed.join(), /^\/bin\/tt-jukebox download x$/);
  }
});

test("the bar has bytes and a rate, and never goes back", () => {
  const bar = new Bar();
  assert.deepEqual(bar.progress(1e9, 4e9, 0), { message: "1.0 GB of 4.0 GB", increment: 25 });
  assert.deepEqual(bar.progress(2e9, 4e9, 4000), { message: "2.0 GB of 4.0 GB · 250 MB a second", increment: 25 });
  assert.equal(bar.progress(1e9, 4e9, 4100).increment, 0);
  assert.equal(bar.progress(4e9, 4e9, 9000).increment, 50);
  assert.equal(new Bar().progress(0, 0, 0).increment, 0);
});
