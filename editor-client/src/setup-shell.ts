/** A setup outside of the editor: in its terminal, or as a script. A shell does not know the token that the editor keeps. */
import { env, l10n } from "vscode";
import { tokenOfEditor } from "./hub-token";
import { say, type Action } from "./message";
import type { Parts } from "./parts";
import { callOf, withSettings } from "./program";
import type { SetupPlan } from "./protocol";

/** Puts the setup into the terminal; where it would lack the token there, says so first. `here` runs it in the editor. */
export function inTerminal(parts: Parts, plan: SetupPlan, here: Action): Action {
  const place = (line: string) => parts.terminals.place("main", line);
  const whole = withSettings(plan.terminal);
  const run = async () => {
    if (!(await lacksToken(parts, plan))) {
      await place(whole);
      return;
    }
    const login = async () => {
      await place(callOf(parts.sidecar, "login"));
      say("info", l10n.t("Log in, then the setup can follow."), [inTerminal(parts, plan, here)]);
    };
    say("warning", l10n.t("The terminal does not know the token that the editor keeps. Run the setup here, or log in there first."), [
      here,
      { title: l10n.t("Log In There"), run: login },
      { title: l10n.t("Without a Token"), run: () => place(whole) },
    ]);
  };
  return { title: l10n.t("Run in Terminal"), run };
}

/** Puts the plan into the clipboard, as a script. */
export function asScript(parts: Parts, plan: SetupPlan): Action {
  const run = async () => {
    await env.clipboard.writeText(plan.script);
    const token = (await lacksToken(parts, plan))
      ? l10n.t("It does not hold the token that the editor keeps: set HF_TOKEN, or log in by tt-jukebox login before it runs.")
      : "";
    say("info", [l10n.t("The script is in the clipboard. It does what the plan says."), token].filter(Boolean).join(" "));
  };
  return { title: l10n.t("Copy as Script"), run };
}

/** True when something is still to come for which a token may be needed, and only the editor has one. */
async function lacksToken(parts: Parts, { steps }: SetupPlan): Promise<boolean> {
  const needs = steps.some(({ done, needs: needed }) => !done && needed.includes("token"));
  return needs && (await tokenOfEditor(parts)) !== undefined;
}
