/**
 * Builds the extension: `dist/main.js`, which activates, `dist/client.js`, which speaks to the sidecar and is
 * loaded when that starts, `dist/lesson-actions.js`, which is loaded by the first button of a lesson, so that activation
 * pays for neither, and the content that the extension reads beside them.
 * `node esbuild.mjs --tests` builds the unit tests instead, with a small stand-in for the `vscode` module.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { notices } from "./notices.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const ON_THIS_MACHINE =
  "**This Lesson for This Machine** opens the lesson with the commands of your machine filled in. On the shell, " +
  "`tt-jukebox lesson` lists the lessons, and prints one.";

/** Leaves the import of what is loaded later as a `require` of a file of its own. */
const loadedLater = {
  name: "loaded-later",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(client|lesson-actions)$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: `${path}.js`, external: true } : undefined,
    );
  },
};

const shared = {
  absWorkingDir: here("."),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  logLevel: "warning",
};

/**
 * The walkthrough's pages, which VS Code shows as they stand here: a lesson without the section that only the sidecar can
 * fill in, and the pictures that they show.
 */
function writePages() {
  mkdirSync(here("dist/content/lessons"), { recursive: true });
  for (const name of readdirSync(here("../content/lessons"))) {
    const page = readFileSync(here(`../content/lessons/${name}`), "utf8")
      .replace(/^## On this machine\n[^]*?(?=^## |$(?![^]))/m, `## On this machine\n\n${ON_THIS_MACHINE}\n\n`);
    writeFileSync(here(`dist/content/lessons/${name}`), page);
    for (const [, picture] of page.matchAll(/\]\(\.\.\/pictures\/([\w.-]+)\)/g)) {
      cpSync(here(`../content/pictures/${picture}`), here(`dist/content/pictures/${picture}`));
    }
  }
}

if (process.argv.includes("--tests")) {
  rmSync(here("dist/test"), { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: readdirSync(here("test"))
      .filter((name) => name.endsWith(".test.ts"))
      .map((name) => `test/${name}`),
    outdir: "dist/test",
    outExtension: { ".js": ".cjs" },
    alias: { vscode: here("test/vscode.stub.ts") },
    external: ["vscode-jsonrpc"],
    sourcemap: "inline",
  });
} else {
  rmSync(here("dist/content"), { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: ["src/main.ts", "src/client.ts", "src/lesson-actions.ts"],
    outdir: "dist",
    external: ["vscode"],
    supported: { "dynamic-import": false },
    plugins: [loadedLater],
    minify: true,
    sourcemap: false,
    metafile: true,
    legalComments: "none",
  });
  writePages();
  for (const name of ["tools.json", "faq.md", "bounty-checklist.md"]) {
    cpSync(here(`../content/${name}`), here(`dist/content/${name}`));
  }
  writeFileSync(here("dist/THIRD-PARTY-NOTICES.txt"), notices(here("."), Object.keys(metafile.inputs)));
  for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
    console.log(`${name} ${(bytes / 1024).toFixed(0)} KB`);
  }
}
