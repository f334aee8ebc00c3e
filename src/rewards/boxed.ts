const OPENERS = ["\\boxed{", "\\fbox{"] as const;
const MAX_NESTING = 4;

interface Box {
  readonly content: string;
  readonly end: number;
}

/** Top-level boxes in order. One pass: an unclosed box ends the search, so no input costs more than its length. */
function boxes(text: string): readonly Box[] {
  const found: Box[] = [];
  let from = 0;
  for (;;) {
    const box = nextBox(text, from);
    if (box === undefined) return found;
    found.push(box);
    from = box.end;
  }
}

function nextBox(text: string, from: number): Box | undefined {
  const starts = OPENERS.map((opener) => ({ at: text.indexOf(opener, from), length: opener.length })).filter(
    (start) => start.at >= 0,
  );
  const first = starts.sort((a, b) => a.at - b.at)[0];
  if (first === undefined) return undefined;
  const begin = first.at + first.length;
  const close = closingBrace(text, begin);
  return close === undefined ? undefined : { content: text.slice(begin, close), end: close + 1 };
}

/** Index of the brace that closes a group whose content begins at `begin`; `\{` and `\}` are text. */
function closingBrace(text: string, begin: number): number | undefined {
  let depth = 1;
  for (let i = begin; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i += 1;
    else if (c === 0x7b) depth += 1;
    else if (c === 0x7d && --depth === 0) return i;
  }
  return undefined;
}

/**
 * The content of the one `\boxed{}` (or `\fbox{}`) in an answer; the text itself when there is none, when it is not
 * closed, or when boxes disagree: several guesses are not an answer.
 */
export function unwrapBoxed(text: string): string {
  let current = text;
  for (let level = 0; level < MAX_NESTING; level++) {
    const found = boxes(current);
    const first = found[0];
    if (first === undefined || found.some((box) => box.content.trim() !== first.content.trim())) return current;
    current = first.content;
  }
  return current;
}

/** The content of the last closed `\boxed{}` of a text, for answers given outside the tags. */
export function lastBoxed(text: string): string | undefined {
  return boxes(text).at(-1)?.content;
}
