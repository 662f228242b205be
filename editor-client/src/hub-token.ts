/** The token for the Hugging Face hub: asked for in a password box, kept by the editor, told to the sidecar alone. */
import { l10n, ProgressLocation, window } from "vscode";
import { say } from "./message";
import type { Parts } from "./parts";
import type { TokenState } from "./protocol";
import { tokenText } from "./hub-token-text";

const KEY = "huggingFaceToken";
/** What the sidecar calls the source of a token that it has from here: `server/hub/token.rs`. */
const EDITOR = "the editor";

/** Asks for the token, keeps it, and says whose it is. Nothing typed means that it is forgotten. */
export async function setHuggingFaceToken({ context, sidecar }: Parts): Promise<TokenState | undefined> {
  const typed = await window.showInputBox({
    title: l10n.t("Hugging Face Token"),
    prompt: l10n.t("It is kept by the editor and stands in no settings, terminal or log. Leave it empty to forget it."),
    placeHolder: "hf_…",
    password: true,
    ignoreFocusOut: true,
  });
  if (typed === undefined) {
    return undefined;
  }
  const token = typed.trim();
  await (token === "" ? context.secrets.delete(KEY) : context.secrets.store(KEY, token));
  const told = await sidecar.request("tenstorrent/token/set", { token: token === "" ? null : token });
  if (token === "") {
    say("info", l10n.t("The editor keeps no token any more."));
    return told;
  }
  const state = await window.withProgress(
    { location: ProgressLocation.Notification, title: l10n.t("Asking the hub whose token it is"), cancellable: true },
    (_progress, cancel) => sidecar.request("tenstorrent/token", { check: true }, cancel),
  );
  const { level, text } = tokenText(state);
  say(level, text);
  return state;
}

/** Tells a sidecar that has just started the token that the editor keeps. */
export async function handOverToken({ context, sidecar }: Pick<Parts, "context" | "sidecar">): Promise<void> {
  const token = await context.secrets.get(KEY);
  if (token !== undefined) {
    await sidecar.request("tenstorrent/token/set", { token });
  }
}

/** Tells the sidecar what has become of the token, where that is the secret that has changed. */
export async function tokenChanged({ context, sidecar }: Pick<Parts, "context" | "sidecar">, secret: string): Promise<void> {
  if (secret === KEY) {
    await sidecar.request("tenstorrent/token/set", { token: (await context.secrets.get(KEY)) ?? null });
  }
}

/**
 * The token, where the editor alone has it: a shell does not know it then, so whatever needs it there is refused.
 * Undefined where there is none, and where the environment or the token file has one, which come first everywhere.
 */
export async function tokenOfEditor({ context, sidecar }: Pick<Parts, "context" | "sidecar">): Promise<string | undefined> {
  const { source } = await sidecar.request("tenstorrent/token", { check: false });
  return source === EDITOR ? context.secrets.get(KEY) : undefined;
}
