import { distanceOf, ring } from "./absolute.js";
import type { AnswerNode, Relation } from "./answer-node.js";
import { type Domain, narrower, settled } from "./domain.js";
import { call, type Expression, number } from "./expression.js";
import {
  above,
  below,
  between,
  complement,
  EVERYTHING,
  end,
  intersect,
  normal,
  type Region,
  sameRegion,
} from "./region.js";
import { subjectOf } from "./subject.js";

type RelationNode = AnswerNode & { readonly kind: "relation" };

/** Numbers of a domain in a region, with the symbol they are about, "" where it names none. */
export interface Condition {
  readonly subject: string;
  readonly domain: Domain;
  readonly region: Region;
}

/** The set of reals that an answer describes as interval, union, inequality or set; undefined when it is no such thing. */
export function conditionOf(node: AnswerNode): Condition | undefined {
  switch (node.kind) {
    case "named":
      if (node.set === "empty") return about("", []);
      return node.set === "complexes" ? undefined : { subject: "", domain: node.set, region: EVERYTHING };
    case "builder":
      return built(node);
    case "group":
      return about("", node.open === "\\{" ? pointsOf(node.items) : intervalOf(node));
    case "combined":
      return combine(node);
    case "relation":
      return related(node);
    default:
      return undefined;
  }
}

/** Equality of regions over one domain; a symbol that only one side names is no difference. */
export function sameCondition(a: Condition, b: Condition): boolean {
  if (a.subject !== b.subject && a.subject !== "" && b.subject !== "") return false;
  const [x, y] = [settled(a), settled(b)];
  return x.domain === y.domain && sameRegion(x.region, y.region);
}

/** A bare list of conditions, `x > 0, x ≠ 1`, holds as a whole; any other node stays as it is. */
export function allOf(node: AnswerNode): AnswerNode {
  if (node.kind !== "group" || node.open !== "" || node.items.some((item) => item.kind !== "relation")) return node;
  return { kind: "combined", by: "intersection", parts: node.items };
}

function about(subject: string, region: Region | undefined): Condition | undefined {
  return region === undefined ? undefined : { subject, domain: "reals", region };
}

/** `\{x ∈ D | condition\}`, where the member is the symbol that the condition is about. */
function built({ member, condition }: AnswerNode & { readonly kind: "builder" }): Condition | undefined {
  const bare = subjectOf(member);
  const from = bare === "" ? conditionOf(member) : about(bare, EVERYTHING);
  const whole = conditionOf(allOf(condition));
  if (from === undefined || from.subject === "" || whole === undefined) return undefined;
  const cut = both(from, whole);
  return cut === undefined ? undefined : { ...cut, subject: "" };
}

function intervalOf(node: AnswerNode & { readonly kind: "group" }): Region | undefined {
  const [low, high] = node.items.map(scalar);
  if (node.items.length !== 2 || low === undefined || high === undefined) return undefined;
  if (!/^[([]$/.test(node.open)) return undefined;
  const ends = [end(low, node.open === "["), end(high, node.close === "]")] as const;
  return ends[0] === undefined || ends[1] === undefined ? undefined : between(...ends);
}

function pointsOf(items: readonly AnswerNode[]): Region | undefined {
  const points = items.map(scalar).map((x) => (x === undefined ? undefined : end(x, true)));
  return points.includes(undefined) ? undefined : normal(points.flatMap((point) => between(point, point)));
}

function scalar(node: AnswerNode | undefined): Expression | undefined {
  return node?.kind === "value" && node.unit === "" ? node.expression : undefined;
}

function combine(node: AnswerNode & { readonly kind: "combined" }): Condition | undefined {
  const [first, ...rest] = node.parts.map(conditionOf);
  const join = { union: either, intersection: both, difference: without }[node.by];
  return rest.reduce((all, next) => (all === undefined || next === undefined ? undefined : join(all, next)), first);
}

/** The symbol of two conditions, undefined where they are about different ones. */
function subjectOfBoth(a: Condition, b: Condition): string | undefined {
  return a.subject === b.subject || b.subject === "" ? a.subject : a.subject === "" ? b.subject : undefined;
}

function both(a: Condition, b: Condition): Condition | undefined {
  const subject = subjectOfBoth(a, b);
  if (subject === undefined) return undefined;
  return { subject, domain: narrower(a.domain, b.domain), region: intersect(a.region, b.region) };
}

function either(a: Condition, b: Condition): Condition | undefined {
  const subject = subjectOfBoth(a, b);
  const [x, y] = a.domain === b.domain ? [a, b] : [settled(a), settled(b)];
  if (subject === undefined || x.domain !== y.domain) return undefined;
  return { subject, domain: x.domain, region: normal([...x.region, ...y.region]) };
}

function without(a: Condition, b: Condition): Condition | undefined {
  const subject = subjectOfBoth(a, b);
  const taken = b.domain === a.domain ? b : settled(b);
  if (subject === undefined || narrower(a.domain, taken.domain) !== a.domain) return undefined;
  return { subject, domain: a.domain, region: intersect(a.region, complement(taken.region)) };
}

/** `x < 3`, `1 ≤ x < 3`, `x ≠ 2`, `x ∈ A`: a symbol (or `g(x)`) against constants. */
function related(node: RelationNode): Condition | undefined {
  const distance = node.sides.length === 2 ? distanceIn(node) : undefined;
  if (distance !== undefined) return distance;
  return solved(node) ?? solved(divided(node));
}

/** `-x > -1` as `x < 1`, `2x < 6` as `x < 3`; a relation without such a side as it stands. */
function divided(node: RelationNode): RelationNode {
  const at = node.sides.findIndex((side) => multipleOf(scalar(side)) !== undefined);
  const multiple = multipleOf(scalar(node.sides[at]));
  if (multiple === undefined) return node;
  const { num, den, of } = multiple;
  const sides = node.sides.map((side, i): AnswerNode => {
    const expression = scalar(side);
    if (expression === undefined) return side;
    return { kind: "value", expression: i === at ? of : call("Divide", expression, number(num, den)), unit: "" };
  });
  const turned = node.operators.map((operator) => mirrored(operator) ?? operator);
  return { ...node, sides, operators: num > 0n ? node.operators : turned };
}

/** A symbol times a number that is not 0, num/den. */
function multipleOf(side: Expression | undefined): { num: bigint; den: bigint; of: Expression } | undefined {
  if (side?.kind !== "call" || side.head !== "Multiply") return undefined;
  const [by, of] = side.args;
  if (by?.kind !== "number" || by.num === 0n || of === undefined) return undefined;
  if (of.kind === "symbol") return { num: by.num, den: by.den, of };
  const inner = multipleOf(of);
  return inner && { num: by.num * inner.num, den: by.den * inner.den, of: inner.of };
}

function solved(node: RelationNode): Condition | undefined {
  const at = node.sides.findIndex((side) => subjectOf(side) !== "");
  const subject = subjectOf(node.sides[at]);
  if (at < 0 || node.sides.length > 3 || (node.sides.length === 3 && at !== 1)) return undefined;
  let all: Condition | undefined = { subject, domain: "reals", region: EVERYTHING };
  for (const [i, operator] of node.operators.entries()) {
    const other = node.sides[i < at ? i : i + 1];
    const one = other === undefined ? undefined : half(i < at ? mirrored(operator) : operator, other);
    all = one === undefined || all === undefined ? undefined : both(all, one);
  }
  return all;
}

/** `|x − 2| < 3`, either way round. */
function distanceIn({ sides, operators }: RelationNode): Condition | undefined {
  const [left, right] = sides.map(scalar);
  if (left === undefined || right === undefined) return undefined;
  const [near, far] = [distanceOf(left), distanceOf(right)];
  if (near !== undefined) return about(near.subject, ring(operators[0], near.centre, right));
  return far === undefined ? undefined : about(far.subject, ring(mirrored(operators[0]), far.centre, left));
}

function mirrored(operator: Relation | undefined): Relation | undefined {
  const mirror: Partial<Record<Relation, Relation>> = {
    "<": ">",
    ">": "<",
    "\\le": "\\ge",
    "\\ge": "\\le",
    "\\ne": "\\ne",
    "=": "=",
  };
  return operator === undefined ? undefined : mirror[operator];
}

function half(operator: Relation | undefined, other: AnswerNode): Condition | undefined {
  if (operator === "\\in") return conditionOf(other);
  const at = scalar(other);
  const open = at === undefined ? undefined : end(at, false);
  if (open === undefined) return undefined;
  const closed = { ...open, closed: true };
  const regions: Partial<Record<Relation, Region>> = {
    "<": below(open),
    "\\le": below(closed),
    ">": above(open),
    "\\ge": above(closed),
    "=": between(closed, closed),
    "\\ne": complement(between(closed, closed)),
  };
  return about("", operator === undefined ? undefined : regions[operator]);
}
