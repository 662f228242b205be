/** The colour themes: everything that is read has enough contrast for weak eyes (WCAG 2.2, level AA). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OUR_THEMES } from "../src/editor-setup";

interface Theme {
  name: string;
  type: string;
  colors: Record<string, string>;
  tokenColors: { scope: string[]; settings: { foreground: string } }[];
}
const AA_TEXT = 4.5;
const root = process.cwd();
const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  contributes: { themes: { id: string; label: string; path: string; uiTheme: string }[] };
};
const themes = contributes.themes.map(({ path }) => JSON.parse(readFileSync(join(root, path), "utf8")) as Theme);

/** What stands on what, where the names do not say it. */
const GROUND: Readonly<Record<string, string>> = {
  foreground: "sideBar.background",
  descriptionForeground: "sideBar.background",
  disabledForeground: "sideBar.background",
  errorForeground: "sideBar.background",
  "icon.foreground": "sideBar.background",
  "list.highlightForeground": "sideBar.background",
  "sideBarTitle.foreground": "sideBar.background",
  "input.placeholderForeground": "input.background",
  "titleBar.activeForeground": "titleBar.activeBackground",
  "welcomePage.progress.foreground": "welcomePage.tileBackground",
};
/** Words in a list keep their colour on a chosen or pointed row, and grey ones stand there too. */
const ON_ROWS = ["foreground", "descriptionForeground"];
const ROWS = ["list.hoverBackground", "list.inactiveSelectionBackground", "list.activeSelectionBackground"];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test("the themes are those that the setup of the editor chooses from", () => {
  assert.deepEqual(contributes.themes.map(({ label, uiTheme }) => [label, uiTheme]), [[OUR_THEMES.dark, "vs-dark"], [OUR_THEMES.light, "vs"]]);
  assert.deepEqual(themes.map(({ name, type }) => [name, type]), [[OUR_THEMES.dark, "dark"], [OUR_THEMES.light, "light"]]);
});

for (const { name, colors, tokenColors } of themes) {
  const colour = (id: string): string => {
    const value = colors[id] ?? "";
    assert.match(value, /^#[0-9A-F]{6}$/, `${id} is no opaque colour`);
    return value;
  };
  const readable = (what: string, on: string, id: string) => {
    const found = contrast(what, colour(on));
    assert.ok(found >= AA_TEXT, `${name}: ${id} on ${on} has ${found.toFixed(2)}`);
  };

  test(`${name}: every text on its ground`, () => {
    for (const id of Object.keys(colors).filter((key) => /foreground$/i.test(key) && !/cursor/i.test(key))) {
      // "list.hoverForeground" stands on "list.hoverBackground", and where there is none, on "list.background".
      const own = [id.replace(/foreground$/, "background").replace(/Foreground$/, "Background"), id.replace(/\.\w+$/, ".background")];
      const ground = GROUND[id] ?? own.find((key) => key !== id && key in colors) ?? "editor.background";
      readable(colour(id), ground, id);
    }
    for (const id of Object.keys(colors).filter((key) => key.startsWith("terminal.ansi"))) {
      readable(colour(id), "terminal.background", id);
    }
  });

  test(`${name}: words on rows that are chosen, and code on what is selected`, () => {
    ON_ROWS.forEach((id) => {
      ROWS.forEach((row) => {
        readable(colour(id), row, id);
      });
    });
    for (const { scope, settings } of tokenColors) {
      for (const ground of ["editor.background", "editor.lineHighlightBackground"]) {
        readable(settings.foreground, ground, scope.join(", "));
      }
    }
  });
}
