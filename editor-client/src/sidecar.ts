/** The sidecar as everybody uses it: typed requests, work that tells how far it is, and what starts it again. */
import { randomUUID } from "node:crypto";
import { l10n, workspace, type CancellationToken, type Disposable, type ExtensionContext, type LogOutputChannel } from "vscode";
import { FailureError, toFailure } from "./failure";
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
} from "./protocol";
import { concernsStart } from "./settings";
import { SidecarLife } from "./sidecar-life";
import { Restarts } from "./sidecar-restarts";

export type { SidecarState } from "./sidecar-life";

export class Sidecar extends SidecarLife implements Disposable {
  private readonly wishes = new Restarts(() => this.restart());
  private readonly subscriptions: readonly Pick<Disposable, "dispose">[];

  constructor(context: ExtensionContext, log: LogOutputChannel) {
    super(context, log);
    this.subscriptions = [
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

  override dispose(): void {
    super.dispose();
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
}
