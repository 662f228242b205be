/**
 * What stands at the prompt of a terminal, cut out of everything the terminal shows. The prompts are those of the
 * sandbox: "$ " for a new command and "> " for each further line of one.
 */
const PROMPT = /^\$ /;
const CONTINUATION = /^> /;

/** The lines that stand at the last prompt, prompts taken off; none when the last prompt is empty. */
export function standingLines(terminalText) {
  const lines = terminalText.split("\n").map((line) => line.trimEnd());
  while (lines.at(-1) === "") {
    lines.pop();
  }
  const start = lines.findLastIndex((line) => PROMPT.test(`${line} `));
  if (start === -1) {
    return [];
  }
  const [first, ...rest] = lines.slice(start);
  const standing = [first.replace(/^\$ ?/, ""), ...rest.map((line) => line.replace(CONTINUATION, ""))];
  return standing.length === 1 && standing[0] === "" ? [] : standing;
}

/** A command as lines to compare with: what follows the last one's end does not count. */
export function commandLines(text) {
  return text.trimEnd().split("\n").map((line) => line.trimEnd());
}
