/**
 * A home with a catalog of one small media model, which a container serves, and a program that stands in for docker: all
 * that a setup of it needs, wherever the tests run.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const MEDIA_MODEL = "Example-Media";
const SPECS = {
  release_version: "0.25.0",
  model_specs: {
    e: {
      model_id: "id_x_Example-Media_n150", hf_model_repo: "example/Media", model_name: MEDIA_MODEL, device_type: "N150",
      inference_engine: "media", version: "0.20.0", tt_metal_commit: "abcdef0", vllm_commit: null,
      docker_image: "example.org/image:1.0", min_disk_gb: 0.001, min_ram_gb: 0.001, model_type: "IMAGE",
      impl: { impl_id: "x", impl_name: "x" }, device_model_spec: { default_impl: true, vllm_args: {} },
    },
  },
};

/** Furnishes a sandbox; `docker` is the text of the stand-in, `hub` the address of the hub. */
export function furnishMediaHome({ env, home }, { docker, hub }) {
  const bin = join(home, "bin");
  const catalog = join(home, "specs.json");
  mkdirSync(bin);
  writeFileSync(join(bin, "docker"), docker);
  chmodSync(join(bin, "docker"), 0o755);
  writeFileSync(catalog, JSON.stringify(SPECS));
  // The editor takes its PATH from a login shell.
  writeFileSync(join(home, ".profile"), 'PATH="$HOME/bin:$PATH"\n. "$HOME/.bashrc"\n');
  Object.assign(env, { PATH: `${bin}:${env.PATH}`, TT_JUKEBOX_CATALOG: catalog, HF_ENDPOINT: hub });
}
