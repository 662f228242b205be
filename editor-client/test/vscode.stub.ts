/** A stand-in for the `vscode` module: only what the modules under test touch when they are loaded or called. */

/** Another language puts its mark before every text that it was given to translate. */
export const language = { mark: "" };
export const l10n = {
  t: (message: string, ...values: unknown[]): string =>
    `${language.mark}${message}`.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const QuickPickItemKind = { Separator: -1, Default: 0 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const ProgressLocation = { Notification: 15 };
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 };

/** The settings that somebody has set, by their full name. */
export const configured = new Map<string, unknown>();
export const workspace = {
  getConfiguration: (section: string) => ({
    get: (name: string): unknown => configured.get(`${section}.${name}`),
    inspect: (name: string) => ({ globalValue: configured.get(`${section}.${name}`) }),
  }),
};
export const languages = {};
/** The clipboard, which a browser may keep from extensions, and what is selected in the terminal. */
export const clipboard = { text: "", refused: false, selected: "" };
export const env = {
  clipboard: {
    readText: (): Promise<string> => (clipboard.refused ? Promise.reject(new Error("NotAllowedError")) : Promise.resolve(clipboard.text)),
    writeText: (text: string): Promise<void> => {
      clipboard.text = text;
      return Promise.resolve();
    },
  },
};
export const Uri = {
  joinPath: ({ fsPath }: { fsPath?: string }, ...names: string[]): { fsPath: string } => ({ fsPath: [fsPath, ...names].join("/") }),
};
export const FileType = { Directory: 2 };
export let chat: object | undefined;
/** Gives the editor a chat. */
export function withChat(): void {
  chat = { createChatParticipant: () => undefined };
}
export let lm: object | undefined;
/** Gives the editor what takes MCP servers, and says which were named. */
export function withMcp(): () => unknown[] {
  let provider: { provideMcpServerDefinitions: () => unknown[] } | undefined;
  lm = {
    registerMcpServerDefinitionProvider: (_id: string, given: typeof provider) => {
      provider = given;
      return new Disposable();
    },
  };
  return () => provider?.provideMcpServerDefinitions() ?? [];
}

export class CancellationError {}
export const LanguageModelChatToolMode = { Auto: 1, Required: 2 };
export class LanguageModelTextPart {}
export class LanguageModelToolCallPart {}
export class McpStdioServerDefinition {
  constructor(readonly label: string, readonly command: string, readonly args: string[], readonly env: object) {}
}
export class LanguageModelToolResult {}
export class Location {}
export class Disposable {
  static readonly from = (): Disposable => new Disposable();
}
export class EventEmitter {}
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

/** What was shown, newest last, and the button that is pressed wherever it is there. */
export const shown: string[] = [];
export const pressing: { button?: string } = {};
const show = (text: string, ...buttons: unknown[]) => {
  shown.push(text);
  return Promise.resolve(buttons.find((button) => button === pressing.button));
};
/** What was told on the way of something that takes its time, and whether somebody has pressed Cancel. */
export const reported: { message?: string; increment?: number }[] = [];
export const progressToken = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
/** The items of the status bar, newest last. */
export const items: { text?: string; show: () => void; dispose: () => void }[] = [];
const channel = { appendLine: () => undefined, show: () => undefined };
export const window = {
  showInformationMessage: show,
  showWarningMessage: show,
  showErrorMessage: show,
  createStatusBarItem: () => {
    const item = { show: () => undefined, dispose: () => undefined };
    items.push(item);
    return item;
  },
  createOutputChannel: () => channel,
  activeTextEditor: undefined,
  tabGroups: { all: [] as { tabs: { label: string; input: unknown }[] }[] },
  withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown): unknown =>
    work({ report: (value: { message?: string }) => reported.push(value) }, progressToken),
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
    if (id === "workbench.action.terminal.copySelection" && clipboard.selected !== "") {
      clipboard.text = clipboard.selected;
    }
    return Promise.resolve(undefined);
  },
};
