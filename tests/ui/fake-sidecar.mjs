/**
 * A sidecar that says what a test wants said: for states that the real one reaches only when a machine hangs. It speaks
 * just enough of the protocol to be greeted, and answers every request with null.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Writes the program to `path`; after the greeting it sends `status`, or nothing at all when that is null. */
export function writeFakeSidecar(path, version, status) {
  const body = `import(${JSON.stringify(fileURLToPath(import.meta.url))}).then(({ serve }) => serve(${JSON.stringify(version)}, ${JSON.stringify(status)}));\n`;
  writeFileSync(path, `#!${process.execPath}\n${body}`);
  chmodSync(path, 0o755);
}

/** The extension's own version, which the greeting must match. */
export function extensionVersion(root) {
  return JSON.parse(readFileSync(`${root}/editor-client/package.json`, "utf8")).version;
}

/** Runs in the fake program itself. */
export function serve(version, status) {
  const send = (message) => {
    const text = JSON.stringify({ jsonrpc: "2.0", ...message });
    process.stdout.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  let input = Buffer.alloc(0);
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("data", (chunk) => {
    input = Buffer.concat([input, chunk]);
    for (let head = input.indexOf("\r\n\r\n"); head >= 0; head = input.indexOf("\r\n\r\n")) {
      const length = Number(/Content-Length: (\d+)/.exec(input.subarray(0, head).toString())[1]);
      if (input.length < head + 4 + length) {
        return;
      }
      const message = JSON.parse(input.subarray(head + 4, head + 4 + length).toString());
      input = input.subarray(head + 4 + length);
      if (message.method === "exit") {
        process.exit(0);
      } else if (message.method === "initialized" && status !== null) {
        send({ method: "tenstorrent/status", params: status });
      } else if (message.method === "initialize") {
        send({ id: message.id, result: { capabilities: {}, serverInfo: { name: "tt-jukebox", version } } });
      } else if (message.id !== undefined) {
        send({ id: message.id, result: null });
      }
    }
  });
}
