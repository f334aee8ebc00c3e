import type { Gap, Token } from "./tokens.js";

const LAYOUT = new Set(
  (
    "left right big Big bigg Bigg bigl bigr Bigl Bigr middle displaystyle textstyle limits nolimits rm bf it tt " +
    "nonumber notag therefore hfill centering"
  ).split(" "),
);
const BLANKS: ReadonlyMap<string, Gap> = new Map([
  ...["!", "(", ")", "[", "]"].map((name): [string, Gap] => [name, ""]),
  ...[",", ";", ":", ">"].map((name): [string, Gap] => [name, "thin"]),
  ...[" ", "quad", "qquad", "enspace", "thinspace", "\n", "\t"].map((name): [string, Gap] => [name, "blank"]),
]);
const PROSE = new Set("text textrm textbf textit textsf texttt textnormal mbox hbox mathrm operatorname".split(" "));
const FONTS = new Set("mathbf mathit mathsf boldsymbol bm underline emph".split(" "));
const COLOURS = new Set(["color", "textcolor"]);
/** Commands that number or name a formula: they go with their argument. */
const NUMBERED = new Set(["tag", "label"]);
const SYNONYMS: readonly (readonly [Token["kind"], string, string])[] = [
  ["command", "\\frac", "dfrac tfrac cfrac"],
  ["command", "\\binom", "dbinom tbinom"],
  ["command", "\\le", "leq leqslant"],
  ["command", "\\lnot", "neg"],
  ["command", "\\ge", "geq geqslant"],
  ["command", "\\ne", "neq"],
  ["command", "\\{", "lbrace"],
  ["command", "\\}", "rbrace"],
  ["command", "\\vec", "overrightarrow"],
  ["command", "\\hat", "widehat"],
  ["command", "\\tilde", "widetilde"],
  ["command", "\\ldots", "dots cdots dotsc dotsb dotsm dotso textellipsis"],
  ["command", "\\approx", "simeq doteq"],
  ["command", "\\phi", "varphi"],
  ["command", "\\epsilon", "varepsilon"],
  ["command", "\\theta", "vartheta"],
  ["symbol", "*", "times cdot ast"],
  ["symbol", "/", "div"],
  ["symbol", "<", "lt"],
  ["symbol", ">", "gt"],
  ["symbol", "|", "lvert rvert"],
  ["symbol", "°", "degree"],
  ["symbol", ":", "colon"],
  ["symbol", "%", "%"],
  ["symbol", "$", "$ textdollar"],
  ["symbol", "¥", "yen"],
  ["symbol", "£", "pounds textsterling"],
  ["symbol", "€", "euro texteuro"],
  ["symbol", "₹", "rupee"],
  ["symbol", "#", "#"],
  ["symbol", "&", "&"],
];
const RENAMED: ReadonlyMap<string, readonly [Token["kind"], string]> = new Map(
  SYNONYMS.flatMap(([kind, to, names]) => names.split(" ").map((name) => [name, [kind, to]] as const)),
);
/** Words whose case says nothing. */
const JOINING = /^(?:or|and)$/i;

/** An open brace: whether it belongs to a wrapper that is dropped, and whether prose began there. */
interface Brace {
  readonly dropped: boolean;
  readonly prose: boolean;
}

/** Drops layout, formula numbers and math delimiters, unwraps fonts and prose, renames synonyms. */
export function spelled(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  const open: Brace[] = [];
  const currency = tokens.filter((token) => token.text === "$").length === 1;
  let gap: Gap = "";
  let tight = false;
  const push = (kind: Token["kind"], text: string): void => {
    const prose = open.at(-1)?.prose ? { prose: true } : {};
    out.push({ kind, text, gap: tight ? "" : gap, ...prose });
    gap = "";
    tight = false;
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    if (token.gap === "blank" || (token.gap === "thin" && gap === "")) gap = token.gap;
    const prose = open.at(-1)?.prose ?? false;
    if (token.kind === "command") {
      const name = token.text.slice(1);
      const blank = BLANKS.get(name);
      if (blank !== undefined) {
        if (blank !== "" && gap !== "blank") gap = blank;
        // `12,\! 345` is one number, whatever blank follows.
        tight ||= name === "!" && out.at(-1)?.text === ",";
        continue;
      }
      if (LAYOUT.has(name)) {
        if (tokens[i + 1]?.text === ".") i += 1;
        continue;
      }
      const end = NUMBERED.has(name) ? argumentEnd(tokens, i + 1) : undefined;
      if (end !== undefined) {
        i = end;
        continue;
      }
      if (name === "not" && tokens[i + 1]?.text === "=") {
        push("command", "\\ne");
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
    } else if (token.text === "**") {
      // A power where something stands on both sides; Markdown's bold otherwise.
      if (endsOperand(out.at(-1)) && i + 1 < tokens.length) push("symbol", "^");
      continue;
    } else if (token.text.startsWith("...")) {
      push("command", "\\ldots");
      continue;
    } else if (JOINING.test(token.text)) {
      push("word", token.text.toLowerCase());
      continue;
    }
    push(...((token.kind === "command" && RENAMED.get(token.text.slice(1))) || ([token.kind, token.text] as const)));
  }
  return out;
}

function endsOperand(token: Token | undefined): boolean {
  return token !== undefined && (token.kind !== "symbol" || /^[)\]}'!]$/.test(token.text));
}

/** Index of the brace that closes `{1}` or `*{1}`; undefined where none does. */
function argumentEnd(tokens: readonly Token[], at: number): number | undefined {
  const begin = tokens[at]?.text === "*" ? at + 1 : at;
  if (tokens[begin]?.text !== "{") return undefined;
  let depth = 0;
  for (let i = begin; i < tokens.length; i++) {
    if (tokens[i]?.text === "{") depth += 1;
    if (tokens[i]?.text === "}" && --depth === 0) return i;
  }
  return undefined;
}
