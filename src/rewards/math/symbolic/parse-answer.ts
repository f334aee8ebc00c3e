import { render } from "../canonical.js";
import { measuredOf } from "../measured.js";
import type { Token } from "../tokens.js";
import { tolerated } from "../tolerance.js";
import { currencyAt, type UnitRule, unitAround } from "../units.js";
import { maySpell } from "../words.js";
import type { AnswerNode, Relation } from "./answer-node.js";
import { approximated } from "./approximation.js";
import { assignedName } from "./assigned-name.js";
import { type Expression, symbol } from "./expression.js";
import { functionOf, GREEK } from "./names.js";
import { parseExpression } from "./parse-expression.js";
import { parseMatrix } from "./parse-matrix.js";
import { recordsOf } from "./records.js";
import { isEnclosed, joinThousands, type Part, splitOutside } from "./split.js";

const MAX_DEPTH = 8;
/** Most elements of a list. */
const MAX_ELEMENTS = 400;
const RELATIONS: ReadonlySet<string> = new Set(["=", "<", ">", "\\le", "\\ge", "\\ne", "\\in", "\\equiv"]);
const ALIASES: ReadonlyMap<string, Relation> = new Map([
  ["\\approx", "="],
  ["\\coloneqq", "="],
]);
const SETS: ReadonlyMap<string, (AnswerNode & { kind: "named" })["set"]> = new Map([
  ["R", "reals"],
  ["Z", "integers"],
  ["N", "naturals"],
  ["Q", "rationals"],
  ["C", "complexes"],
]);
const CLOSING: ReadonlyMap<string, readonly string[]> = new Map([
  ["(", [")", "]"]],
  ["[", ["]", ")"]],
  ["\\{", ["\\}"]],
  ["\\langle", ["\\rangle"]],
]);

/** Reads canonical tokens as an answer; what is no mathematics is text. `units` says which words may be a unit. */
export function parseAnswer(tokens: readonly Token[], units: UnitRule): AnswerNode {
  return node(joinThousands(tokens), units, 0);
}

function node(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode {
  const text: AnswerNode = { kind: "text", text: render(tokens) };
  if (depth > MAX_DEPTH || tokens.length === 0) return text;
  return (
    named(tokens) ??
    conditions(tokens, units, depth) ??
    list(tokens, units, depth) ??
    combined(tokens, units, depth) ??
    relation(tokens, units, depth) ??
    bracketed(tokens, units, depth) ??
    parseMatrix(tokens, (cell) => node(cell, units, depth + 1)) ??
    ratio(tokens, units, depth) ??
    value(tokens, units) ??
    text
  );
}

function named(tokens: readonly Token[]): AnswerNode | undefined {
  const text = tokens.map((token) => token.text).join(" ");
  if (/^(\\emptyset|\\varnothing|∅|\\\{ \\\}|(there )?(is |are )?no (real )?solutions?)$/i.test(text)) {
    return { kind: "named", set: "empty" };
  }
  if (/^all real( numbers?|s)$/i.test(text)) return { kind: "named", set: "reals" };
  const [command, open, letter, close] = tokens;
  const blackboard = command?.text === "\\mathbb" && open?.text === "{" && close?.text === "}" && tokens.length === 4;
  const set = blackboard ? SETS.get(letter?.text ?? "") : undefined;
  return set === undefined ? undefined : { kind: "named", set };
}

/** `x < 1 or x > 3`, `x > 1 and x < 3`: sets of numbers, where every part is a condition with an order. */
function conditions(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const words = new Map([
    ["or", "union"],
    ["\\lor", "union"],
    ["\\vee", "union"],
    ["and", "intersection"],
    ["\\land", "intersection"],
    ["\\wedge", "intersection"],
  ] as const);
  const parts = splitOutside(tokens, (token) => (words as ReadonlyMap<string, string>).has(token.text));
  if (parts === undefined || parts.length < 2) return undefined;
  const found = parts.map((part) => node(withoutCommas(part.tokens), units, depth + 1));
  const ordered =
    found.every((part) => part.kind === "relation" && !part.operators.includes("\\equiv")) &&
    found.some((part) => part.kind === "relation" && !part.operators.includes("="));
  const by = new Set(
    parts.slice(1).map((part) => (words as ReadonlyMap<string, "union" | "intersection">).get(part.separator)),
  );
  const [only] = by;
  return ordered && by.size === 1 && only !== undefined ? { kind: "combined", by: only, parts: found } : undefined;
}

function withoutCommas(tokens: readonly Token[]): readonly Token[] {
  const begin = tokens[0]?.text === "," ? 1 : 0;
  const end = tokens.at(-1)?.text === "," ? -1 : undefined;
  return tokens.slice(begin, end);
}

/** `a, b`, `a and b`, `a; b`, `a, b, or c`. */
function list(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const parts = splitOutside(tokens, ({ text }) => /^([,;&]|and|or|\\lor|\\vee)$/.test(text));
  if (parts === undefined || parts.length < 2 || parts.length > MAX_ELEMENTS) return undefined;
  // `a, and b` has nothing between comma and word; anything else that is empty is no list.
  const filled = parts.filter(
    ({ tokens: part }, i) => part.length > 0 || !/^(and|or)$/.test(parts[i + 1]?.separator ?? ""),
  );
  if (filled.some((part) => part.tokens.length === 0) || filled.length < 2) return undefined;
  const items = filled.map((part) => node(part.tokens, units, depth + 1));
  return { kind: "group", open: "", close: "", items: recordsOf(items) ?? items };
}

function combined(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const kinds = [
    ["\\cup", "union"],
    ["\\cap", "intersection"],
    ["\\setminus", "difference"],
    ["\\backslash", "difference"],
  ] as const;
  // x ∈ A ∪ B is a relation whose side is the union.
  if (splitOutside(tokens, (token) => RELATIONS.has(token.text))?.length !== 1) return undefined;
  for (const [sign, by] of kinds) {
    const parts = splitOutside(tokens, (token) => token.text === sign || (sign === "\\cup" && token.text === "U"));
    if (parts === undefined || parts.length < 2 || parts.length > MAX_ELEMENTS) continue;
    const found = parts.map((part) => node(part.tokens, units, depth + 1));
    if (found.some((part) => part.kind === "value" || part.kind === "text")) continue;
    return { kind: "combined", by, parts: found };
  }
  return undefined;
}

function relation(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const joined = withOrEqual(tokens);
  const parts = splitOutside(joined, (token) => RELATIONS.has(token.text) || ALIASES.has(token.text));
  if (parts === undefined || parts.length < 2 || parts.length > 5) return undefined;
  if (parts.some((part) => part.tokens.length === 0)) return undefined;
  const rough = approximated(parts, (part) => node(part, units, depth + 1));
  if (rough?.kind === "contradiction") return { kind: "text", text: render(tokens) };
  return rough === undefined ? related(parts, units, depth) : exactly(rough, units, depth);
}

/** The exact value before an approximation, with the unit that only the approximation named. */
function exactly(
  { parts, unit }: { readonly parts: readonly Part[]; readonly unit: string },
  units: UnitRule,
  depth: number,
): AnswerNode {
  const measured = (found: AnswerNode): AnswerNode => {
    return found.kind === "value" && found.unit === "" ? { ...found, unit } : found;
  };
  if (parts.length === 1) return measured(node(parts[0]?.tokens ?? [], units, depth + 1));
  const found = related(parts, units, depth);
  if (found.kind !== "relation") return found;
  return { ...found, sides: [...found.sides.slice(0, -1), ...found.sides.slice(-1).map(measured)] };
}

function related(parts: readonly Part[], units: UnitRule, depth: number): AnswerNode {
  const operators = parts.slice(1).map(({ separator }) => ALIASES.get(separator) ?? (separator as Relation));
  const sides = parts.map((part, i) => {
    const others = i === 0 && operators[0] === "=" ? parts.slice(1).flatMap((one) => one.tokens) : undefined;
    const name = others === undefined ? undefined : assignedName(part.tokens, others);
    if (name !== undefined) return { kind: "value", expression: symbol(name), unit: "" } as const;
    return node(part.tokens, units, depth + 1);
  });
  return { kind: "relation", sides, operators };
}

/** `<=`, `>=`, `!=` of plain text. */
function withOrEqual(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const before = out.at(-1)?.text;
    const merged = token.text === "=" ? { "<": "\\le", ">": "\\ge", "!": "\\ne" }[before ?? ""] : undefined;
    if (merged === undefined) out.push(token);
    else out[out.length - 1] = { kind: "command", text: merged, gap: "" };
  }
  return out;
}

function bracketed(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const open = tokens[0]?.text ?? "";
  const close = tokens.at(-1)?.text ?? "";
  if (!isEnclosed(tokens) || CLOSING.get(open)?.includes(close) !== true) return undefined;
  const inner = tokens.slice(1, -1);
  if (open === "\\{") {
    const bar = [/^(\\mid|\\colon|:)$/, /^\|$/]
      .map((sign) => splitOutside(inner, ({ text }) => sign.test(text)))
      .find((parts) => parts?.length === 2);
    const [member, condition] = bar?.map((part) => node(part.tokens, units, depth + 1)) ?? [];
    if (member !== undefined && condition !== undefined) return { kind: "builder", member, condition };
  }
  const parts = splitOutside(inner, ({ text }) => text === "," || text === ";");
  if (parts === undefined || parts.length > MAX_ELEMENTS || parts.some((part) => part.tokens.length === 0))
    return undefined;
  if (parts.length === 1 && (open === "(" || open === "[") && CLOSING.get(open)?.[0] === close) {
    const only = node(inner, units, depth + 1);
    return only.kind === "group" && only.open === "(" ? { ...only, open } : only;
  }
  return { kind: "group", open, close, items: parts.map((part) => node(part.tokens, units, depth + 1)) };
}

/** `1:2`, `05:00`. */
function ratio(tokens: readonly Token[], units: UnitRule, depth: number): AnswerNode | undefined {
  const parts = splitOutside(tokens, ({ text }) => text === ":");
  if (parts === undefined || parts.length < 2 || parts.length > 8) return undefined;
  if (parts.some((part) => part.tokens.length === 0)) return undefined;
  return { kind: "ratio", parts: parts.map((part) => node(part.tokens, units, depth + 1)) };
}

/** An expression, with a unit behind it (or a currency before it). */
function value(tokens: readonly Token[], units: UnitRule): AnswerNode | undefined {
  const currency = currencyAt(tokens, 0);
  const body = tokens.slice(currency?.length ?? 0);
  // The longest unit first: in `12 cm^2` the square belongs to it.
  for (let at = Math.max(1, body.length - 8); at <= body.length; at++) {
    const tail = body.slice(at);
    if (tail.length > 0 && !/^([%‰°]|\p{Sc}|\p{L}+)$/u.test(tail[0]?.text ?? "")) continue;
    if (tail.some(({ text }) => GREEK.has(text) || functionOf(text) !== undefined)) continue;
    const unit = unitAround(currency?.unit, tail, units);
    if (unit === undefined) continue;
    const expression = parseExpression(body.slice(0, at));
    // In `\sin 30°` the sign belongs to the argument.
    if (unit === "°" && expression !== undefined && hasFunction(expression)) continue;
    if (expression === undefined) continue;
    const words = body.every(({ kind }) => kind === "word") ? render(body) : "";
    const near = units.any ? tolerated(measuredOf(body.slice(0, at)), units.tolerance) : undefined;
    return { kind: "value", expression, unit, ...(maySpell(words) && { words }), ...(near && { tolerated: near }) };
  }
  return undefined;
}

function hasFunction(expression: Expression): boolean {
  if (expression.kind !== "call") return false;
  return /^(Arc)?(sin|cos|tan|cot|sec|csc)$/i.test(expression.head) || expression.args.some(hasFunction);
}
