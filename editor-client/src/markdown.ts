/**
 * Markdown that holds words from outside: names of models, lines of logs, what a server says. None of it may become a
 * link, a picture, a heading or HTML.
 */

/** One line of plain text. What stands in backticks stays code, which no markup reaches. */
export function escape(text: string): string {
  const parts = text.replace(/\s+/g, " ").split(/`([^`]*)`/);
  return parts.map((part, at) => (at % 2 === 1 ? code(part) : part.replace(/[!-/:-@[-`{-~]/g, plainly))).join("");
}

/** Only marks that mean something to Markdown, so that the source stays readable. The colon and the `@` make links. */
function plainly(mark: string): string {
  return "\\`*_{}[]()<>#+-!|~&$:@".includes(mark) ? `\\${mark}` : mark;
}

/** A flag, a path or a value as it stands. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line === "" ? "" : `\`${line.replaceAll("`", "'")}\``;
}

/** Lines as they stand; the fence is longer than any that they hold. */
export function codeBlock(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n+$/, "")}\n${fence}`;
}

/** A cell of a table, which a bar would end. */
export function cell(markdown: string): string {
  return markdown.replace(/\s*\n\s*/g, " ").replace(/(?<!\\)\|/g, "\\|");
}

/** The fence of a code block that was begun and is still open: what follows would be taken for code. */
export function openFence(markdown: string): string | undefined {
  let open: string | undefined;
  for (const line of markdown.split("\n")) {
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined && open === undefined) {
      open = fence;
    } else if (fence !== undefined && open !== undefined && fence.startsWith(open) && line.trim() === fence) {
      open = undefined;
    }
  }
  return open;
}
