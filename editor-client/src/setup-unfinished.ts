/** A setup that a window has left behind: remembered while it runs, and offered by the next window. */
import { l10n, window, type ExtensionContext } from "vscode";
import { told, type Failure } from "./failure";
import type { Parts } from "./parts";

const KEY = "setup.unfinished";

export interface Goal {
  readonly model: string;
  readonly device: string | null;
  /** For people. */
  readonly name: string;
}

type Memory = Pick<ExtensionContext, "workspaceState">;

export function rememberUnfinished({ workspaceState }: Memory, goal: Goal): Thenable<void> {
  return workspaceState.update(KEY, goal);
}

export function forgetUnfinished({ workspaceState }: Memory): Thenable<void> {
  return workspaceState.update(KEY, undefined);
}

/** True when nobody was told how it ended: the window or the sidecar went away. `byPerson` is a Cancel that was pressed. */
export function wasCutOff({ kind }: Failure, byPerson: boolean): boolean {
  return !byPerson && (kind === "cancelled" || kind === "sidecar_stopped");
}

/** Offers to carry on where something is left to do. Whoever closes the message has had the offer. */
export async function offerUnfinished(
  { context, sidecar }: Pick<Parts, "context" | "sidecar">,
  carryOn: (goal: Goal) => Promise<unknown>,
): Promise<void> {
  const goal = context.workspaceState.get<Goal>(KEY);
  if (goal === undefined) {
    return;
  }
  const { steps } = await sidecar.request("tenstorrent/setup/plan", { model: goal.model, device: goal.device });
  if (steps.every(({ done }) => done)) {
    // Another window, or a shell, has done the rest.
    await forgetUnfinished(context);
    return;
  }
  const yes = l10n.t("Carry On");
  const pressed = await window.showInformationMessage(
    l10n.t("The setup of {0} was interrupted. It carries on where it stopped.", goal.name),
    yes,
    l10n.t("Forget It"),
  );
  await (pressed === yes ? told(carryOn(goal)) : forgetUnfinished(context));
}
