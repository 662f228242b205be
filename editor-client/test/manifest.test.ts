/** The manifest against the code and the files: commands, texts, links, walkthrough pages, settings. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMMANDS, registerCommands } from "../src/commands";
import { INTERVALS, USUAL_INTERVAL } from "../src/monitor-interval";
import type { Parts } from "../src/parts";
import { concernsStart, STARTING_SETTINGS } from "../src/settings";
import { registeredIds, shown, takenIds } from "./vscode.stub";

const root = process.cwd();
const lessons = join(root, "..", "content", "lessons");
const manifestText = readFileSync(join(root, "package.json"), "utf8");
const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;

interface Step {
  id: string;
  media: { markdown: string };
  completionEvents: string[];
}
interface Property {
  type: string;
  scope: string;
  default: unknown;
  enum?: string[];
  enumDescriptions?: string[];
}
interface Manifest {
  icon: string;
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string }[];
    configuration: { properties: Record<string, Property> };
    walkthroughs: { id: string; steps: Step[] }[];
  };
}
const manifest = JSON.parse(manifestText) as Manifest;
const MONITOR = ["monitor.autoUpdate", "monitor.interval"];
const OF_THE_EDITOR = ["firstRun"];
const declared = manifest.contributes.commands.map(({ command }) => command);
const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

test("the command table and the manifest name the same commands", () => {
  assert.deepEqual(Object.keys(COMMANDS).sort(), [...declared].sort());
  assert.ok(declared.every((id) => id.startsWith("tenstorrent.")));
});

test("a command that somebody else owns costs one message and nothing else", () => {
  takenIds.add("tenstorrent.runHardwareDetection").add("tenstorrent.startVllmServer");
  registeredIds.length = shown.length = 0;
  const parts = { log: { warn: () => undefined } } as unknown as Parts;
  assert.equal(registerCommands(parts).length, declared.length - 2);
  assert.equal(registeredIds.length, declared.length - 2);
  assert.equal(shown.length, 1);
  assert.match(shown[0] ?? "", /runHardwareDetection, tenstorrent\.startVllmServer/);
  takenIds.clear();
});

test("every text that the manifest uses exists, and every text is used", () => {
  const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map((found) => found[1]));
  assert.deepEqual([...used].sort(), Object.keys(texts).sort());
});

test("every page of the walkthrough exists, and nothing in it waits to be filled in", () => {
  const pages = new Set(steps.map(({ media }) => media.markdown));
  for (const page of pages) {
    const text = readFileSync(join(root, page), "utf8");
    assert.ok(!text.includes("{{"), page);
    assert.match(text, /^## On this machine\n\n\*\*This Lesson for This Machine\*\* opens [^#]+\n\n## /m, page);
    for (const [, picture] of text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)) {
      assert.ok(existsSync(join(root, page, "..", picture ?? "")), `${page}: ${picture ?? ""}`);
    }
  }
  const lessonPages = readdirSync(lessons).map((name) => `dist/content/lessons/${name}`);
  assert.deepEqual(lessonPages.sort(), [...pages].sort());
});

test("a step is done when its context key says so, not when a button was pressed", () => {
  const ids = new Set(steps.map(({ id }) => id));
  for (const { id, completionEvents } of steps) {
    const [event, ...others] = completionEvents;
    const [, proved] = /^onContext:tenstorrent\.step\.([a-z-]+)\.proved$/.exec(event ?? "") ?? [];
    assert.ok(others.length === 0 && proved !== undefined && ids.has(proved), `${id}: ${event ?? ""}`);
  }
});

test("the fourteen steps are there, each with the button that opens its lesson", () => {
  const [setup, quick] = manifest.contributes.walkthroughs;
  assert.deepEqual([setup?.id, quick?.id], ["tenstorrent.setup", "tenstorrent.quickstart"]);
  assert.ok((setup?.steps.length ?? 0) >= 14);
  for (const { id } of steps) {
    const description = Object.entries(texts).find(([key]) => key.endsWith(`.${id}.description`))?.[1] ?? "";
    const link = `\n[This Lesson for This Machine](command:tenstorrent.openLesson?${encodeURIComponent(`["${id}"]`)})`;
    assert.ok(description.endsWith(link), description);
  }
});

test("every command link leads somewhere", () => {
  const pages = readdirSync(lessons).map((name) => readFileSync(join(lessons, name), "utf8"));
  const links = [...Object.values(texts), ...pages].flatMap((text) => [...text.matchAll(/\(command:([\w.]+)/g)]);
  assert.ok(links.length >= steps.length);
  for (const [, id] of links) {
    assert.ok(declared.includes(id ?? ""), id);
  }
});

test("settings that name files are machine-overridable and restricted", () => {
  const { properties } = manifest.contributes.configuration;
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  const harmless = ["simulate", "server.port", ...MONITOR, ...OF_THE_EDITOR].map((name) => `tenstorrent.${name}`);
  assert.deepEqual([...restrictedConfigurations, ...harmless].sort(), Object.keys(properties).sort());
  for (const [name, { scope }] of Object.entries(properties)) {
    // A setting of a machine is not read from the user's settings in a remote window, and this one is for users too.
    assert.equal(scope, OF_THE_EDITOR.includes(name.replace("tenstorrent.", "")) ? "window" : "machine-overridable", name);
  }
});

test("every setting either starts the sidecar again or goes to the monitor, never both", () => {
  const names = Object.keys(manifest.contributes.configuration.properties).map((name) => name.replace("tenstorrent.", ""));
  assert.deepEqual(names.sort(), [...STARTING_SETTINGS, ...MONITOR, ...OF_THE_EDITOR].sort());
  const starts = (changed: string) => concernsStart({ affectsConfiguration: (name) => name === `tenstorrent.${changed}` });
  assert.deepEqual(names.filter((name) => !starts(name)).sort(), [...OF_THE_EDITOR, ...MONITOR].sort());
  assert.ok(concernsStart({ affectsConfiguration: (name) => name === "http.proxy" }));
});

test("the interval's values are those that the code knows", () => {
  const { properties } = manifest.contributes.configuration;
  const interval = properties["tenstorrent.monitor.interval"];
  assert.deepEqual(interval?.enum, INTERVALS);
  assert.equal(interval.enumDescriptions?.length, INTERVALS.length);
  assert.equal(interval.default, USUAL_INTERVAL);
  assert.equal(properties["tenstorrent.monitor.autoUpdate"]?.default, true);
});

test("the icon is a PNG of 128 pixels", () => {
  const png = readFileSync(join(root, manifest.icon));
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [128, 128]);
});

test("the galleries get what they show, and no address that nobody has", () => {
  const { categories, keywords, galleryBanner, license, pricing, preview, ...rest } = JSON.parse(manifestText) as {
    categories: string[];
    keywords: string[];
    galleryBanner: { color: string; theme: string };
    license: string;
    pricing: string;
    preview: boolean;
  };
  const known = ["AI", "Chat", "Machine Learning", "Themes", "Other"];
  assert.ok(categories.length > 0 && categories.every((category) => known.includes(category)));
  assert.ok(keywords.length > 0 && keywords.length <= 30 && new Set(keywords).size === keywords.length);
  assert.match(galleryBanner.color, /^#[0-9a-f]{6}$/);
  assert.deepEqual([galleryBanner.theme, license, pricing, preview], ["dark", "Apache-2.0", "Free", true]);
  // The package gets them from whoever publishes it: `cargo xtask package --repository`.
  for (const address of ["repository", "homepage", "bugs"]) {
    assert.ok(!(address in rest), address);
  }
});

test("a button of the walkthrough that only prepares does not say that it starts", () => {
  const buttons = Object.values(texts).flatMap((text) => [...text.matchAll(/\[([^\]]+)\]\(command:tenstorrent\.(\w+)/g)]);
  const prepare = buttons.filter(([, , command]) => /\bPrepare\b/.test(texts[`commands.${command ?? ""}`] ?? ""));
  assert.ok(prepare.length > 1);
  assert.deepEqual(prepare.filter(([, button]) => /\b(Start|Run|Serve)\b/.test(button ?? "")).map(([, button]) => button), []);
});
