import { render } from "../canonical.js";
import type { Token } from "../tokens.js";
import { GREEK } from "./names.js";
import { isEnclosed } from "./split.js";

/** What only an event or a random variable has in its parentheses. */
const EVENT = /^(=|<|>|\\le|\\ge|\\ne|\\in|\||\\mid|\\cap|\\cup|\\text)$/;

/**
 * The name on the left of `P(x) = …`, `P(X = 2) = …`, `s(t) = …`, `\angle ABC = …`, `\frac{dy}{dx} = …`; undefined where the left side may be a
 * product. `f(x)` is left to the expression parser, and a letter that `others` hold as well is a factor.
 */
export function assignedName(tokens: readonly Token[], others: readonly Token[]): string | undefined {
  const [first, second] = tokens[0]?.text === "m" && tokens[1]?.text === "\\angle" ? tokens.slice(1) : tokens;
  if (first?.text === "\\angle" && second !== undefined && /^[A-Z]{1,3}$/.test(second.text)) {
    return tokens.at(-1) === second ? `\\angle ${second.text}` : undefined;
  }
  const label = labelOf(tokens);
  if (label !== undefined)
    return label.every((name) => !others.some(({ text }) => text === name)) ? render(tokens) : undefined;
  if (first?.text === "\\frac" && /^\\frac\{d[a-z]\}\{d[a-z]\}$/.test(render(tokens))) return render(tokens);
  if (first?.kind !== "word" || !/^[A-Za-z]$/.test(first.text) || /^[fgh]$/.test(first.text)) return undefined;
  const call = tokens.slice(1);
  if (!/^[([]$/.test(call[0]?.text ?? "") || !isEnclosed(call)) return undefined;
  if (others.some((token) => token.kind === "word" && token.text.includes(first.text))) return undefined;
  const inner = call.slice(1, -1);
  const plain = inner.every((token) => token.text === "," || isAtom(token));
  const event = /^[A-Z]$/.test(first.text) && inner.some((token) => EVENT.test(token.text) || token.text.length > 1);
  const variable = inner.length === 1 && inner[0]?.kind === "word" && inner[0].text !== first.text;
  const named = /^[A-Z]$/.test(first.text) ? plain || event : variable;
  return named ? render(tokens) : undefined;
}

/**
 * The names that a label is made of: a quotient or ratio of lengths and areas, `\frac{NO}{BO}`, `S_{MBCN} : S`, a length between bars,
 * `|AB|`, or words, `\text{Area}`. Undefined for anything that may be calculated with.
 */
function labelOf(tokens: readonly Token[]): readonly string[] | undefined {
  if (tokens.length > 24) return undefined;
  if (tokens.every(isLabelWord)) return tokens.map(({ text }) => text);
  const names = tokens.filter(({ kind }) => kind === "word");
  const quotient = tokens.some(({ text }) => /^(?:\\frac|[:/])$/.test(text));
  const bars = tokens.length === 3 && tokens[0]?.text === "|" && tokens[2]?.text === "|";
  const figures = names.every(({ text }) => /^[A-Z]{1,5}$/.test(text)) && names.some(({ text }) => text.length > 1);
  const rest = tokens.every(({ kind, text }) => kind === "word" || LABEL_MARK.test(text) || /^\d$/.test(text));
  return (quotient || bars) && figures && rest ? names.map(({ text }) => text) : undefined;
}

const LABEL_MARK = /^(?:[{}:/|_]|\\frac|\\overline|\\triangle|\\vec|\\square)$/;

function isLabelWord({ kind, text, prose = false }: Token): boolean {
  return (
    kind === "word" &&
    (prose || /^[A-Z]/.test(text)) &&
    text.length > 2 &&
    /[aeiou]/.test(text) &&
    !/^(?:not|never|none)$/i.test(text)
  );
}

function isAtom({ kind, text }: Token): boolean {
  return (
    kind === "number" || (kind === "word" && text.length === 1) || (kind === "command" && GREEK.has(text.slice(1)))
  );
}
