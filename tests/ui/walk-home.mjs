/**
 * The home of somebody who walks through the lessons: a catalog whose models fit everywhere, and stand-ins for the
 * Python of the environments, for Docker, and for the hub. The file `mood` says how the stand-ins end.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const CHAT = "Example-Llama-Coder";
export const MEDIA = "Example-Media";
export const OWNER = "tester";
export const GOOD_TOKEN = "hf_secretsecretsecretsecret";
export const BAD_TOKEN = "hf_wrongwrongwrongwrongwrong";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const FILES = { "config.json": "{}", "model.safetensors": "weights" };
const STAND_INS = fileURLToPath(new URL("stand-ins", import.meta.url));
const FAKE_VLLM = fileURLToPath(new URL("../serving/fake_vllm.py", import.meta.url));

/** Figures so small that they fit wherever the tests run. A picture is classified on Wormhole only, as published. */
function specs(box) {
  const device = box.toUpperCase();
  const common = { device_type: device, docker_image: "example.org/image:1.0", min_disk_gb: 0.001, min_ram_gb: 0.001 };
  const chat = {
    ...common, model_id: `id_tt_${CHAT}_${box}`, hf_model_repo: `example/${CHAT}`, model_name: CHAT, model_type: "LLM",
    inference_engine: "vLLM", version: "0.25.0", tt_metal_commit: "9b67e09", vllm_commit: "a91b644",
    impl: { impl_id: "tt_transformers", impl_name: "tt-transformers" },
    device_model_spec: { default_impl: true, max_context: 1024, max_concurrency: 4, vllm_args: { model: `example/${CHAT}` } },
  };
  const other = (name, kind, engine) => ({
    ...common, model_id: `id_x_${name}_${box}`, hf_model_repo: `example/${name}`, model_name: name, model_type: kind,
    inference_engine: engine, version: "0.20.0", tt_metal_commit: "abcdef0", vllm_commit: null,
    impl: { impl_id: "x", impl_name: "x" }, device_model_spec: { default_impl: true, vllm_args: {} },
  });
  const classifier = box === "n150" ? { c: other("Example-CNN", "CNN", "forge") } : {};
  return { release_version: "0.25.0", model_specs: { a: chat, b: other(MEDIA, "IMAGE", "media"), ...classifier } };
}

/** A hub with one model and one token. While `broken`, it fails at every question about models; a gated one wants the token. */
export async function startHub({ gated = false } = {}) {
  const hub = { broken: false };
  const server = createServer(({ url, headers }, answer) => {
    const json = (status, body) => answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const path = new URL(url, "http://hub").pathname;
    const token = headers.authorization?.replace("Bearer ", "");
    const name = path.split("/").at(-1);
    if (token === undefined ? gated : token !== GOOD_TOKEN) {
      json(401, { error: "Invalid credentials" });
    } else if (path === "/api/whoami-v2") {
      json(200, { type: "user", name: OWNER, auth: {} });
    } else if (hub.broken) {
      json(404, { error: "Repository not found" });
    } else if (path.startsWith("/api/")) {
      const siblings = Object.entries(FILES).map(([rfilename, text]) => ({ rfilename, size: text.length, blobId: blob(rfilename) }));
      json(200, { id: `example/${CHAT}`, sha: COMMIT, gated: false, private: false, siblings });
    } else if (name in FILES) {
      const headersOfFile = { "x-repo-commit": COMMIT, etag: `"${blob(name)}"`, "content-length": FILES[name].length };
      answer.writeHead(200, headersOfFile).end(FILES[name]);
    } else {
      json(404, { error: "Entry not found" });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(hub, { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() });
}

/** The name that git gives to a content, which is that of small files on the hub. */
function blob(name) {
  return createHash("sha1").update(`blob ${FILES[name].length}\0${FILES[name]}`).digest("hex");
}

/** Fills a sandbox's home for a box. */
export function furnish({ env, home }, { box, hub, port }) {
  const at = (...names) => join(home, ...names);
  const program = (from, to) => {
    cpSync(join(STAND_INS, from), to);
    chmodSync(to, 0o755);
  };
  for (const folder of ["bin", "stand-ins", "tt-vllm", "tt-metal/python_env/bin", "tt-metal/ttnn/tutorials/basic", "tt-metal/tt_metal/programming_examples/add"]) {
    mkdirSync(at(folder), { recursive: true });
  }
  program("python.sh", at("tt-metal/python_env/bin/python"));
  program("python.sh", at("stand-ins/python.sh"));
  program("python3.sh", at("bin/python3"));
  program("docker.sh", at("bin/docker"));
  cpSync(join(STAND_INS, "answers.py"), at("stand-ins/answers.py"));
  cpSync(FAKE_VLLM, at("stand-ins/fake_vllm.py"));
  writeFileSync(at("tt-metal/ttnn/tutorials/basic/add.py"), "import ttnn\n");
  writeFileSync(at("tt-metal/tt_metal/programming_examples/add/add.cpp"), "int main() {}\n");
  writeFileSync(at("specs.json"), JSON.stringify(specs(box)));
  writeFileSync(at("picture.jpg"), "a picture");
  writeFileSync(at("mood"), "0\n");
  // The editor takes its PATH from a login shell.
  writeFileSync(at(".profile"), 'PATH="$HOME/bin:$PATH"\n. "$HOME/.bashrc"\n');
  Object.assign(env, {
    FAKE_PIDS: at("pids"),
    FAKE_PAUSE: "0.1",
    HF_ENDPOINT: hub.url,
    PATH: `${at("bin")}:${env.PATH}`,
    REAL_PYTHON: execFileSync("sh", ["-c", "command -v python3"], { encoding: "utf8" }).trim(),
    TT_JUKEBOX_CATALOG: at("specs.json"),
    TT_JUKEBOX_PORT: String(port),
  });
}

/** An environment as a setup leaves it, of commits that no entry of the catalog names. */
export function makeEnvironment(home) {
  const folder = join(home, ".local/share/tt-jukebox/environments/example");
  const checkout = (name) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    const git = (...args) => execFileSync("git", ["-C", path, "-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { encoding: "utf8", env: { HOME: home, PATH: process.env.PATH } });
    git("init", "--quiet");
    git("commit", "--quiet", "--allow-empty", "-m", "x");
    return git("rev-parse", "HEAD").trim();
  };
  const record = { schema: 1, metal: checkout("tt-metal"), vllm: checkout("vllm"), era: "", venv: "python_env", vllm_store: "vllm", stamps: ["metal.build"] };
  for (const path of [".tt-jukebox", "tt-metal/build/lib", "tt-metal/python_env/bin"]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  writeFileSync(join(folder, "tt-metal/build/lib/libtt_metal.so"), "a library");
  cpSync(join(home, "stand-ins/python.sh"), join(folder, "tt-metal/python_env/bin/python"));
  writeFileSync(join(folder, ".tt-jukebox/metal.build.done"), "x");
  writeFileSync(join(folder, ".tt-jukebox/environment.json"), JSON.stringify(record));
}

/** Processes of stand-ins that still run, by the numbers that they wrote down themselves. */
export function left(home) {
  const file = join(home, "pids");
  const pids = existsSync(file) ? readFileSync(file, "utf8").trim().split(/\s+/).map(Number) : [];
  return pids.filter((pid) => existsSync(`/proc/${pid}`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")));
}
