import type { Gap, Token } from "./tokens.js";

const LAYOUT = new Set(
  "left right big Big bigg Bigg bigl bigr Bigl Bigr middle displaystyle textstyle limits nolimits rm bf it tt".split(
    " ",
  ),
);
const BLANKS: ReadonlyMap<string, Gap> = new Map([
  ...["!", "(", ")", "[", "]"].map((name): [string, Gap] => [name, ""]),
  ...[",", ";", ":", ">"].map((name): [string, Gap] => [name, "thin"]),
  ...[" ", "quad", "qquad", "enspace", "thinspace", "\n", "\t"].map((name): [string, Gap] => [name, "blank"]),
]);
const PROSE = new Set("text textrm textbf textit textnormal mbox hbox mathrm operatorname".split(" "));
const FONTS = new Set("mathbf mathit mathsf boldsymbol bm underline".split(" "));
const COLOURS = new Set(["color", "textcolor"]);
const SYNONYMS: readonly (readonly [Token["kind"], string, string])[] = [
  ["command", "\\frac", "dfrac tfrac cfrac"],
  ["command", "\\le", "leq leqslant"],
  ["command", "\\ge", "geq geqslant"],
  ["command", "\\ne", "neq"],
  ["command", "\\{", "lbrace"],
  ["command", "\\}", "rbrace"],
  ["command", "\\vec", "overrightarrow"],
  ["command", "\\hat", "widehat"],
  ["command", "\\tilde", "widetilde"],
  ["symbol", "*", "times cdot ast"],
  ["symbol", "/", "div"],
  ["symbol", "<", "lt"],
  ["symbol", ">", "gt"],
  ["symbol", "|", "lvert rvert"],
  ["symbol", "°", "degree"],
  ["symbol", ":", "colon"],
  ["symbol", "%", "%"],
  ["symbol", "$", "$"],
  ["symbol", "#", "#"],
  ["symbol", "&", "&"],
];
const RENAMED: ReadonlyMap<string, readonly [Token["kind"], string]> = new Map(
  SYNONYMS.flatMap(([kind, to, names]) => names.split(" ").map((name) => [name, [kind, to]] as const)),
);

/**
 * Tokens without what only lays out: spacing and sizing commands, math delimiters, `\text{}` wrappers, a sentence's full
 * stop; one spelling for each command; arguments of `\frac`, `\sqrt`, `^` and `_` in braces. Linear.
 */
export function canonical(tokens: readonly Token[]): readonly Token[] {
  return withoutEnds(cardinals(degrees(braced(spelled(tokens)))));
}

/** Canonical tokens as one string; blanks stay only where leaving them out would join two words or two numbers. */
export function render(tokens: readonly Token[]): string {
  let out = "";
  let before: Token | undefined;
  for (const token of tokens) {
    out += before !== undefined && apart(before, token) ? ` ${token.text}` : token.text;
    before = token;
  }
  return out;
}

function apart(a: Token, b: Token): boolean {
  if (a.kind === "number") return b.kind === "number" && b.gap !== "";
  if (a.kind === "command") return b.kind === "word" && /[A-Za-z]$/.test(a.text);
  return a.kind === "word" && b.kind === "word";
}

/** Drops layout, unwraps fonts and prose, renames synonyms. */
function spelled(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  // One entry an open brace: whether it belongs to a wrapper that is dropped, and whether prose began there.
  const open: { readonly dropped: boolean; readonly prose: boolean }[] = [];
  const currency = tokens.filter((token) => token.text === "$").length === 1;
  let gap: Gap = "";
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.gap === "blank" || (token.gap === "thin" && gap === "")) gap = token.gap;
    const prose = open.at(-1)?.prose ?? false;
    if (token.kind === "command") {
      const name = token.text.slice(1);
      const blank = BLANKS.get(name);
      if (blank !== undefined) {
        if (blank !== "" && gap !== "blank") gap = blank;
        continue;
      }
      if (LAYOUT.has(name)) {
        if (tokens[i + 1]?.text === ".") i += 1;
        continue;
      }
      if (name === "not" && tokens[i + 1]?.text === "=") {
        out.push({ kind: "command", text: "\\ne", gap });
        gap = "";
        i += 1;
        continue;
      }
      if (COLOURS.has(name) && tokens[i + 1]?.text === "{" && tokens[i + 3]?.text === "}") {
        const inBraces = tokens[i + 4]?.text === "{";
        if (inBraces) open.push({ dropped: true, prose });
        i += inBraces ? 4 : 3;
        continue;
      }
      if ((PROSE.has(name) || FONTS.has(name)) && tokens[i + 1]?.text === "{") {
        open.push({ dropped: true, prose: prose || PROSE.has(name) });
        if (tokens[i + 1]?.gap === "blank") gap = "blank";
        i += 1;
        continue;
      }
    } else if (token.text === "{") {
      open.push({ dropped: false, prose });
    } else if (token.text === "}") {
      if (open.pop()?.dropped) continue;
    } else if (token.text === "~") {
      gap = "blank";
      continue;
    } else if (token.text === "$" && !currency) {
      continue;
    }
    const [kind, text] = (token.kind === "command" && RENAMED.get(token.text.slice(1))) || [token.kind, token.text];
    out.push({ kind, text, gap, ...(prose ? { prose } : {}) });
    gap = "";
  }
  return out;
}

const OPEN: Token = { kind: "symbol", text: "{", gap: "" };
const CLOSE: Token = { kind: "symbol", text: "}", gap: "" };

/** Puts bare arguments into braces: `\frac12`, `\sqrt2`, `x^2`, `10^-5`. A bare exponent takes the whole number. */
function braced(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  let wanted = 0;
  let depth = 0;
  const resume: { readonly depth: number; readonly wanted: number }[] = [];
  const queue = [...tokens].reverse();
  for (let token = queue.pop(); token !== undefined; token = queue.pop()) {
    const script = out.at(-1)?.text === "^" || out.at(-1)?.text === "_";
    if (token.text === "{") {
      resume.push({ depth, wanted: Math.max(0, wanted - 1) });
      wanted = 0;
      depth += 1;
      out.push(token);
      continue;
    }
    if (token.text === "}") {
      depth = Math.max(0, depth - 1);
      wanted = resume.pop()?.wanted ?? 0;
      out.push(token);
      continue;
    }
    if (wanted === 0) {
      out.push(token);
      wanted = argumentsOf(token, queue.at(-1));
      continue;
    }
    if (script && token.text === "-" && queue.at(-1)?.kind === "number") {
      out.push(OPEN, token, queue.pop() as Token, CLOSE);
    } else if (!script && token.kind === "number" && token.text.length > 1) {
      out.push(OPEN, { ...token, text: token.text.slice(0, 1) }, CLOSE);
      queue.push({ kind: "number", text: token.text.slice(1), gap: "" });
    } else {
      out.push(OPEN, token, CLOSE);
    }
    wanted -= 1;
  }
  return out;
}

function argumentsOf(token: Token, next: Token | undefined): number {
  if (token.text === "\\frac" || token.text === "\\binom") return 2;
  if (token.text === "\\sqrt") return next?.text === "[" ? 0 : 1;
  return token.text === "^" || token.text === "_" || /^\\(overline|mathbb|pmod|vec|hat|bar|tilde)$/.test(token.text)
    ? 1
    : 0;
}

/** `^{\circ}` → `°`. */
function degrees(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const circ = token.text === "^" && tokens[i + 2]?.text === "\\circ" && tokens[i + 3]?.text === "}";
    out.push(circ ? { kind: "symbol", text: "°", gap: token.gap } : token);
    if (circ) i += 3;
  }
  return out;
}

/** `17th`, `17\text{th}`, `17^{th}` → `17`; the ending must be the number's own. */
function cardinals(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    out.push(token);
    const raised = tokens[i + 1]?.text === "^" && tokens[i + 2]?.text === "{" && tokens[i + 4]?.text === "}";
    const ending = tokens[raised ? i + 3 : i + 1];
    if (token.kind !== "number" || ending?.kind !== "word" || (ending.gap !== "" && !ending.prose)) continue;
    if (/^\d+$/.test(token.text) && ending.text === ordinalEnding(token.text)) i += raised ? 4 : 1;
  }
  return out;
}

function ordinalEnding(digits: string): string {
  if (/1[123]$/.test(digits)) return "th";
  return ["th", "st", "nd", "rd"][Number(digits.at(-1))] ?? "th";
}

/** Drops a full stop or comma at the end, and braces around the whole. */
function withoutEnds(tokens: readonly Token[]): readonly Token[] {
  let begin = 0;
  let end = tokens.length;
  while (end > begin && (tokens[end - 1]?.text === "." || tokens[end - 1]?.text === ",")) end -= 1;
  const closes = matching(tokens);
  while (end - begin >= 2 && tokens[begin]?.text === "{" && closes.get(begin) === end - 1) {
    begin += 1;
    end -= 1;
  }
  return tokens.slice(begin, end);
}

function matching(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, i) => {
    if (token.text === "{") open.push(i);
    if (token.text !== "}") return;
    const begin = open.pop();
    if (begin !== undefined) closes.set(begin, i);
  });
  return closes;
}
