import { sameWords } from "../words.js";
import type { AnswerNode } from "./answer-node.js";
import { allOf, conditionOf, sameCondition } from "./condition.js";
import { contains, resolved, variables } from "./expression.js";
import { sameQuantities } from "./same-quantity.js";
import { sameQuotient, sameRatio } from "./same-ratio.js";
import { sameRelation } from "./same-relation.js";
import { subjectOf } from "./subject.js";

type Group = AnswerNode & { readonly kind: "group" };
type Value = AnswerNode & { readonly kind: "value" };

/** Whether two answers mean the same; docs/math-policy.md says what that is, line by line. */
export function sameAnswer(answer: AnswerNode, gold: AnswerNode): boolean {
  const [given, expected] = [listed(answer), listed(gold)];
  const [a, b] = unassigned(spread(given, expected), spread(expected, given));
  const [words, truth] = [wordsOf(a), wordsOf(b)];
  if (words !== undefined && truth !== undefined) return sameWords(words, truth);
  if (a.kind === "value" && b.kind === "value") return sameQuantities(a, b);
  if (a.kind === "ratio" && b.kind === "ratio") return sameRatio(a.parts, b.parts, sameAnswer);
  if (a.kind === "ratio" || b.kind === "ratio") return sameQuotient(a, b);
  if (a.kind === "named" && b.kind === "named") return a.set === b.set;
  if (a.kind === "matrix" || b.kind === "matrix") return sameMatrix(a, b);
  if (describesRegion(a) || describesRegion(b)) {
    const [left, right] = [conditionOf(bareSet(a)), conditionOf(bareSet(b))];
    if (left !== undefined && right !== undefined) return sameCondition(left, right);
  }
  if (a.kind === "builder" && b.kind === "builder") {
    return sameAnswer(a.member, b.member) && sameAnswer(a.condition, b.condition);
  }
  if (a.kind === "combined" && b.kind === "combined") return a.by === b.by && matchAll(a.parts, b.parts);
  if (a.kind === "relation" && b.kind === "relation") return sameRelation(a, b, sameAnswer);
  if (a.kind === "group" && b.kind === "group") return sameGroup(a, b);
  return false;
}

function wordsOf(node: AnswerNode): string | undefined {
  return node.kind === "text" ? node.text : node.kind === "value" ? node.words : undefined;
}

/** Values with `±` as the list of both; in lists and sets, each in its place. */
function listed(node: AnswerNode): AnswerNode {
  if (node.kind === "value" && contains(node.expression, "PlusMinus")) {
    return { kind: "group", open: "", close: "", items: bothSigns(node) };
  }
  if (node.kind === "relation" && node.operators.length === 1 && node.operators[0] === "=") {
    const [left, right] = node.sides.map(listed);
    if (right?.kind === "group" && right.open === "" && left !== undefined && subjectOf(left) !== "") return right;
  }
  if (node.kind !== "group" || (node.open !== "" && node.open !== "\\{")) return node;
  const items = node.items.flatMap((item) => {
    const inner = listed(item);
    return inner.kind === "group" && inner.open === "" ? inner.items : [inner];
  });
  return { ...node, items };
}

function bothSigns(value: Value): readonly AnswerNode[] {
  return ([1, -1] as const).map((sign) => ({ ...value, expression: resolved(value.expression, sign) }));
}

/** `(x, y) = (1, 2)` beside `x = 1, y = 2`: as a list of assignments too. */
function spread(node: AnswerNode, other: AnswerNode): AnswerNode {
  if (node.kind !== "relation" || node.operators.join() !== "=" || other.kind !== "group" || other.open !== "")
    return node;
  const [names, values] = node.sides;
  if (names === undefined || values?.kind !== "group" || values.open !== "(" || !isTupleOfNames(names)) return node;
  if (names.kind !== "group" || names.items.length !== values.items.length || !isNamed(other)) return node;
  const items = names.items.map((name, i): AnswerNode => {
    return { kind: "relation", sides: [name, values.items[i] ?? name], operators: ["="] };
  });
  return { kind: "group", open: "", close: "", items };
}

/**
 * `x = 3` beside `3`, `(x, y) = (1, 2)` beside `(1, 2)`, `x = 1 or x = 2` beside `1, 2`: what an assignment names is left
 * away where the other side names nothing.
 */
function unassigned(a: AnswerNode, b: AnswerNode): readonly [AnswerNode, AnswerNode] {
  const [named, other] = [isNamed(a), isNamed(b)];
  if (named && !other) return [evaluated(assigned(byName(a, b))), b];
  if (other && !named) return [a, assigned(byName(b, a))];
  if (named && a.kind === "relation" && b.kind === "relation" && !contradictory(a, b)) {
    return [assigned(a), assigned(b)];
  }
  return [a, b];
}

/** They are not both solved for the same symbol; y is what any f(x) is called in a graph. */
function contradictory(a: AnswerNode & { kind: "relation" }, b: AnswerNode & { kind: "relation" }): boolean {
  const [left = "", right = ""] = [a, b].map((node) => (chain(node) ? subjectOf(node.sides[0]) : ""));
  const graph = (left === "y" && right.endsWith("(x)")) || (right === "y" && left.endsWith("(x)"));
  return left === "" || (left !== right && !graph);
}

function isNamed(node: AnswerNode): boolean {
  if (node.kind === "relation") return chain(node) || node.operators.join() === "\\in";
  return node.kind === "group" && node.open === "" && node.items.every(isNamed);
}

/** Equal all along; `x ≡ 3 (mod 5)` names a residue. */
function chain(node: AnswerNode & { readonly kind: "relation" }): boolean {
  return node.operators.every((operator) => operator === "=") || node.operators.join() === "\\equiv";
}

function assigned(node: AnswerNode): AnswerNode {
  if (node.kind === "group") return { ...node, items: node.items.map(assigned) };
  if (node.kind !== "relation") return node;
  const [first, ...rest] = node.sides;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return node;
  if (node.operators[0] === "\\in") return subjectOf(first) !== "" && last.kind === "group" ? last : node;
  const middle = rest.slice(0, -1);
  if (!middle.every((side) => sameAnswer(side, last))) return node;
  if (subjectOf(first) !== "" || isTupleOfNames(first) || isUnknownCall(first)) return last;
  return rest.length === 1 && subjectOf(last) !== "" ? first : node;
}

/** Assignments beside a tuple come in the order of their names; where a name has two values they are no tuple. */
function byName(node: AnswerNode, other: AnswerNode): AnswerNode {
  if (node.kind !== "group" || other.kind !== "group" || other.open === "" || other.open === "\\{") return node;
  const names = node.items.map((item) => (item.kind === "relation" ? subjectOf(item.sides[0]) : ""));
  if (names.includes("")) return node;
  if (new Set(names).size < names.length) return { kind: "text", text: "several values of one name" };
  const order = names.map((name, i) => ({ name, i })).sort((x, y) => (x.name < y.name ? -1 : 1));
  return { ...node, items: order.map(({ i }) => node.items[i] as AnswerNode) };
}

/** `1/2 = 0.5` of an answer, which is one number where both sides are. */
function evaluated(node: AnswerNode): AnswerNode {
  const [first, ...rest] = node.kind === "relation" && chain(node) ? node.sides : [];
  if (first?.kind !== "value" || variables(first.expression).size > 0) return node;
  return rest.every((side) => side.kind === "value" && sameQuantities(side, first)) ? first : node;
}

function isUnknownCall(node: AnswerNode): boolean {
  return node.kind === "value" && node.expression.kind === "call" && node.expression.head === "Apply";
}

function isTupleOfNames(node: AnswerNode): boolean {
  return node.kind === "group" && node.open === "(" && node.items.every((item) => subjectOf(item) !== "");
}

/** Same shape, entry by entry; a tuple may stand for a vector, a list of lists for a matrix; a determinant is a number. */
function sameMatrix(a: AnswerNode, b: AnswerNode): boolean {
  const [rows, other] = [rowsOf(a), rowsOf(b)];
  if (rows === undefined || other === undefined || determinant(a) !== determinant(b)) return false;
  const vector = a.kind !== b.kind;
  const left = vector && isVector(rows) ? [rows.flat()] : rows;
  const right = vector && isVector(other) ? [other.flat()] : other;
  return left.length === right.length && left.every((row, i) => inOrder(row, right[i] ?? []));
}

function determinant(node: AnswerNode): boolean {
  return node.kind === "matrix" && node.determinant;
}

function isVector(rows: readonly (readonly AnswerNode[])[]): boolean {
  return rows.length === 1 || rows.every((row) => row.length === 1);
}

function rowsOf(node: AnswerNode): readonly (readonly AnswerNode[])[] | undefined {
  if (node.kind === "matrix") return node.rows;
  if (node.kind !== "group" || node.open === "" || node.open === "\\{") return undefined;
  const rows = node.items.map((item) => (item.kind === "group" && item.open === node.open ? item.items : undefined));
  if (rows.every((row) => row !== undefined)) return rows;
  return [node.items];
}

function inOrder(a: readonly AnswerNode[], b: readonly AnswerNode[]): boolean {
  return a.length === b.length && a.every((item, i) => sameAnswer(item, b[i] ?? { kind: "text", text: "" }));
}

/** Only a region can be meant: unions, orders, set-builders, half-open or unbounded intervals, ℝ, ∅. */
function describesRegion(node: AnswerNode): boolean {
  if (node.kind === "named" || node.kind === "builder" || node.kind === "combined") return true;
  if (node.kind === "relation") return node.operators.some((operator) => /^(<|>|\\le|\\ge|\\ne|\\in)$/.test(operator));
  if (node.kind !== "group") return false;
  if (node.open === "" && node.items.every((item) => item.kind === "relation")) return node.items.some(describesRegion);
  if (node.items.length !== 2) return false;
  if ((node.open === "(" && node.close === "]") || (node.open === "[" && node.close === ")")) return true;
  return (
    node.open !== "" && node.items.some((item) => item.kind === "value" && variables(item.expression).has("infinity"))
  );
}

/** A bare list of conditions (`x > 0, x ≠ 1`) holds as a whole; a bare list of numbers is a set of them. */
function bareSet(node: AnswerNode): AnswerNode {
  if (node.kind === "group" && !node.items.every(isNamed)) {
    const whole = allOf(node);
    if (whole !== node) return whole;
  }
  return node.kind === "group" && node.open === "" ? { ...node, open: "\\{", close: "\\}" } : node;
}

/**
 * `( )`, `[ ]` and `⟨ ⟩` keep their order and their kind; `{ }` and bare lists have none. A bare list may stand for either,
 * and then counts as what the other side is.
 */
function sameGroup(a: Group, b: Group): boolean {
  const [left, right] = [bracketOf(a), bracketOf(b)];
  const bare = left === "" || right === "";
  if (left !== right && !bare) return false;
  const sets = [left, right].every((bracket) => bracket === "" || bracket === "\\{");
  if (!sets || a.items.some(isEllipsis)) return inOrder(a.items.map(assigned), b.items.map(assigned));
  const unique = left === "\\{" || right === "\\{";
  return matchAll(unique ? distinct(a.items) : a.items, unique ? distinct(b.items) : b.items);
}

/** An ellipsis stands for what lies between its neighbours. */
function isEllipsis(node: AnswerNode): boolean {
  return node.kind === "text" && node.text === "\\ldots";
}

function bracketOf(group: Group): string {
  return group.open === "\\langle" ? "(" : group.open;
}

function distinct(items: readonly AnswerNode[]): readonly AnswerNode[] {
  return items.length > 64 ? items : items.filter((item, i) => !items.slice(0, i).some((one) => sameAnswer(one, item)));
}

/** Whether each of `a` has its own equal in `b`. Equality being transitive, the first that fits will do. */
function matchAll(a: readonly AnswerNode[], b: readonly AnswerNode[]): boolean {
  if (a.length !== b.length) return false;
  if (a.length > 64) return inOrder(a, b);
  const left = [...b];
  return a.every((item) => {
    const found = left.findIndex((other) => sameAnswer(item, other));
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  });
}
