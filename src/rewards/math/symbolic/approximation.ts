import { measuredOf, roundsTo } from "../measured.js";
import type { Token } from "../tokens.js";
import type { AnswerNode } from "./answer-node.js";
import { contains } from "./expression.js";
import { constantOf } from "./sample.js";
import type { Part } from "./split.js";

/** An exact value with its approximation: `\frac{\sqrt3}{3} ≈ 0.577`. */
type Approximated =
  /** The parts without the approximation; `unit` is the approximation's where the exact value names none. */
  | { readonly kind: "exact"; readonly parts: readonly Part[]; readonly unit: string }
  /** The approximation is another number's. */
  | { readonly kind: "contradiction" };

/**
 * Takes the approximation off the end of a chain where the exact constant before it agrees with its digits. Undefined where the
 * chain ends in none, or nothing exact stands before it, as in `x ≈ 0.577`.
 */
export function approximated(
  parts: readonly Part[],
  read: (tokens: readonly Token[]) => AnswerNode,
): Approximated | undefined {
  const [last, before] = [parts.at(-1), parts.at(-2)];
  if (last?.separator !== "\\approx" || before === undefined) return undefined;
  const rough = read(last.tokens);
  const digits = rough.kind === "value" ? measuredOf(withoutUnit(last.tokens)) : undefined;
  const exact = read(before.tokens);
  if (rough.kind !== "value" || digits === undefined || exact.kind !== "value") return undefined;
  if (contains(exact.expression, "PlusMinus")) return { kind: "contradiction" };
  const value = constantOf(exact.expression);
  if (value === undefined) return undefined;
  const share = rough.unit === "%" && exact.unit === "";
  const shown = share ? { ...digits, value: digits.value / 100, step: digits.step / 100 } : digits;
  const sameUnit = share || rough.unit === exact.unit || rough.unit === "" || exact.unit === "";
  if (!sameUnit || !roundsTo(value, shown)) return { kind: "contradiction" };
  return { kind: "exact", parts: parts.slice(0, -1), unit: share || exact.unit !== "" ? "" : rough.unit };
}

/** The tokens up to the first that belongs to no number. */
function withoutUnit(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex(({ kind, text }) => kind !== "number" && !/^[-+*^{}]$/.test(text));
  return end < 0 ? tokens : tokens.slice(0, end);
}
