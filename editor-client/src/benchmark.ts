/** A measurement of the server that runs: how long it takes is chosen first, what it found opens as a page with a chart. */
import { l10n, ProgressLocation, window, type QuickPickItem } from "vscode";
import { say } from "./message";
import type { Parts } from "./parts";
import type { BenchReport } from "./protocol";
import { answers, serverAt } from "./server-text";

interface Choice extends QuickPickItem {
  readonly quick: boolean;
}

/** Undefined when the person chose nothing, or no server answers. `url` names one of several. */
export async function runBenchmark({ documents, servers, sidecar }: Parts, url?: unknown): Promise<BenchReport | undefined> {
  const server = serverAt(await servers.look(), url);
  if (server === undefined || !answers(server.life)) {
    say("info", l10n.t("There is nothing to measure: no model server answers."));
    return undefined;
  }
  const choice = await window.showQuickPick(choices(), { title: l10n.t("Benchmark {0}", server.name) });
  if (choice === undefined) {
    return undefined;
  }
  const report = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Measuring {0}", server.name), cancellable: true },
    (progress, token) => {
      let done = 0;
      return sidecar.measure({ url: server.url, quick: choice.quick }, (now) => {
        progress.report({ message: now.message, increment: now.of === 0 ? 0 : (100 * (now.done - done)) / now.of });
        done = now.done;
      }, token);
    },
  );
  await documents.preview(l10n.t("Benchmark of {0}", server.name), report.text, false);
  return report;
}

function choices(): Choice[] {
  return [
    {
      label: l10n.t("Quick"),
      detail: l10n.t("Short answers, up to four requests at once: less than a minute on most servers"),
      quick: true,
    },
    {
      label: l10n.t("Full"),
      detail: l10n.t("Up to as many requests at once as the entry allows: the figures to compare with the published targets"),
      quick: false,
    },
  ];
}
