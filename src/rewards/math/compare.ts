import { unwrapBoxed } from "../boxed.js";
import { canonical, render } from "./canonical.js";
import { measuredIn, type Tolerance } from "./measured.js";
import { parseQuantity, type Quantity, sameQuantity } from "./quantity.js";
import { unreadable } from "./readable.js";
import { MAX_ANSWER_CHARS, type Token, tokenize } from "./tokens.js";
import { isQuantityWithin, tolerated } from "./tolerance.js";
import { sameWords } from "./words.js";

/**
 * What the in-process layer can say of an answer against the gold. `undecided` is for a symbolic layer to settle; where
 * there is none it counts as wrong. `bad_gold` is the item's fault.
 */
export type Comparison =
  | { readonly outcome: "equal"; readonly by: "text" | "number" | "tolerance" | "word" | "elements" }
  | { readonly outcome: "different"; readonly reason: string }
  | { readonly outcome: "undecided"; readonly reason: string }
  | { readonly outcome: "bad_gold"; readonly reason: string };

/** Emphasis or code marks around the whole, as Markdown has them. */
const MARKED = /^\s*(\*\*|\*|`)(?=\S)([^*`]+)\1\.?\s*$/;
const MAX_DEPTH = 4;
const CLOSERS: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["\\{", "\\}"],
]);
const OPENERS = new Set(["(", "[", "{", "\\{"]);
const CLOSING = new Set([")", "]", "}", "\\}"]);

/**
 * Compares two answers, plain or LaTeX: as normalised text, as exact rationals (never through floating point), as words
 * without case, and tuples and lists element by element in order. Linear but for arithmetic on at most 4,096 digits.
 */
export function compareAnswers(answer: string, gold: string, tolerance?: Tolerance): Comparison {
  const truth = read(gold);
  if (truth === undefined) return { outcome: "bad_gold", reason: "the gold answer is longer than 4,096 characters" };
  if (truth.length === 0) return { outcome: "bad_gold", reason: "the gold answer is empty" };
  const broken = unreadable(truth);
  if (broken !== undefined)
    return { outcome: "bad_gold", reason: `the gold answer ${shown(gold)} cannot be read: ${broken}` };
  const given = read(answer);
  if (given === undefined) return { outcome: "different", reason: "the answer is longer than 4,096 characters" };
  if (given.length === 0) return { outcome: "different", reason: "the answer is empty" };
  return compareTokens(given, truth, tolerance, 0);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** Cuts an answer into canonical tokens, a box, emphasis and a lead-in such as `The answer is` left away; undefined when it is too long. */
export function read(text: string): readonly Token[] | undefined {
  const tokens = tokenize(text.length > MAX_ANSWER_CHARS ? text : undressed(text));
  return tokens === undefined ? undefined : canonical(tokens);
}

function undressed(text: string): string {
  return unwrapBoxed(text).replace(MARKED, "$2");
}

function compareTokens(
  given: readonly Token[],
  truth: readonly Token[],
  tolerance: Tolerance | undefined,
  depth: number,
): Comparison {
  const [answer, gold] = [render(given), render(truth)];
  if (answer === gold) return { outcome: "equal", by: "text" };
  const number = parseQuantity(truth, { any: true });
  const value = parseQuantity(given, { any: false, also: number?.unit });
  if (number !== undefined && value !== undefined) {
    if (sameQuantity(value, number)) return { outcome: "equal", by: "number" };
    if (isNear(value, number, truth, tolerance)) return { outcome: "equal", by: "tolerance" };
    // Degrees against radians are for arithmetic with π.
    if (/[°]|rad/.test(value.unit + number.unit)) return { outcome: "undecided", reason: "an angle" };
    return { outcome: "different", reason: "another number" };
  }
  if (sameMeasure(given, truth, tolerance)) return { outcome: "equal", by: "number" };
  if (sameWords(answer, gold)) return { outcome: "equal", by: "word" };
  return compareElements(given, truth, tolerance, depth);
}

/** Whether the answer is within the tolerance of a gold that is a decimal number. */
function isNear(value: Quantity, number: Quantity, truth: readonly Token[], tolerance: Tolerance | undefined): boolean {
  const measured = tolerance === undefined ? undefined : tolerated(measuredIn(truth), tolerance);
  return measured !== undefined && isQuantityWithin(value, number, measured);
}

/** `5 m` beside `500 cm`: a bare letter is a unit where both sides name one of the same kind, else a variable. */
function sameMeasure(given: readonly Token[], truth: readonly Token[], tolerance: Tolerance | undefined): boolean {
  const rule = { any: false, also: undefined, letters: true } as const;
  const [value, number] = [parseQuantity(given, rule), parseQuantity(truth, rule)];
  if (!value?.unit || !number?.unit) return false;
  return sameQuantity(value, number) || isNear(value, number, truth, tolerance);
}

function compareElements(
  given: readonly Token[],
  truth: readonly Token[],
  tolerance: Tolerance | undefined,
  depth: number,
): Comparison {
  const undecided = { outcome: "undecided", reason: "not equal as text or number" } as const;
  if (depth >= MAX_DEPTH) return undecided;
  const [answers, golds] = [elements(given), elements(truth)];
  if (answers === undefined || golds === undefined) return undecided;
  if (answers.bracket !== golds.bracket) return { outcome: "undecided", reason: "other brackets" };
  const ordered = golds.bracket !== "" && !golds.bracket.startsWith("\\{");
  if (answers.parts.length !== golds.parts.length) {
    return ordered ? { outcome: "different", reason: "another number of elements" } : undecided;
  }
  for (const [i, gold] of golds.parts.entries()) {
    const answer = answers.parts[i] ?? [];
    if (gold.length === 0 || answer.length === 0) return undecided;
    const compared = compareTokens(answer, gold, tolerance, depth + 1);
    if (compared.outcome !== "equal") return ordered ? compared : undecided;
  }
  return { outcome: "equal", by: "elements" };
}

interface Elements {
  /** The opening bracket and the closing one, "" for a bare list. */
  readonly bracket: string;
  readonly parts: readonly (readonly Token[])[];
}

/** Top-level comma-separated parts of `(a, b)`, `[a, b)`, `\{a, b\}` or `a, b`; undefined when there is one part only. */
function elements(tokens: readonly Token[]): Elements | undefined {
  const first = tokens[0]?.text ?? "";
  const last = tokens.at(-1)?.text ?? "";
  const enclosed = CLOSERS.has(first) && CLOSING.has(last) && last !== "}";
  const inner = enclosed ? splitTopLevel(tokens.slice(1, -1)) : undefined;
  if (inner !== undefined) return inner.length > 1 ? { bracket: first + last, parts: inner } : undefined;
  const bare = splitTopLevel(tokens);
  return bare !== undefined && bare.length > 1 ? { bracket: "", parts: bare } : undefined;
}

/** Undefined when brackets close that were not open, as between the halves of `(1,2),(3,4)`. */
function splitTopLevel(tokens: readonly Token[]): (readonly Token[])[] | undefined {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (OPENERS.has(token.text)) depth += 1;
    if (CLOSING.has(token.text) && --depth < 0) return undefined;
    if (depth === 0 && token.text === ",") parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
