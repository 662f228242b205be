/** The container of the editor: its entry point with a stand-in for code-server, and what its files must not say. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

const image = join(process.cwd(), "code-server");
const PASSWORD = "correct horse battery";

let root = "";
const at = (name: string): string => join(root, name);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tt-container-"));
  for (const name of ["bin", "home", "image", "devices"]) {
    mkdirSync(at(name));
  }
  for (const name of ["settings.json", "config.yaml"]) {
    writeFileSync(at(`image/${name}`), readFileSync(join(image, name)));
  }
  writeFileSync(at("image/tt-jukebox.vsix"), "a package");
  // It writes down how it was called, and whether it could know the password.
  writeFileSync(
    at("bin/code-server"),
    `#!/bin/sh\nprintf '%s\\n' "$*" >>"${root}/calls"\nprintf '%s' "\${PASSWORD-}" >"${root}/password"\n`,
  );
  chmodSync(at("bin/code-server"), 0o755);
  writeFileSync(at("secret"), `${PASSWORD}\nnot this line\n`);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function start(extra: Record<string, string> = {}) {
  const env = {
    HOME: at("home"),
    PATH: `${at("bin")}:/usr/bin:/bin`,
    TT_DEVICES: at("devices"),
    TT_JUKEBOX_IMAGE: at("image"),
    TT_PASSWORD_FILE: at("secret"),
    ...extra,
  };
  const { status, stderr } = spawnSync("sh", [join(image, "entrypoint.sh")], { env, encoding: "utf8" });
  const calls = existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : [];
  return { status, stderr, calls };
}

test("nothing starts without a password", () => {
  const missing = start({ TT_PASSWORD_FILE: at("nothing") });
  assert.equal(missing.status, 78);
  assert.match(missing.stderr, /there is no password: \S+nothing is missing\n.*next: name a file/);
  // A password in the environment is none: `docker inspect` shows it.
  assert.equal(start({ TT_PASSWORD_FILE: at("nothing"), PASSWORD }).status, 78);
  for (const short of ["", "\n", "tenstorrent\n"]) {
    writeFileSync(at("secret"), short);
    const { status, stderr, calls } = start();
    assert.equal(status, 78);
    assert.match(stderr, /fewer than 12 characters/);
    assert.deepEqual(calls, []);
  }
});

test("the password reaches code-server and no command line", () => {
  const { status, stderr, calls } = start();
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync(at("password"), "utf8"), PASSWORD);
  const served = calls.at(-1) ?? "";
  assert.match(served, /--auth password --bind-addr 0\.0\.0\.0:8080 --disable-telemetry /);
  assert.ok(!calls.join("\n").includes("horse") && !stderr.includes("horse"));
});

test("the extension is installed once for each package, and settings are written once", () => {
  assert.equal(start().calls.filter((call) => call.includes("--install-extension")).length, 1);
  const settings = at("home/.local/share/code-server/User/settings.json");
  assert.match(readFileSync(settings, "utf8"), /"tenstorrent.firstRun": "auto"/);
  writeFileSync(settings, "{}");
  assert.equal(start().calls.filter((call) => call.includes("--install-extension")).length, 1);
  writeFileSync(at("image/tt-jukebox.vsix"), "a newer package");
  assert.equal(start().calls.filter((call) => call.includes("--install-extension")).length, 2);
  assert.equal(readFileSync(settings, "utf8"), "{}");
});

test("a device that cannot be opened is told, with the group that can, and stays as it is", { skip: process.getuid?.() === 0 }, () => {
  writeFileSync(at("devices/0"), "");
  chmodSync(at("devices/0"), 0o000);
  const { status, stderr } = start();
  assert.equal(status, 0);
  assert.match(stderr, /may not open \S+devices\/0; start with TT_DEVICE_GROUP=\d+/);
});

test("no file of the container holds a password, opens a device for everybody, or makes somebody root", () => {
  const texts = readdirSync(image).map((name) => ({ name, text: readFileSync(join(image, name), "utf8") }));
  assert.ok(texts.length >= 8);
  for (const { name, text } of texts) {
    const code = text.replace(/^\s*#.*$/gm, "");
    assert.doesNotMatch(code, /chmod\s+(-R\s+)?[0-7]*66[67]|privileged|sudo|password\s*[:=]\s*["']?\w{4,}["']?\s*$|curl[^\n]*\|\s*(ba)?sh/im, name);
  }
  const dockerfile = texts.find(({ name }) => name === "Dockerfile")?.text ?? "";
  assert.match(dockerfile.slice(dockerfile.lastIndexOf("\nFROM ")), /\nUSER \$UID:\$GID\n[^]*\nHEALTHCHECK [^]*\nENTRYPOINT /);
  const compose = texts.find(({ name }) => name === "compose.yaml")?.text ?? "";
  assert.match(compose, /- 127\.0\.0\.1:\$\{TT_PORT:-8080\}:8080\n/);
  assert.match(compose, /file: \$\{TT_PASSWORD_FILE:\?/);
});

test("every file that the image is built from exists and may be seen by the build", () => {
  const dockerfile = readFileSync(join(image, "Dockerfile"), "utf8");
  const seen = readFileSync(join(image, "Dockerfile.dockerignore"), "utf8");
  const sources = [...dockerfile.matchAll(/^COPY (?:--chmod=\d+ )?((?:[\w./-]+ )+)\S+$/gm)].flatMap(([, names]) =>
    (names ?? "").trim().split(" "),
  );
  assert.ok(sources.includes("editor-client/code-server/entrypoint.sh"));
  for (const source of sources) {
    // What the build of the package makes is there only after it.
    assert.ok(source === "target/packages" || existsSync(join(process.cwd(), "..", source)), source);
    assert.ok(seen.includes(`\n!${source}`), source);
  }
});

test("the scripts are clean", (context) => {
  const scripts = [join(image, "entrypoint.sh"), join(process.cwd(), "..", "xtask", "code-server", "install.sh")];
  const { error, status, stdout } = spawnSync("shellcheck", scripts, { encoding: "utf8" });
  if (error) {
    context.skip("shellcheck is not installed");
    return;
  }
  assert.equal(status, 0, stdout);
});
