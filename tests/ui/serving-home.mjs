/**
 * The home of somebody who serves a model: a catalog with one that fits everywhere, and a small program that stands in for
 * vLLM, prints the lines of a start as that does, has a child, and answers.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

/** Its figures are small, so that it fits wherever the tests run; its commits are those of a tree that needs a launcher. */
export const MODEL = "Example-8B-Instruct";
const SPECS = {
  release_version: "0.25.0",
  model_specs: {
    e: {
      model_id: "id_x_Example-8B-Instruct_n150", hf_model_repo: "example/Example-8B-Instruct", model_name: MODEL, device_type: "N150",
      inference_engine: "vLLM", version: "0.25.0", tt_metal_commit: "9b67e09", vllm_commit: "a91b644",
      docker_image: "example.org/image:1.0", min_disk_gb: 0.001, min_ram_gb: 0.001, model_type: "LLM",
      impl: { impl_id: "x", impl_name: "x" },
      device_model_spec: { default_impl: true, max_context: 1024, max_concurrency: 4, vllm_args: { model: "example/Example-8B-Instruct" } },
    },
  },
};
const FAKE_VLLM = new URL("../serving/fake_vllm.py", import.meta.url);
/** Reads its mood anew at each start: `die`, `mute` or none, and the seconds between two lines. */
const PYTHON = `#!/bin/bash
read -r FAKE_PAUSE FAKE < "$HOME/mood"
export FAKE FAKE_PAUSE
exec python3 "$HOME/fake_vllm.py" "$@"
`;

/** A port that nobody listens on. */
export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Furnishes the home, for servers on `port`. */
export function furnish({ env, home }, port) {
  const bin = join(home, "tt-metal", "python_env", "bin");
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(home, "tt-vllm"));
  writeFileSync(join(home, "fake_vllm.py"), readFileSync(FAKE_VLLM));
  writeFileSync(join(bin, "python"), PYTHON);
  chmodSync(join(bin, "python"), 0o755);
  setMood(home, "0.8");
  writeFileSync(join(home, "specs.json"), JSON.stringify(SPECS));
  Object.assign(env, {
    FAKE_PIDS: join(home, "pids"),
    TT_JUKEBOX_CATALOG: join(home, "specs.json"),
    TT_JUKEBOX_PORT: String(port),
  });
}

export function setMood(home, mood) {
  writeFileSync(join(home, "mood"), `${mood}\n`);
}

/** What runs of all that was started in this home, by the numbers that the stand-ins wrote down themselves. */
export function processesOf(home) {
  const file = join(home, "pids");
  const pids = existsSync(file) ? readFileSync(file, "utf8").trim().split(/\s+/).map(Number) : [];
  return pids.filter((pid) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
}
