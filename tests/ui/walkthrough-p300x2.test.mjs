/** The whole walkthrough on two p300c, which cannot do one of its steps. */
import { walk } from "./walk.mjs";

await walk("p300x2", { cannot: ["forge-image-classification"] });
