/**
 * The one file that loads vscode-jsonrpc. It is built into a file of its own, which is loaded when the sidecar is first
 * started and not before. Of the language server protocol only the greeting and the farewell are spoken: the sidecar
 * has no languages, so a whole language client would be four fifths of the bundle for nothing.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { workspace, type CancellationToken, type Disposable, type LogOutputChannel } from "vscode";
import {
  ConnectionError,
  createMessageConnection,
  ProgressType,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { FailureError } from "./failure";
import { earlyExit, end } from "./launch";
import type { Notifications, Requests, Status } from "./protocol";

/** How long an answer to the farewell may take, and the exit code of a process that has closed its output. */
const ANSWER_MS = 2000;
/** A setup that is under way ends its programs in order, which takes the sidecar up to eight seconds (server/lsp/mod.rs). */
const STOP_MS = 9000;
const START_MS = 15_000;
/** What the library says to whoever still waits when the connection goes, for those that come after it. */
const CONNECTION_LOST = -32097;

export interface ClientOptions {
  readonly child: ChildProcessWithoutNullStreams;
  readonly path: string;
  readonly log: LogOutputChannel;
  readonly initializationOptions: object;
  readonly onStatus: (status: Status) => void;
  /** The process went away although nobody stopped it. */
  readonly onCrash: (ending: string) => void;
}

/** A sidecar that answered `initialize`. */
export interface Connection {
  readonly pid: number | undefined;
  /** What `serverInfo` says; undefined when the server did not say. */
  readonly version: string | undefined;
  request<M extends keyof Requests>(
    method: M,
    params: Requests[M]["params"],
    token?: CancellationToken,
  ): Promise<Requests[M]["result"]>;
  /** Passes on what the server tells under this token, until it is disposed of. Its type is that of the request. */
  onProgress(token: string, hear: (value: never) => void): Pick<Disposable, "dispose">;
  stop(): Promise<void>;
}

/** What a server answers to `initialize`, as far as it matters here. */
interface Initialized {
  readonly serverInfo?: { readonly version?: string };
}

/** Talks to a process that was just started. Rejects with a `FailureError` when it does not answer `initialize`. */
export async function connect(options: ClientOptions): Promise<Connection> {
  const { child, log } = options;
  let lastLine = "";
  let ready = false;
  let stopping = false;
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(signal === null ? `exit code ${code ?? "unknown"}` : `signal ${signal}`);
    });
  });
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastLine = line;
    log.error(line);
  });

  const wire = createMessageConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  wire.onError(([error]) => {
    log.warn(`the connection to the sidecar: ${error.message}`);
  });
  wire.onClose(() => {
    // Whoever still waits for an answer is told so.
    wire.dispose();
    if (ready && !stopping) {
      // A process that only closed its output is of no use any more.
      void end(child, ANSWER_MS / 4);
      void within(ended, ANSWER_MS, "connection closed").then(options.onCrash);
    }
  });
  wire.onNotification("tenstorrent/status" satisfies keyof Notifications, options.onStatus);
  wire.onNotification("window/logMessage", ({ type, message }: { type: number; message: string }) => {
    const level = (["error", "error", "warn", "info"] as const)[type] ?? "debug";
    log[level](message);
  });
  wire.listen();

  let greeting: Initialized | string;
  try {
    const answered = wire.sendRequest<Initialized>("initialize", {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: (workspace.workspaceFolders ?? []).map(({ uri, name }) => ({ uri: uri.toString(), name })),
      capabilities: {},
      initializationOptions: options.initializationOptions,
    });
    greeting = await within<Initialized | string>(Promise.race([answered, ended]), START_MS, `no answer in ${START_MS / 1000} s`);
    if (typeof greeting === "string") {
      throw new Error(greeting);
    }
    await wire.sendNotification("initialized", {});
  } catch (error) {
    const ending = await within(ended, 500, error instanceof Error ? error.message : String(error));
    await end(child, 100);
    throw new FailureError(earlyExit(options.path, ending, lastLine));
  }
  ready = true;

  return {
    pid: child.pid,
    version: greeting.serverInfo?.version,
    request: async <M extends keyof Requests>(method: M, params: Requests[M]["params"], token?: CancellationToken) => {
      try {
        // Not always three arguments: for a method by name, an undefined token would go over the wire as a parameter.
        return await (token === undefined
          ? wire.sendRequest<Requests[M]["result"]>(method, params)
          : wire.sendRequest<Requests[M]["result"]>(method, params, token));
      } catch (error) {
        throw error instanceof ConnectionError ? new ResponseError(CONNECTION_LOST, error.message) : error;
      }
    },
    onProgress: (token, hear) => wire.onProgress(new ProgressType<never>(), token, hear),
    stop: async () => {
      stopping = true;
      const gone = end(child, STOP_MS);
      const farewell = async () => {
        await wire.sendRequest("shutdown");
        await wire.sendNotification("exit");
      };
      await within(farewell(), ANSWER_MS, undefined).catch((error: unknown) => {
        log.warn(`stopping the sidecar: ${String(error)}`);
      });
      // The other way to say it, for one that did not answer.
      child.stdin.end();
      await gone;
    },
  };
}

/** What the promise gives, or `otherwise` when it takes too long. */
async function within<T>(promise: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      resolve(otherwise);
    }, ms);
  });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
  });
}
