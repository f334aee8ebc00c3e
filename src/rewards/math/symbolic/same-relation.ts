import type { AnswerNode, Relation } from "./answer-node.js";
import { type Complex, isProperNumber, modulus, over, real } from "./complex.js";
import { call, type Expression, subtract, variables } from "./expression.js";
import { sameValue } from "./same-value.js";
import { valueAt } from "./sample.js";
import { subjectOf } from "./subject.js";

type RelationNode = AnswerNode & { readonly kind: "relation" };

/**
 * Equations and inequalities with one sign are equal when left − right of one is a constant multiple of the other's
 * (positive for inequalities); chains, and sides that are no expressions, side by side. Where the gold is solved for a
 * symbol, so must the answer be: `2x = 6` leaves the work undone.
 */
export function sameRelation(
  a: RelationNode,
  b: RelationNode,
  same: (x: AnswerNode, y: AnswerNode) => boolean,
): boolean {
  if (sideBySide(a, b, same) || sideBySide(reversed(a), b, same)) return true;
  const [given, truth] = [oneSided(a), oneSided(b)];
  if (given === undefined || truth === undefined || given.operator !== truth.operator) return false;
  if (isSolved(b) && !isSolved(a)) return false;
  return proportional(given.difference, truth.difference, given.operator !== "=" && given.operator !== "\\ne");
}

function sideBySide(a: RelationNode, b: RelationNode, same: (x: AnswerNode, y: AnswerNode) => boolean): boolean {
  if (a.operators.join() !== b.operators.join()) return false;
  return a.sides.every((side, i) => same(side, b.sides[i] ?? { kind: "text", text: "" }));
}

const MIRRORED: Record<Relation, Relation> = {
  "=": "=",
  "\\ne": "\\ne",
  "\\equiv": "\\equiv",
  "<": ">",
  ">": "<",
  "\\le": "\\ge",
  "\\ge": "\\le",
  "\\in": "\\in",
};

function reversed(node: RelationNode): RelationNode {
  return {
    ...node,
    sides: [...node.sides].reverse(),
    operators: node.operators.map((sign) => MIRRORED[sign]).reverse(),
  };
}

interface OneSided {
  readonly difference: Expression;
  readonly operator: Relation;
}

/** left − right with `=`, `≠`, `<` or `≤`; undefined for chains, memberships and sides that are no expressions. */
function oneSided(node: RelationNode): OneSided | undefined {
  const [operator] = node.operators;
  if (operator === undefined || node.operators.length > 1 || operator === "\\in" || operator === "\\equiv")
    return undefined;
  const [left, right] = node.sides;
  if (left?.kind !== "value" || right?.kind !== "value" || left.unit !== right.unit) return undefined;
  const turned = operator === ">" || operator === "\\ge";
  const difference = turned ? subtract(right.expression, left.expression) : subtract(left.expression, right.expression);
  return { difference, operator: turned ? MIRRORED[operator] : operator };
}

/** One side is a bare symbol that does not occur on the other. */
function isSolved(node: RelationNode): boolean {
  const [left, right] = node.sides;
  return isSubjectOf(left, right) || isSubjectOf(right, left);
}

function isSubjectOf(side: AnswerNode | undefined, other: AnswerNode | undefined): boolean {
  const name = subjectOf(side);
  if (name === "") return false;
  return other?.kind !== "value" || !variables(other.expression).has(name);
}

/** f = c · g for a constant c ≠ 0: f(x)·g(p) = f(p)·g(x) for all x, at a p where neither is 0. */
function proportional(f: Expression, g: Expression, positive: boolean): boolean {
  const names = [...new Set([...variables(f), ...variables(g)])].sort();
  if (names.length === 0) return false;
  const base = new Map(names.map((name, i): [string, bigint] => [name, BigInt(3 + 4 * i + (name.charCodeAt(0) % 3))]));
  const doubles = new Map([...base].map(([name, value]): [string, Complex] => [name, real(Number(value))]));
  const [x, y] = [valueAt(f, doubles), valueAt(g, doubles)];
  const small = 1e-12;
  if (!isProperNumber(x) || !isProperNumber(y) || modulus(x) < small || modulus(y) < small) return false;
  if (positive && over(x, y).re <= 0) return false;
  return sameValue(call("Multiply", f, fixed(g, base)), call("Multiply", g, fixed(f, base)));
}

/** The expression with whole numbers in place of its variables. */
function fixed(expression: Expression, point: ReadonlyMap<string, bigint>): Expression {
  if (expression.kind === "number") return expression;
  if (expression.kind === "symbol") {
    const value = point.get(expression.name);
    return value === undefined ? expression : { kind: "number", num: value, den: 1n };
  }
  return { ...expression, args: expression.args.map((arg) => fixed(arg, point)) };
}
