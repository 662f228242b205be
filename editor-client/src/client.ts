/**
 * The one file that loads vscode-languageclient. It is built into a file of its own, which is loaded when the sidecar
 * is first started and not before: that library takes longer to load than everything else that activation does.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { type CancellationToken, type Disposable, type LogOutputChannel } from "vscode";
import { CloseAction, ErrorAction, LanguageClient, ProgressType, State } from "vscode-languageclient/node";
import { FailureError } from "./failure";
import { earlyExit, end } from "./launch";
import type { Notifications, Requests, SetupProgress, Status } from "./protocol";

const STOP_MS = 2000;
const START_MS = 15_000;

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
  /** Passes on what the server says of a setup under this token, until it is disposed of. */
  onProgress(token: string, hear: (progress: SetupProgress) => void): Disposable;
  stop(): Promise<void>;
}

/** The library shows messages of its own on errors. Ours say more, and one message is enough. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
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

  const client = new QuietClient("tenstorrent", "Tenstorrent", () => Promise.resolve(child), {
    documentSelector: [],
    outputChannel: log,
    initializationOptions: options.initializationOptions,
    initializationFailedHandler: () => false,
    stdioOptions: {
      stdout: () => undefined,
      stderr: (stream, channel) => {
        createInterface({ input: stream }).on("line", (line) => {
          lastLine = line;
          channel.error(line);
        });
      },
    },
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // Always a new process and a new client: the library's own restart does not survive a server that dies early.
      closed: () => {
        if (ready && !stopping) {
          // A process that only closed its output is of no use any more.
          void end(child, STOP_MS / 4);
          void within(ended, STOP_MS, "connection closed").then(options.onCrash);
        }
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
  });
  client.onNotification("tenstorrent/status" satisfies keyof Notifications, options.onStatus);

  try {
    const answered = client.start().then(() => "");
    const trouble = await within(Promise.race([answered, ended]), START_MS, `no answer in ${START_MS / 1000} s`);
    if (trouble !== "") {
      throw new Error(trouble);
    }
  } catch (error) {
    const ending = await within(ended, 500, error instanceof Error ? error.message : String(error));
    await end(child, 100);
    throw new FailureError(earlyExit(options.path, ending, lastLine));
  }
  ready = true;

  return {
    pid: child.pid,
    version: client.initializeResult?.serverInfo?.version,
    // Not always three arguments: for a method by name, an undefined token would go over the wire as a parameter.
    request: <M extends keyof Requests>(method: M, params: Requests[M]["params"], token?: CancellationToken) =>
      token === undefined
        ? client.sendRequest<Requests[M]["result"]>(method, params)
        : client.sendRequest<Requests[M]["result"]>(method, params, token),
    onProgress: (token, hear) => client.onProgress(new ProgressType<SetupProgress>(), token, hear),
    stop: async () => {
      stopping = true;
      const gone = end(child, STOP_MS);
      if (client.state === State.Running) {
        await client.stop(STOP_MS).catch((error: unknown) => {
          log.warn(`stopping the sidecar: ${String(error)}`);
        });
      }
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
