/** The lessons of the walkthrough, filled in for this machine: chosen from a list, shown as a page. */
import { l10n, window } from "vscode";
import type { Parts } from "./parts";
import type { Lesson, LessonRow } from "./protocol";

/** Opens the lesson of the step that it is called with, or the one that the person chooses. */
export async function openLesson(parts: Parts, step: unknown): Promise<Lesson | undefined> {
  const id = typeof step === "string" ? step : await chooseLesson(parts);
  if (id === undefined) {
    return undefined;
  }
  const lesson = await parts.sidecar.request("tenstorrent/lesson", { id });
  await parts.documents.preview(lesson.title, lesson.markdown, false);
  return lesson;
}

async function chooseLesson({ sidecar }: Parts): Promise<string | undefined> {
  const { lessons } = await sidecar.request("tenstorrent/lessons", {});
  const rows = lessons.map((row) => ({ label: row.title, ...lessonState(row, lessons), id: row.id }));
  const chosen = await window.showQuickPick(rows, {
    title: l10n.t("Lessons"),
    placeHolder: l10n.t("Choose one: its commands are those of this machine"),
    matchOnDetail: true,
  });
  return chosen?.id;
}

/** What stands beside a lesson in the list: done, or why it cannot be done here and what can. */
export function lessonState(row: LessonRow, all: readonly LessonRow[]): { description?: string; detail?: string } {
  if (row.done) {
    return { description: l10n.t("done") };
  }
  if (row.can) {
    return {};
  }
  const nearest = all.find(({ id }) => id === row.nearest)?.title;
  const detail = nearest === undefined ? row.why : l10n.t("{0}. Nearest: {1}", row.why, nearest);
  return { description: l10n.t("not on this machine"), detail };
}
