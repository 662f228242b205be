/**
 * What is seen after each button of the walkthrough was pressed: while its tools fail, while they work, and, where that is
 * something else again, on a box that cannot do the step. A row gets the walker and the press, and may give back what is
 * done once a picture was taken.
 */
import { FIRST_STEPS } from "./walk-first-steps.mjs";
import { PROJECTS } from "./walk-projects.mjs";
import { SERVING } from "./walk-serving.mjs";

export const ROWS = { ...FIRST_STEPS, ...SERVING, ...PROJECTS };
