/** The sidecar's life: started on first use, once; restarted after a crash, but not for ever; typed requests. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import {
  EventEmitter,
  l10n,
  workspace,
  type CancellationToken,
  type Disposable,
  type ExtensionContext,
  type LogOutputChannel,
} from "vscode";
import { candidates, choose, type Candidate } from "./binary";
import type { Connection } from "./client";
import { CrashLimit } from "./crashes";
import { FailureError, showFailure, toFailure, type Failure } from "./failure";
import { launch, nothingToStart } from "./launch";
import { say } from "./message";
import type {
  BenchParams,
  BenchProgress,
  BenchReport,
  ChatOutcome,
  ChatParams,
  ChatPartial,
  Requests,
  SetupOutcome,
  SetupProgress,
  Status,
} from "./protocol";
import { editorProxy } from "./proxy";
import { Restarts } from "./sidecar-restarts";
import { concernsStart, sidecarPath, sidecarSettings } from "./settings";

export type SidecarState =
  | { readonly kind: "stopped" }
  /** It ends in order, which takes seconds where it has work under way; a request waits for that and starts the next. */
  | { readonly kind: "stopping" }
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly path: string; readonly pid: number | undefined }
  | { readonly kind: "failed"; readonly failure: Failure };

export class Sidecar implements Disposable {
  private current: SidecarState = { kind: "stopped" };
  private connection: Promise<Connection> | undefined;
  /** The end of the last one, until it is over. */
  private stopping: Promise<void> | undefined;
  private readonly crashes = new CrashLimit();
  private givenUp: Failure | undefined;
  private restarts: Promise<void> = Promise.resolve();
  private readonly wishes = new Restarts(() => this.restart());
  private warnedAbout: string | undefined;
  private readonly stateChanged = new EventEmitter<SidecarState>();
  private readonly statusChanged = new EventEmitter<Status>();
  private readonly subscriptions: readonly Pick<Disposable, "dispose">[];

  readonly onState = this.stateChanged.event;
  readonly onStatus = this.statusChanged.event;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {
    this.subscriptions = [
      this.stateChanged,
      this.statusChanged,
      this.wishes,
      workspace.onDidChangeConfiguration((change) => {
        if (concernsStart(change)) {
          this.wishes.soon();
        }
      }),
      workspace.onDidGrantWorkspaceTrust(() => {
        this.wishes.soon();
      }),
    ];
  }

  get state(): SidecarState {
    return this.current;
  }

  /** The binary that is used now, or would be. */
  binary(): Candidate {
    const places = {
      env: process.env,
      setting: sidecarPath(),
      trusted: workspace.isTrusted,
      extensionPath: this.context.extensionPath,
      home: homedir(),
    };
    const candidate = choose(candidates(places), existsSync);
    if (candidate === undefined) {
      throw new FailureError(nothingToStart());
    }
    return candidate;
  }

  /** Starts it unless it runs. Every caller waits for the same start. */
  start(): Promise<void> {
    return this.connected().then(() => undefined);
  }

  /** Sends a request; whatever goes wrong becomes a `FailureError`. */
  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M]["params"],
    token?: CancellationToken,
  ): Promise<Requests[M]["result"]> {
    try {
      const connection = await this.connected();
      return await connection.request(method, params, token);
    } catch (error) {
      const failure = toFailure(error);
      this.log.warn(`${method}: ${failure.kind}: ${failure.what}: ${failure.why}`);
      throw new FailureError(failure);
    }
  }

  /** Runs a setup and passes on every snapshot of its progress. */
  setUp(
    goal: { readonly model: string; readonly device: string | null },
    hear: (progress: SetupProgress) => void,
    token: CancellationToken,
  ): Promise<SetupOutcome> {
    return this.heard(l10n.t("a setup"), hear, (name) => this.request("tenstorrent/setup/run", { ...goal, work_done_token: name }, token));
  }

  /** Has a model answer and passes on every piece. The outcome is the whole of them and can overtake the last. */
  chat(
    asked: Omit<ChatParams, "partial_result_token">,
    hear: (piece: ChatPartial) => void,
    token: CancellationToken,
  ): Promise<ChatOutcome> {
    return this.heard(l10n.t("an answer"), hear, (name) => this.request("tenstorrent/chat", { ...asked, partial_result_token: name }, token));
  }

  /** Measures a server and passes on how far it is. */
  measure(
    asked: Omit<BenchParams, "work_done_token">,
    hear: (progress: BenchProgress) => void,
    token: CancellationToken,
  ): Promise<BenchReport> {
    return this.heard(l10n.t("a benchmark"), hear, (name) => this.request("tenstorrent/bench", { ...asked, work_done_token: name }, token));
  }

  /** Starts it again as a person wants it, who is asked first where that would end a setup, a benchmark or an answer. */
  restartWhenFree(): Promise<void> {
    return this.wishes.now();
  }

  /** Stops it and starts it again. Calls queue up, so the last settings always win. */
  restart(): Promise<void> {
    const next = this.restarts.then(async () => {
      await this.stop();
      this.crashes.clear();
      await this.start();
    });
    this.restarts = next.catch(() => undefined);
    return next;
  }

  /** Stops it; the process is gone when the promise resolves. */
  async stop(): Promise<void> {
    const connection = this.connection;
    this.connection = undefined;
    this.givenUp = undefined;
    this.set({ kind: "stopping" });
    // One that is still on its way out is waited for too.
    const stopping = Promise.all([this.stopping, stopped(connection)]).then(() => undefined);
    this.stopping = stopping;
    await stopping;
    this.ended(stopping);
  }

  dispose(): void {
    this.subscriptions.forEach((subscription) => {
      subscription.dispose();
    });
  }

  /** Sends a request under a name, and listens for what is told under it until the answer is there. */
  private heard<R>(what: string, hear: (value: never) => void, request: (name: string) => Promise<R>): Promise<R> {
    return this.wishes.during(what, async () => {
      const name = randomUUID();
      const heard = (await this.connected()).onProgress(name, hear);
      try {
        return await request(name);
      } finally {
        heard.dispose();
      }
    });
  }

  private connected(): Promise<Connection> {
    if (this.givenUp !== undefined) {
      return Promise.reject(new FailureError(this.givenUp));
    }
    if (this.connection === undefined) {
      const isCurrent = () => this.connection === attempt;
      // Never two of them at once: both would hold the same locks.
      const attempt: Promise<Connection> = this.stopping?.then(() => this.connect(isCurrent)) ?? this.connect(isCurrent);
      this.connection = attempt;
      attempt.catch((error: unknown) => {
        // Not kept: the next request tries again, the cause may be mended by then.
        if (this.connection === attempt) {
          this.connection = undefined;
          this.set({ kind: "failed", failure: toFailure(error) });
        }
      });
    }
    return this.connection;
  }

  private async connect(isCurrent: () => boolean): Promise<Connection> {
    this.set({ kind: "starting" });
    const candidate = this.binary();
    this.log.info(`starting ${candidate.path} (from: ${candidate.origin})`);
    const [child, { connect }] = await Promise.all([launch(candidate, editorProxy()), import("./client")]);
    const connection = await connect({
      child,
      path: candidate.path,
      log: this.log,
      initializationOptions: sidecarSettings(),
      onStatus: (status) => {
        if (isCurrent()) {
          this.statusChanged.fire(status);
        }
      },
      onCrash: (ending) => {
        if (isCurrent()) {
          this.crashed(ending);
        }
      },
    });
    this.compareVersion(connection.version, candidate.path);
    if (isCurrent()) {
      this.set({ kind: "running", path: candidate.path, pid: connection.pid });
    }
    return connection;
  }

  private ended(stopping: Promise<void>): void {
    if (this.stopping === stopping) {
      this.stopping = undefined;
    }
    // Unless somebody has asked for the next one in the meantime.
    if (this.connection === undefined) {
      this.set({ kind: "stopped" });
    }
  }

  private crashed(ending: string): void {
    this.connection = undefined;
    if (this.crashes.allows(Date.now())) {
      this.log.warn(`the sidecar ended (${ending}); starting it again`);
      this.connected().catch((error: unknown) => {
        this.giveUp(toFailure(error));
      });
      return;
    }
    this.giveUp({
      kind: "sidecar_crash_loop",
      what: l10n.t("The Tenstorrent sidecar keeps crashing"),
      why: l10n.t("it ended several times within three minutes, last with {0}", ending),
      next: l10n.t("See the log, then restart it."),
    });
  }

  private giveUp(failure: Failure): void {
    this.givenUp = failure;
    this.set({ kind: "failed", failure });
    showFailure(failure, [{ title: l10n.t("Restart"), run: () => this.restart() }]);
  }

  private compareVersion(version: string | undefined, path: string): void {
    const own = (this.context.extension.packageJSON as { version: string }).version;
    if (version !== own && this.warnedAbout !== path) {
      this.warnedAbout = path;
      const theirs = version ?? l10n.t("unknown");
      say("warning", l10n.t("{0} is version {1}, the Tenstorrent extension is {2}. They may not fit.", path, theirs, own));
    }
  }

  private set(state: SidecarState): void {
    this.current = state;
    this.stateChanged.fire(state);
  }
}

async function stopped(connection: Promise<Connection> | undefined): Promise<void> {
  try {
    await (await connection)?.stop();
  } catch {
    // It never came up, so there is nothing to stop.
  }
}
