/** Longest program that is run, in UTF-16 units. */
export const MAX_PROGRAM_CHARS = 100_000;

interface Fence {
  readonly language: string;
  readonly lines: readonly string[];
}

const PYTHON = new Set(["", "python", "python3", "py"]);

/**
 * The program in an answer: the last fenced block marked as Python or not marked at all (the text to the end, if the
 * fence never closes), or the whole answer when nothing is fenced. Indentation is kept. Linear.
 */
export function extractProgram(answer: string): string {
  const fences = readFences(answer);
  const block = fences.filter((fence) => PYTHON.has(fence.language)).at(-1) ?? fences.at(-1);
  return withoutBlankEdges(block === undefined ? answer.split("\n") : block.lines);
}

function readFences(answer: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { readonly mark: string; readonly language: string; readonly lines: string[] } | undefined;
  for (const line of answer.split("\n")) {
    const mark = fenceMark(line);
    if (open === undefined) {
      if (mark !== undefined) open = { mark: mark.mark, language: mark.info.toLowerCase(), lines: [] };
    } else if (mark !== undefined && mark.info === "" && mark.mark.startsWith(open.mark)) {
      fences.push(open);
      open = undefined;
    } else {
      open.lines.push(line);
    }
  }
  if (open !== undefined) fences.push(open);
  return fences;
}

/** A line that is a fence: three or more backticks or tildes, and the word after them. */
function fenceMark(line: string): { readonly mark: string; readonly info: string } | undefined {
  const text = line.trim();
  const character = text[0];
  if (character !== "`" && character !== "~") return undefined;
  let length = 0;
  while (text[length] === character) length += 1;
  if (length < 3) return undefined;
  const info = text.slice(length).trim();
  return info.includes("`") ? undefined : { mark: text.slice(0, length), info: info.split(/\s/, 1)[0] ?? "" };
}

function withoutBlankEdges(lines: readonly string[]): string {
  let begin = 0;
  let end = lines.length;
  while (begin < end && lines[begin]?.trim() === "") begin += 1;
  while (end > begin && lines[end - 1]?.trim() === "") end -= 1;
  return end > begin ? `${lines.slice(begin, end).join("\n")}\n` : "";
}
