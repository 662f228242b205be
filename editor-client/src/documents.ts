/** Read-only Markdown documents that the extension writes: the doctor's report, "why these values", a model's details. */
import {
  commands,
  EventEmitter,
  TabInputCustom,
  TabInputText,
  Uri,
  ViewColumn,
  window,
  workspace,
  type Disposable,
} from "vscode";

const SCHEME = "tenstorrent";

/** The built-in preview as an editor of its own: unlike the preview command it takes a column and leaves the keyboard. */
const PREVIEW = "vscode.markdown.preview.editor";

export class Documents implements Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new EventEmitter<Uri>();
  private readonly registration = workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.changed.event,
    provideTextDocumentContent: (uri) => this.texts.get(uri.path) ?? "",
  });

  /** Closes what a window of before has left open: its text went with that window, and the editor would show an error. */
  closeStale(): void {
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
    const stale = tabs.filter(({ input }) => {
      const uri = input instanceof TabInputCustom || input instanceof TabInputText ? input.uri : undefined;
      return uri?.scheme === SCHEME && !this.texts.has(uri.path);
    });
    void window.tabGroups.close(stale, true);
  }

  /** Shows the text as it is meant to look, beside what is open. The next one takes its place. */
  async preview(name: string, text: string, preserveFocus: boolean): Promise<Uri> {
    const uri = this.keep(name, text);
    await commands.executeCommand("vscode.openWith", uri, PREVIEW, { viewColumn: column(), preserveFocus, preview: true });
    return uri;
  }

  /** A text under a name with its own ending, to be compared with a file. */
  virtual(name: string, text: string): Uri {
    return this.keepAs(`/${name}`, text);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }

  private keep(name: string, text: string): Uri {
    // A repository's name has a slash, and the tab would show only what follows it.
    return this.keepAs(`/${name.replaceAll("/", " ")}.md`, text);
  }

  private keepAs(path: string, text: string): Uri {
    const uri = Uri.from({ scheme: SCHEME, path });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }
}

/** Where a preview of ours is already, else beside what is open. */
function column(): ViewColumn {
  const { activeTabGroup, all } = window.tabGroups;
  const isOurs = (input: unknown) => input instanceof TabInputCustom && input.uri.scheme === SCHEME;
  const ours = all.find(({ tabs }) => tabs.some(({ input }) => isOurs(input)));
  return ours?.viewColumn ?? (activeTabGroup.tabs.length === 0 ? ViewColumn.Active : ViewColumn.Beside);
}
