/** A notification that counts the seconds, for work whose end nobody can foretell. */
import { l10n, ProgressLocation, window, type CancellationToken } from "vscode";

export function countSeconds<T>(
  title: string,
  cancellable: boolean,
  work: (token: CancellationToken) => Promise<T>,
): Promise<T> {
  const shown = window.withProgress({ location: ProgressLocation.Notification, title, cancellable }, async (progress, token) => {
    const started = Date.now();
    const timer = setInterval(() => {
      progress.report({ message: l10n.t("{0} s", Math.round((Date.now() - started) / 1000)) });
    }, 1000);
    try {
      return await work(token);
    } finally {
      clearInterval(timer);
    }
  });
  return Promise.resolve(shown);
}
