/** Words from outside stay words. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, code, codeBlock, escape, openFence } from "../src/markdown";

test("nothing from outside becomes a link, a picture, a heading, HTML or an icon", () => {
  for (const text of [
    "[run](command:tenstorrent.resetDevice)",
    "![x](https://evil.example/a.png)",
    "<img src=x onerror=alert(1)>",
    "# heading",
    "$(trash) **bold** _em_ ~~gone~~",
    "https://evil.example",
    "a | b",
    "&lt;",
  ]) {
    const escaped = escape(text);
    // Every mark that means something has a backslash in front.
    assert.doesNotMatch(escaped, /(?<!\\)[[\]()<>*_#!|~&$:]/, escaped);
    assert.equal(escaped.replaceAll("\\", ""), text, "and the words are still there");
  }
});

test("a text of several lines is one line: a line could begin a list or a block", () => {
  assert.equal(escape("a\n\n- b\n    code"), "a \\- b code");
});

test("what stands in backticks stays code, and a lone backtick is a backtick", () => {
  assert.equal(escape("see `tt-jukebox ps` now"), "see `tt-jukebox ps` now");
  assert.equal(escape("a ` b"), "a \\` b");
  assert.equal(code("a`b\nc"), "`a'b c`");
  assert.equal(escape("x `[a](command:b)` y"), "x `[a](command:b)` y");
});

test("a block of code ends where it should", () => {
  assert.equal(codeBlock("ls\n", "sh"), "```sh\nls\n```");
  assert.equal(codeBlock("```\nx\n```"), "````\n```\nx\n```\n````");
  assert.equal(cell("a | b\nc"), "a \\| b c");
});

test("an answer that broke off inside code is known", () => {
  assert.equal(openFence("text\n```py\nprint()"), "```");
  assert.equal(openFence("```py\nprint()\n```\nmore"), undefined);
  assert.equal(openFence("````\n```\n"), "````");
  assert.equal(openFence("~~~\n```"), "~~~");
  assert.equal(openFence("a ``` b"), undefined);
});
