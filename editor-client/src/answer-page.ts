/**
 * A model's answer as a page of the built-in preview. That preview fetches pictures from anywhere (its policy allows
 * every https address, VS Code 1.139), takes HTML, and draws diagrams that can hold pictures. A log that a model was
 * given can talk it into an answer whose picture carries the log away in its address, and nobody has to click.
 *
 * So what fetches stands nowhere in the page, in code or outside of it: where the preview sees the end of a block of code
 * other than we do, the page is ugly and not more. Pure.
 */

/** The begin of a block of code, behind the marks of quotations and lists, and its end. */
const BEGIN = /^([\s>*+\-\d.)]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const END = /^[\s>]*(`{3,}|~{3,})\s*$/;
/** Languages that are only coloured. Extensions draw others, and some ask a server for the drawing. */
const COLOURED = new Set(
  "bash c console cpp css diff go html ini java javascript js json log makefile markdown md py python rust sh shell sql text toml ts typescript xml yaml yml"
    .split(" "),
);
/** Marks that begin HTML, a picture, or a block of an extension; and whatever could be a fence. */
const DANGEROUS = /<|!\[|:::|`{3}|~{3}/;

/** The same answer, without anything that is fetched when it is shown. */
export function answerPage(markdown: string): string {
  const lines = markdown.split("\n");
  const page: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const [, before = "", fence = "", info = ""] = BEGIN.exec(line) ?? [];
    if (fence === "") {
      page.push(prose(line));
      continue;
    }
    const length = lines.slice(at + 1).findIndex((next) => END.exec(next)?.[1]?.startsWith(fence));
    const end = length < 0 ? lines.length : at + 1 + length;
    page.push(...block(before, fence, info.trim(), lines.slice(at + 1, end), lines[end]));
    at = end;
  }
  return page.join("\n");
}

/** A block of code. Where it holds a dangerous mark it is written as HTML of ours, in one line that nothing can end. */
function block(before: string, fence: string, info: string, body: readonly string[], last: string | undefined): string[] {
  if (!DANGEROUS.test(body.join("\n"))) {
    const language = COLOURED.has(info.toLowerCase()) ? info : "";
    return [`${before}${fence}${language}`, ...body, ...(last === undefined ? [] : [last])];
  }
  const code = body.map((line) => line.slice(/^[\s>]*/.exec(line.slice(0, before.length))?.[0].length));
  return [`${before}<pre><code>${code.map(literally).join("&#10;")}</code></pre>`];
}

/** A line outside of blocks. Escaped marks stay what they are. */
function prose(line: string): string {
  return line
    .split(/((?<!`)`[^`]+`(?!`))/)
    .map((part, at) => {
      if (at % 2 === 1 && DANGEROUS.test(part)) {
        return `<code>${literally(part.slice(1, -1))}</code>`;
      }
      return part.replace(/\\?</g, "&lt;").replace(/\\?!\[/g, "&#33;[").replace(/:::|`{3,}|~{3,}/g, literally);
    })
    .join("");
}

/** Every mark as a reference, which neither Markdown nor HTML takes for a mark. */
function literally(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
