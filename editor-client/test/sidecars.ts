/** A sidecar of a few lines, and the editor's end of it: for what happens between its start and its end. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExtensionContext, LogOutputChannel } from "vscode";
import { Sidecar } from "../src/sidecar";

const VERSION = "1.0.0";
/** Answers everything with null, a setup not at all, and takes its time to end. It writes down what happens to it. */
const PROGRAM = `
const { appendFileSync } = require("node:fs");
const note = (what) => appendFileSync(__dirname + "/notes", what + "\\n");
const send = (message) => {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  process.stdout.write("Content-Length: " + Buffer.byteLength(text) + "\\r\\n\\r\\n" + text);
};
note("start");
process.on("SIGTERM", () => { note("killed"); process.exit(1); });
let input = "";
process.stdin.setEncoding("utf8").on("data", (part) => {
  input += part;
  for (let found; (found = /^Content-Length: (\\d+)\\r\\n[^{]*/.exec(input)) !== null; ) {
    const end = found[0].length + Number(found[1]);
    if (input.length < end) {
      return;
    }
    const { id, method } = JSON.parse(input.slice(found[0].length, end));
    input = input.slice(end);
    if (method === "exit") {
      setTimeout(() => { note("end"); process.exit(0); }, LINGER);
    } else if (id !== undefined && method !== "tenstorrent/setup/run") {
      send({ id, result: method === "initialize" ? { serverInfo: { version: "${VERSION}" } } : null });
    }
  }
});
`;

/** A sidecar that needs `lingerMs` for its end; what has happened to its processes; and the way to be rid of both. */
export function slowSidecar(lingerMs: number) {
  const folder = mkdtempSync(join(tmpdir(), "tt-sidecar-"));
  const path = join(folder, "tt-jukebox");
  writeFileSync(path, `#!${process.execPath}\n${PROGRAM.replace("LINGER", String(lingerMs))}`);
  chmodSync(path, 0o755);
  process.env.TT_SIDECAR_PATH = path;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const extension = { packageJSON: { version: VERSION } };
  const sidecar = new Sidecar({ extension, extensionPath: folder } as unknown as ExtensionContext, log as unknown as LogOutputChannel);
  const file = join(folder, "notes");
  const notes = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
  const remove = async () => {
    await sidecar.stop();
    sidecar.dispose();
    delete process.env.TT_SIDECAR_PATH;
    rmSync(folder, { recursive: true });
  };
  return { notes, remove, sidecar };
}
