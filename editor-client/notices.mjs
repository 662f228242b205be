/** The licences of the libraries inside the bundle: they ask to go wherever a copy of the library goes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One text for all packages that the given input files (as esbuild's metafile names them) belong to. */
export function notices(root, inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) {
      packages.add(found[1]);
    }
  }
  const parts = [...packages].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) {
      throw new Error(`${name} has no licence file: see whether its licence (${license}) lets it be bundled.`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return `The file client.js contains these libraries:\n\n${parts.join(`\n${"-".repeat(78)}\n\n`)}`;
}
