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

function isAtom({ kind, text }: Token): boolean {
  return (
    kind === "number" || (kind === "word" && text.length === 1) || (kind === "command" && GREEK.has(text.slice(1)))
  );
}
