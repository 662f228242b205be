/** A stand-in for the `vscode` module: only what the modules under test touch when they are loaded or called. */

export const l10n = {
  t: (message: string, ...values: unknown[]): string =>
    message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { Notification: 15 };
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 };

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): { dispose: () => void } => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: T): void {
    this.listeners.forEach((listener) => {
      listener(value);
    });
  }
  dispose(): void {
    this.listeners.clear();
  }
}

/** The settings that somebody has set, by their full name. */
export const configured = new Map<string, unknown>();
/** A change of the settings with these names, told by a test. */
export const settingsChanged = new EventEmitter<{ affectsConfiguration: (name: string) => boolean }>();
export const workspace = {
  isTrusted: true,
  onDidChangeConfiguration: settingsChanged.event,
  onDidGrantWorkspaceTrust: () => ({ dispose: () => undefined }),
  getConfiguration: (section: string) => ({
    get: (name: string): unknown => configured.get(`${section}.${name}`),
    inspect: (name: string) => ({ globalValue: configured.get(`${section}.${name}`) }),
  }),
};
export const languages = {};
/** What is in the clipboard. */
export const clipboard = { text: "" };
export const env = {
  clipboard: {
    writeText: (text: string) => {
      clipboard.text = text;
      return Promise.resolve();
    },
  },
};
export const Uri = {
  file: (path: string) => ({ fsPath: path }),
  joinPath: ({ fsPath }: { fsPath: string }, ...parts: string[]) => ({ fsPath: [fsPath, ...parts].join("/") }),
};
export const FileType = { Directory: 2 };
export const chat = undefined;
export const lm = undefined;

export class CancellationError {}
export const LanguageModelChatToolMode = { Auto: 1, Required: 2 };
export class LanguageModelTextPart {}
export class LanguageModelToolCallPart {}
export class McpStdioServerDefinition {}
export class LanguageModelToolResult {}
export class Location {}
export class Disposable {}
export class CancellationTokenSource {}
export class MarkdownString {
  constructor(readonly value: string) {}
}
export class ThemeColor {}
export class ThemeIcon {}
export class TreeItem {}
export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const ColorThemeKind = { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 };
export const ViewColumn = { Active: -1, Beside: -2 };

/** What was shown, newest last. */
export const shown: string[] = [];
/** The titles of the buttons that are pressed, in order of the messages that have them. */
export const presses: string[] = [];
const show = (text: string, ...buttons: string[]) => {
  shown.push(text);
  const at = presses.findIndex((title) => buttons.includes(title));
  return Promise.resolve(at < 0 ? undefined : presses.splice(at, 1)[0]);
};
/** What was offered to choose from, newest last; `picks` are the labels that are chosen, in order. */
export const offered: string[][] = [];
export const picks: string[] = [];
/** The files that were opened. */
export const opened: string[] = [];
const token = { isCancellationRequested: false };
/** What terminals tell; a test tells it in their place. */
export const terminalEvents = {
  started: new EventEmitter<unknown>(),
  ended: new EventEmitter<unknown>(),
  closed: new EventEmitter<unknown>(),
  integrated: new EventEmitter<unknown>(),
};
export const window = {
  /** The terminals that are open; a test puts its own here. */
  terminals: [] as unknown[],
  showInformationMessage: show,
  showWarningMessage: show,
  showErrorMessage: show,
  onDidStartTerminalShellExecution: terminalEvents.started.event,
  onDidEndTerminalShellExecution: terminalEvents.ended.event,
  onDidCloseTerminal: terminalEvents.closed.event,
  onDidChangeTerminalShellIntegration: terminalEvents.integrated.event,
  showQuickPick: <T extends { label: string }>(rows: readonly T[]): Promise<T | undefined> => {
    offered.push(rows.map(({ label }) => label));
    const pick = picks.shift();
    return Promise.resolve(rows.find(({ label }) => label === pick));
  },
  showTextDocument: ({ fsPath }: { fsPath: string }) => {
    opened.push(fsPath);
    return Promise.resolve();
  },
  withProgress: <T>(_options: unknown, work: (progress: unknown, token: unknown) => Promise<T>): Promise<T> =>
    work({ report: () => undefined }, token),
};

/** Commands that were run, with what they were given. */
export const ran: { id: string; args: unknown[] }[] = [];

/** Ids whose registration is refused, as if another extension owned them. */
export const takenIds = new Set<string>();
export const registeredIds: string[] = [];
export const commands = {
  registerCommand: (id: string): { dispose: () => void } => {
    if (takenIds.has(id)) {
      throw new Error(`command '${id}' already exists`);
    }
    registeredIds.push(id);
    return { dispose: () => undefined };
  },
  executeCommand: (id: string, ...args: unknown[]): Promise<undefined> => {
    ran.push({ id, args });
    return Promise.resolve(undefined);
  },
};
