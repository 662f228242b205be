/** What pressing a button of the walkthrough can lead to, as far as several of them share it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { CHAT } from "./walk-home.mjs";

export const CODE = 3;

/** A tool that ends with a code is told with that code and with what helps. */
export const failsWith = (hint, code = CODE) => async (walker, press) => {
  walker.mood(CODE);
  await press();
  assert.match(await walker.message(new RegExp(`ended with exit code ${code}`)), hint);
};

/** It ends well, and says so. */
export const says = (pattern) => async (walker, press) => {
  await press();
  await walker.message(pattern);
};

/** Nothing is asked where nobody answers. */
export const nobody = async (walker, press) => {
  await walker.stopServer();
  await press();
  assert.match(await walker.message(/There is nobody to ask/), /Start a Model Server/);
};

/** The machine cannot do the step, and the nearest is a button away. */
export const refuses = async (walker, press) => {
  await press();
  assert.match(await walker.message(/This machine cannot do/), /no model of the engine forge is published for P300X2/);
  assert.deepEqual(await walker.workbench.messageButtons(), ["Open the Nearest Lesson"]);
};

/** A script is copied into the folder for scripts, and opened. */
export const creates = (file) => ({
  fails: withoutScratchpad,
  works: async (walker, press) => {
    await press();
    await walker.opened(file);
    assert.ok(readFileSync(walker.at("tt-scratchpad", file), "utf8").startsWith("#!/usr/bin/env python3"));
    await walker.message(/the script is in/);
  },
});

/** Where the folder for scripts cannot be written, the reason and what helps are told. */
export async function withoutScratchpad(walker, press) {
  const folder = walker.at("tt-scratchpad");
  if (existsSync(folder)) {
    renameSync(folder, `${folder}.aside`);
  }
  writeFileSync(folder, "not a folder\n");
  await press();
  const message = await walker.message(/tt-scratchpad/);
  assert.doesNotMatch(message, /^Something in the Tenstorrent extension failed/);
  return () => {
    rmSync(folder);
    if (existsSync(`${folder}.aside`)) {
      renameSync(`${folder}.aside`, folder);
    }
  };
}

/** Prepares a command and leaves the picker; nothing was chosen, so nothing is done. */
export const chosenNothing = async (walker, press) => {
  await press();
  await walker.workbench.row(CHAT).waitFor();
  await walker.page.keyboard.press("Escape");
};
