/** Weights in a sandbox's home, laid out as a finished download leaves them: a few bytes stand for gigabytes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const SNAPSHOT = "0123456789abcdef0123456789abcdef01234567";

/** Puts a whole download of `repo` (owner/name) into `home`. */
export function downloadWeights(home, repo) {
  const folder = join(home, ".cache/huggingface/hub", `models--${repo.replace("/", "--")}`);
  const snapshot = join(folder, "snapshots", SNAPSHOT);
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(folder, "refs"));
  writeFileSync(join(folder, "refs", "main"), SNAPSHOT);
  writeFileSync(join(snapshot, "config.json"), "{}");
  writeFileSync(join(snapshot, "model.safetensors"), "weights");
}
