const COMMANDS =
  "(?:text|textbf|textit|textrm|textsf|texttt|mathrm|mathbf|mathit|mathsf|mathtt|mathbb|operatorname|emph|mbox|underline|bf)";
/** A font switched within a group: `{\bf C}`. */
const SWITCH = /\{\\(?:bf|it|rm|sf|tt|bfseries|itshape)\s+([^{}]*)\}/g;
/** Emphasis as HTML has it. */
const TAGS = /<\/?(?:b|i|em|strong|u|code)>/gi;
const DRESS = new RegExp(`\\\\${COMMANDS}\\s*\\{([^{}]*)\\}`, "g");
const MAX_DEPTH = 4;

/** Pairs that stand around a text without being part of it. */
const PAIRS = [
  ["**", "**"],
  ["__", "__"],
  ["\\(", "\\)"],
  ["\\[", "\\]"],
  ["$$", "$$"],
  ["$", "$"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["*", "*"],
  ["_", "_"],
] as const;
const AROUND = new RegExp(`^\\\\${COMMANDS}\\s*\\{(.*)\\}$`, "s");

/** Drops quotes, emphasis, math delimiters or a command such as `\text{}` around the whole. */
export function unwrapped(text: string): string {
  let current = text;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inside = AROUND.exec(current)?.[1];
    const inner = inside !== undefined && isBalanced(inside) ? inside : withoutPair(current);
    if (inner === undefined) break;
    current = inner.trim();
  }
  return current;
}

/** Whether no brace in the text closes one that stood before it. */
function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === "{") depth += 1;
    else if (character === "}" && --depth < 0) return false;
  }
  return depth === 0;
}

function withoutPair(text: string): string | undefined {
  for (const [open, close] of PAIRS) {
    if (text.length <= open.length + close.length || !text.startsWith(open) || !text.endsWith(close)) continue;
    const inner = text.slice(open.length, text.length - close.length);
    if (inner.trim() !== "" && !inner.includes(close)) return inner;
  }
  return undefined;
}

/** Drops emphasis, math delimiters and font commands wherever they stand: `**C**. \text{Oslo}` is `C. Oslo`. */
export function undressed(text: string): string {
  let current = text;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const inner = current.replace(DRESS, "$1").replace(SWITCH, "$1");
    if (inner === current) break;
    current = inner;
  }
  return (
    current
      .replace(TAGS, "")
      .replace(/\\[()[\]]|\*\*|__|[$`]/g, "")
      .replace(/(?<=^|\s)\*([A-Za-z])\*(?=\s|$)/g, "$1")
      // A tie is a blank; two strike out.
      .replace(/(?<!~)~(?!~)|\\[ ,;]/g, " ")
      .replace(/\s+/g, " ")
      .trim()
  );
}
