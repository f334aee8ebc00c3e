const OPENER = /\\(?:boxed|fbox)(?![A-Za-z])\s*/g;
const MAX_NESTING = 4;
/** Longest content of a box without braces. */
const MAX_UNBRACED = 200;

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
  OPENER.lastIndex = from;
  for (let opener = OPENER.exec(text); opener !== null; opener = OPENER.exec(text)) {
    const begin = OPENER.lastIndex;
    if (text[begin] === "{") {
      const close = closingBrace(text, begin + 1);
      return close === undefined ? undefined : { content: text.slice(begin + 1, close), end: close + 1 };
    }
    const content = unbraced(text.slice(begin, begin + MAX_UNBRACED));
    if (content !== "") return { content, end: begin + content.length };
    OPENER.lastIndex = begin;
  }
  return undefined;
}

/**
 * The content of `\boxed 6`: what stands before the end of the formula, else before the next blank. "" where that is a word, as
 * in "use \boxed for answers", or goes on behind the blank, as in `\boxed x + 1`.
 */
function unbraced(ahead: string): string {
  const formula = /^[^$\n]*?(?=\$|\\\)|\\\])/.exec(ahead)?.[0];
  const content = (formula ?? /^\S*/.exec(ahead)?.[0] ?? "").trimEnd();
  const goesOn = formula === undefined && /^\s*[-+*/=^<>≤≥]/.test(ahead.slice(content.length));
  if (goesOn || content.length === MAX_UNBRACED) return "";
  return /^\p{L}{2}|^[^\d\p{L}\\+\-−.√∞π(]/u.test(content) ? "" : content;
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
 * The content of the one `\boxed{}` (or `\fbox{}`, `\boxed 6`) in an answer; the text itself when there is none, when it is not
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
