/** The life of the sidecar's process: started on first use, once; restarted after a crash, but not for ever. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { EventEmitter, l10n, workspace, type ExtensionContext, type LogOutputChannel } from "vscode";
import { candidates, choose, type Candidate } from "./binary";
import type { Connection } from "./client";
import { CrashLimit } from "./crashes";
import { FailureError, showFailure, toFailure, type Failure } from "./failure";
import { launch, nothingToStart } from "./launch";
import { say } from "./message";
import type { Status } from "./protocol";
import { editorProxy } from "./proxy";
import { sidecarPath, sidecarSettings } from "./settings";

export type SidecarState =
  | { readonly kind: "stopped" }
  /** It ends in order, which takes seconds where it has work under way; a request waits for that and starts the next. */
  | { readonly kind: "stopping" }
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly path: string; readonly pid: number | undefined }
  | { readonly kind: "failed"; readonly failure: Failure };

export abstract class SidecarLife {
  private current: SidecarState = { kind: "stopped" };
  private connection: Promise<Connection> | undefined;
  /** The end of the last one, until it is over. */
  private stopping: Promise<void> | undefined;
  private readonly crashes = new CrashLimit();
  private givenUp: Failure | undefined;
  private restarts: Promise<void> = Promise.resolve();
  private warnedAbout: string | undefined;
  private readonly stateChanged = new EventEmitter<SidecarState>();
  private readonly statusChanged = new EventEmitter<Status>();

  readonly onState = this.stateChanged.event;
  readonly onStatus = this.statusChanged.event;

  constructor(
    private readonly context: ExtensionContext,
    protected readonly log: LogOutputChannel,
  ) {}

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
    this.stateChanged.dispose();
    this.statusChanged.dispose();
  }

  protected connected(): Promise<Connection> {
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
