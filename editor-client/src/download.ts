/**
 * Weights, fetched by a program that the editor starts. It gets the token that only the editor has, in its environment:
 * a terminal would show it, and everything that runs there later would have it.
 */
import { l10n, ProgressLocation, window, type CancellationToken } from "vscode";
import { events } from "./download-events";
import { showFailure, toFailure } from "./failure";
import { openLesson, prove } from "./lesson-run";
import { commandAction, say } from "./message";
import type { Parts } from "./parts";
import { programEnvironment } from "./program";

export const DOWNLOAD_STEP = "download-model";
/** A rate is measured over so long at least. */
const RATE_MS = 2000;

export interface Weights {
  readonly model: string;
  /** For people. */
  readonly name: string;
}

/** Fetches the weights of a model and has the step proved. True when all of it is here and the step is proved. */
export async function downloadHere(parts: Parts, weights: Weights, token: string): Promise<boolean> {
  const lesson = openLesson(DOWNLOAD_STEP);
  try {
    await window.withProgress(
      { location: ProgressLocation.Notification, title: l10n.t("Downloading {0}", weights.name), cancellable: true },
      (progress, cancel) => fetchWeights(parts, weights.model, token, (report) => { progress.report(report); }, cancel),
    );
  } catch (error) {
    const failure = toFailure(error);
    const again = { title: l10n.t("Carry On"), run: () => downloadHere(parts, weights, token) };
    if (failure.kind === "cancelled") {
      say("info", l10n.t("The download of {0} is stopped. It goes on where it was.", weights.name), [again]);
    } else {
      showFailure(failure, [commandAction(l10n.t("Set the Hugging Face Token"), "tenstorrent.setHuggingFaceToken"), lesson]);
    }
    return false;
  }
  const refused = await prove(parts, DOWNLOAD_STEP, { run: l10n.t("the download"), exitCode: 0 });
  if (refused !== "") {
    say("warning", refused, [lesson]);
    return false;
  }
  say("info", l10n.t("All files of the model are here."));
  return true;
}

interface Report {
  readonly message: string;
  readonly increment: number;
}

/** Resolves when everything is here; rejects with a `FailureError`. */
async function fetchWeights(parts: Parts, model: string, token: string, report: (report: Report) => void, cancel: CancellationToken): Promise<void> {
  const bar = new Bar();
  const words = ["download", "--events", model];
  const env = { ...programEnvironment(), HF_TOKEN: token };
  await events(parts.sidecar.binary().path, words, env, (event) => {
    if (event.event === "progress") {
      report(bar.progress(event.bytes, event.total, Date.now()));
    } else if (event.event === "waiting") {
      report({ message: l10n.t("nothing has come for {0} s: {1}", event.seconds, event.why), increment: 0 });
    }
  }, cancel);
}

/** How far it is: bytes, and how many come in a second. */
export class Bar {
  private shown = 0;
  private rate = "";
  private from: { readonly bytes: number; readonly at: number } | undefined;

  /** `at` in milliseconds. */
  progress(bytes: number, total: number, at: number): Report {
    this.from ??= { bytes, at };
    if (at - this.from.at >= RATE_MS) {
      this.rate = l10n.t("{0} a second", size(((bytes - this.from.bytes) * 1000) / (at - this.from.at)));
      this.from = { bytes, at };
    }
    const percent = total === 0 ? 0 : (100 * bytes) / total;
    const increment = Math.max(0, percent - this.shown);
    this.shown += increment;
    const part = l10n.t("{0} of {1}", size(bytes), size(total));
    return { message: [part, this.rate].filter(Boolean).join(" · "), increment };
  }
}

/** 4600000000 -> "4.6 GB". */
function size(bytes: number): string {
  return bytes < 1e9 ? l10n.t("{0} MB", (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)) : l10n.t("{0} GB", (bytes / 1e9).toFixed(1));
}
