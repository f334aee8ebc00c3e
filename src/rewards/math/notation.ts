import type { Token } from "./tokens.js";

/** Environments that align formulas and mean nothing themselves. */
const ALIGNING =
  /^(?:align|aligned|alignat|alignedat|flalign|gather|gathered|split|equation|multline|eqnarray|displaymath|math)$/;

/**
 * The formulas of `\begin{aligned} … \end{aligned}`: one row as it is, more of them as a list, a row that goes on with a relation joined to
 * the one before. A table of one column and one row is its entry.
 */
export function withoutAlignment(tokens: readonly Token[]): readonly Token[] {
  if (tokens[0]?.text !== "\\begin") return tokens;
  const body = environment(tokens);
  if (body === undefined) return tokens;
  if (ALIGNING.test(body.name)) return joinedRows(body.tokens.filter(({ text }) => text !== "&"));
  const single = body.name === "array" && body.tokens.every(({ text }) => text !== "&" && text !== "\\\\");
  return single ? body.tokens : tokens;
}

/** An environment that is the whole: its name without star, and what stands between its column specification and its end. */
function environment(tokens: readonly Token[]): { name: string; tokens: readonly Token[] } | undefined {
  const name = tokens[2]?.text ?? "";
  const starred = tokens[3]?.text === "*" ? 1 : 0;
  const end = tokens.length - 4 - starred;
  const closes = tokens[end]?.text === "\\end" && tokens[end + 2]?.text === name && tokens.at(-1)?.text === "}";
  const again = tokens.slice(1, end).some(({ text }) => text === "\\begin");
  let begin = 4 + starred;
  if (!closes || again || tokens[begin - 1]?.text !== "}") return undefined;
  const specified = /^(?:array|alignat|alignedat)$/.test(name) && tokens[begin]?.text === "{";
  if (specified || (tokens[begin]?.text === "[" && tokens[begin + 2]?.text === "]")) {
    begin = tokens.findIndex(({ text }, i) => i > begin && (text === "}" || text === "]")) + 1;
  }
  return { name, tokens: tokens.slice(begin, end) };
}

function joinedRows(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token, i): readonly Token[] => {
    if (token.text !== "\\\\") return [token];
    const [before, after] = [tokens[i - 1]?.text ?? ",", tokens[i + 1]?.text];
    const joined =
      after === undefined || /^[,;]$/.test(before) || /^(?:[=<>+*,;-]|\\le|\\ge|\\approx|or|and)$/.test(after);
    return joined ? [] : [{ kind: "symbol", text: ",", gap: "blank" }];
  });
}

const LEADING = new Set("so thus hence therefore the final answer ans is".split(" "));

/** The tokens behind `The answer is`, `Answer:`, `\text{Final answer: }` and the like: the only words before an answer that say nothing. */
export function withoutLeadIn(tokens: readonly Token[]): readonly Token[] {
  const mark = (at: number) => /^[:=]$/.test(tokens[at]?.text ?? "");
  const word = (at: number) => tokens[at]?.text.toLowerCase() ?? "";
  let at = 0;
  while (LEADING.has(word(at)) || (at > 0 && word(at) === "," && !/^(?:answer|ans|is)$/.test(word(at - 1)))) at += 1;
  const named = tokens.slice(0, at).some(({ text }) => /^ans(?:wer)?$/i.test(text));
  const is = word(at - 1) === "is";
  if (!named || (!is && !mark(at) && !(word(at - 1) === "ans" && word(at) === "."))) return tokens;
  const begin = is && !mark(at) ? at : at + 1;
  return begin < tokens.length ? unmarked(tokens.slice(begin)) : tokens;
}

/** Without Markdown's marks around the whole. */
function unmarked(tokens: readonly Token[]): readonly Token[] {
  const mark = tokens[0]?.text ?? "";
  return /^[*`]$/.test(mark) && tokens.length > 2 && tokens.at(-1)?.text === mark ? tokens.slice(1, -1) : tokens;
}

const BASES = new Map(
  "two three four five six seven eight nine ten eleven twelve".split(" ").map((word, i) => [word, i + 2]),
);

/** `110 base 2`, `110 (base 2)`, `110 in base two` and `110_{two}` as `110_{2}`. */
export function withBases(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    const open = token.text === "(" ? 1 : 0;
    const name = tokens[i + open]?.text === "in" ? i + open + 1 : i + open;
    const base = tokens[name]?.text.toLowerCase() === "base" ? numberOf(tokens[name + 1]) : undefined;
    const closed = open === 0 || tokens[name + 2]?.text === ")";
    if (out.at(-1)?.kind === "number" && base !== undefined && closed) {
      out.push(...subscript(base));
      i = name + 1 + open;
      continue;
    }
    const spelt = token.text === "_" && tokens[i + 3]?.text === "}" ? BASES.get(tokens[i + 2]?.text ?? "") : undefined;
    if (spelt !== undefined && out.at(-1)?.kind === "number") {
      out.push(...subscript(spelt));
      i += 3;
    } else out.push(token);
  }
  return out;
}

function numberOf(token: Token | undefined): number | undefined {
  if (token === undefined) return undefined;
  return /^\d{1,2}$/.test(token.text) ? Number(token.text) : BASES.get(token.text.toLowerCase());
}

function subscript(base: number): readonly Token[] {
  const symbol = (text: string): Token => ({ kind: "symbol", text, gap: "" });
  return [symbol("_"), symbol("{"), { kind: "number", text: String(base), gap: "" }, symbol("}")];
}

/** `3 (mod 5)` as `3 \pmod{5}`. */
export function withModuli(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [open, mod, of, close] = tokens.slice(i, i + 4);
    if (open?.text === "(" && /^\\?b?mod$/.test(mod?.text ?? "") && of !== undefined && close?.text === ")") {
      const symbol = (text: string): Token => ({ kind: "symbol", text, gap: "" });
      out.push({ kind: "command", text: "\\pmod", gap: open.gap }, symbol("{"), of, symbol("}"));
      i += 3;
    } else out.push(tokens[i] as Token);
  }
  return out;
}

/** Digits that repeat at the end, three times or more, before an ellipsis: `0.1666…`. */
const REPEATING = /^(\d*\.\d{0,40}?)(\d{1,6}?)\2{2,}$/;

/** Repeating decimals, `0.\dot3`, `0.\dot1 2\dot3`, `0.\bar{3}`, `0.(3)`, `0.333…`, in one spelling: `0.\overline{3}`. */
export function withPeriods(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token;
    out.push(token);
    if (token.kind !== "number") continue;
    if (tokens[i + 1]?.text === "\\ldots") {
      const [, head = "", period] = token.text.length > 60 ? [] : (REPEATING.exec(token.text) ?? []);
      if (period === undefined) continue;
      out.splice(-1, 1, ...repeating(token, head, period));
      i += 1;
      continue;
    }
    const point = tokens[i + 1]?.text === "." ? 1 : 0;
    if (point === 0 && !token.text.includes(".")) continue;
    const found = periodAt(tokens, i + 1 + point, point === 1);
    if (found === undefined) continue;
    out.splice(-1, 1, ...repeating(token, `${token.text}${point === 1 ? "." : ""}`, found.period));
    i = found.end - 1;
  }
  return out;
}

function repeating(token: Token, head: string, period: string): readonly Token[] {
  const symbol = (text: string): Token => ({ kind: "symbol", text, gap: "" });
  return [
    { ...token, text: head.replace(/\.$/, "") || "0" },
    ...(head.endsWith(".") ? [symbol(".")] : []),
    { kind: "command", text: "\\overline", gap: "" },
    symbol("{"),
    { kind: "number", text: period, gap: "" },
    symbol("}"),
  ];
}

/** The digits that repeat from a position on: under a bar, between dots, or, right behind the point, in parentheses. */
function periodAt(
  tokens: readonly Token[],
  at: number,
  behindPoint: boolean,
): { readonly period: string; readonly end: number } | undefined {
  const text = (ahead: number) => tokens[at + ahead]?.text ?? "";
  if (behindPoint && text(0) === "(" && /^\d+$/.test(text(1)) && text(2) === ")")
    return { period: text(1), end: at + 3 };
  if (!/^\\(?:dot|bar)$/.test(text(0)) || !/^\d+$/.test(text(2)) || text(3) !== "}") return undefined;
  if (text(0) === "\\bar") return { period: text(2), end: at + 4 };
  const between = /^\d+$/.test(text(4)) ? 1 : 0;
  if (text(4 + between) !== "\\dot" || !/^\d$/.test(text(6 + between))) return { period: text(2), end: at + 4 };
  return { period: `${text(2)}${between ? text(4) : ""}${text(6 + between)}`, end: at + 8 + between };
}
