/** Plans and answers for the tests of the reset. */
import type { Holder, Host, ResetPlan, Verified } from "../src/protocol";

export const holder: Holder = {
  pid: 4711,
  user: "alice",
  command: "python serve.py --port 8000",
  start_ticks: 99,
  started: new Date(2026, 0, 5, 14, 3).getTime() / 1000,
  telemetry: false,
};

export const plan: ResetPlan = {
  schema: 1,
  boards: ["n300 at 0000:01:00.0"],
  holders: [],
  unseen_holders: false,
  commands: [["tt-smi", "-r", "0000:01:00.0"]],
  text: "tt-smi -r 0000:01:00.0",
  sudo: false,
  expected: [{ bus_id: "0000:01:00.0", board_type: "n300" }],
  deadline_s: 120,
  notes: [],
  simulated: null,
};

export const verified: Verified = {
  schema: 1,
  ok: true,
  text: "n300 is back and alive",
  problems: [],
  next: "",
  seconds: 3,
  host: {} as Host,
};
