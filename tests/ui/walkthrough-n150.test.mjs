/** The whole walkthrough on one n150. */
import { walk } from "./walk.mjs";

await walk("n150");
