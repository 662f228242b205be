/** The commands that reset boards: the steps of `reset-flow.ts` with the real editor and the real sidecar. */
import { l10n, window } from "vscode";
import { commandAction, say, type Level } from "./message";
import type { Parts } from "./parts";
import { countSeconds } from "./progress";
import { resetFlow, type Outcome, type ResetSteps } from "./reset-flow";
import { boardChoices, type Question } from "./reset-text";

/** As long as a shell takes to draw its prompt after a program that was ended. */
const PROMPT_MS = 3000;

/** Resets the board that the person chooses, or the only one there is. */
export async function resetDevice(parts: Parts): Promise<Outcome> {
  const choices = boardChoices(await parts.sidecar.request("tenstorrent/probe", { refresh: false }));
  const chosen =
    choices.length > 1
      ? await window.showQuickPick(choices, { title: l10n.t("Reset Device"), placeHolder: l10n.t("Which boards?") })
      : choices[0];
  return chosen === undefined ? "refused" : resetFlow(stepsOf(parts), chosen.busIds, "reset");
}

/** Frees every board and resets it. Locks in /dev/shm stay: deleting one that is held gives it two owners. */
export function clearDeviceState(parts: Parts): Promise<Outcome> {
  return resetFlow(stepsOf(parts), [], "clear");
}

function stepsOf({ log, sidecar, terminals }: Parts): ResetSteps {
  return {
    plan: (busIds) => sidecar.request("tenstorrent/reset/plan", { bus_ids: [...busIds] }),
    ask,
    canRun: (text, holders) => terminals.canRun("main", text, holders.map(({ pid }) => pid)),
    release: (holders) =>
      countSeconds(l10n.t("Stopping what holds the boards"), false, async () => {
        const released = await sidecar.request("tenstorrent/reset/release", { holders });
        // One of them may have run where the reset is to be typed.
        await terminals.idle("main", PROMPT_MS);
        for (const { pid, signal } of released.gone) {
          log.info(`process ${pid} is gone (${signal ?? "by itself"})`);
        }
        return released;
      }),
    run: async (text) => {
      log.info(`reset: ${text}`);
      return (await terminals.run("main", text)) === "typed";
    },
    commandEnd: async () => {
      const end = await countSeconds(l10n.t('The reset runs in the terminal "Tenstorrent"'), true, (token) =>
        terminals.commandEnd("main", token),
      );
      if (end === undefined) {
        say("info", l10n.t("The reset goes on in the terminal. Nobody looks whether the boards come back."), [doctor()]);
      }
      return end;
    },
    verify: async (params) => {
      const title = l10n.t("Waiting until the boards are back, at most {0} s", params.deadline_s);
      const verified = await countSeconds(title, true, (token) =>
        sidecar.request("tenstorrent/reset/verify", params, token),
      );
      // The status bar shows the box as it is now, whatever the monitor's interval is.
      void sidecar.request("tenstorrent/probe", { refresh: false }).catch(() => undefined);
      return verified;
    },
    say: (level: Level, text: string) => {
      say(level, text, level === "info" ? [] : [doctor()]);
    },
  };
}

async function ask({ message, detail, button }: Question): Promise<boolean> {
  if (button === undefined) {
    await window.showInformationMessage(message, { modal: true, detail });
    return false;
  }
  return (await window.showWarningMessage(message, { modal: true, detail }, button)) === button;
}

function doctor() {
  return commandAction(l10n.t("Doctor"), "tenstorrent.doctor");
}
