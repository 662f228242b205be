/** Templates: copied into the scratchpad and opened. What somebody has edited is replaced only after a look and a question. */
import { commands, l10n, Uri, ViewColumn, window } from "vscode";
import { FailureError, told } from "./failure";
import { say } from "./message";
import type { Parts } from "./parts";
import type { TemplateEntry } from "./protocol";

/** Copies a template and opens its first file. Undefined when nothing was chosen. */
export async function createFromTemplate(parts: Parts, id: unknown): Promise<TemplateEntry | undefined> {
  const chosen = typeof id === "string" ? id : await chooseTemplate(parts);
  if (chosen === undefined) {
    return undefined;
  }
  const template = await copyTemplate(parts, chosen);
  const [first] = template.files;
  if (first !== undefined) {
    await openFile(first.path);
  }
  tell(parts, template);
  return template;
}

/** Copies what is missing or outdated, and leaves alone what somebody has edited. */
export async function copyTemplate({ sidecar }: Parts, id: string, replace = false): Promise<TemplateEntry> {
  const { templates } = await sidecar.request("tenstorrent/templates", { action: "copy", id, dir: null, replace });
  const [template] = templates;
  if (template === undefined) {
    throw new FailureError({
      kind: "no_match",
      what: l10n.t("There is no template {0}", id),
      why: l10n.t("this tt-jukebox has none of that name"),
      next: l10n.t('"Tenstorrent: Create a Script from a Template" lists them.'),
    });
  }
  return template;
}

/** Opens a file beside a page that has no text of its own, such as the walkthrough; else where one works. */
export async function openFile(path: string): Promise<void> {
  const { activeTab } = window.tabGroups.activeTabGroup;
  const isPage = activeTab !== undefined && activeTab.input === undefined;
  await commands.executeCommand("vscode.open", Uri.file(path), { preview: false, viewColumn: isPage ? ViewColumn.Beside : ViewColumn.Active });
}

async function chooseTemplate({ sidecar }: Parts): Promise<string | undefined> {
  const { templates } = await sidecar.request("tenstorrent/templates", { action: "list", id: null, dir: null, replace: false });
  const rows = templates.map(({ id, title, about, needs }) => ({ id, label: title, description: needs.join(", "), detail: about }));
  const title = l10n.t("Templates");
  const chosen = await window.showQuickPick(rows, { title, placeHolder: l10n.t("Choose one to copy"), matchOnDetail: true });
  return chosen?.id;
}

function tell(parts: Parts, template: TemplateEntry): void {
  const edited = template.files.filter(({ difference }) => difference !== null);
  const [first] = edited;
  if (first === undefined) {
    say("info", l10n.t("{0}: the script is in {1}.", template.title, template.files[0]?.path ?? ""));
    return;
  }
  const compare = async () => {
    for (const { path, difference } of edited) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const fresh = parts.documents.virtual(name, difference?.ours ?? "");
      await commands.executeCommand("vscode.diff", Uri.file(path), fresh, l10n.t("{0}: yours and the template", name), { preview: false });
    }
    // A pressed button takes the question away.
    tell(parts, template);
  };
  const replace = async () => {
    const { files } = await copyTemplate(parts, template.id, true);
    const kept = files.flatMap(({ backup }) => backup ?? []);
    say("info", l10n.t("The template is there again. What you had is kept as {0}.", kept.join(", ")));
  };
  say("warning", l10n.t("You have edited {0}, so it was left alone.", edited.map(({ path }) => path).join(", ")), [
    { title: l10n.t("Show Difference"), run: () => told(compare()) },
    { title: l10n.t("Replace, Keep Mine Aside"), run: () => told(replace()) },
  ]);
}
