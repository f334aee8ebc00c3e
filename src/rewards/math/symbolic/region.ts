import type { AnswerNode, Relation } from "./answer-node.js";
import { type Expression, INFINITY, negate, symbol } from "./expression.js";
import { infinitySign, sameValue } from "./same-value.js";
import { valueAt } from "./sample.js";

/** An end of an interval: where it lies and whether it belongs to it. */
interface End {
  readonly at: Expression;
  /** For sorting only; equality is decided by the expression. */
  readonly approximately: number;
  readonly closed: boolean;
}

/** A non-empty interval of the real line; a point is closed on both ends. */
interface Interval {
  readonly low: End;
  readonly high: End;
}

/** A set of real numbers as intervals in ascending order that do not touch. */
export type Region = readonly Interval[];

const UP = symbol(INFINITY);
const DOWN = negate(UP);
const EVERYTHING: Region = between(end(DOWN, false), end(UP, false));

/** A region with the symbol it is about, "" where it names none. */
export interface Condition {
  readonly subject: string;
  readonly region: Region;
}

/** The set of reals that an answer describes as interval, union, inequality or set; undefined when it is no such thing. */
export function conditionOf(node: AnswerNode): Condition | undefined {
  switch (node.kind) {
    case "named":
      if (node.set === "reals") return about("", EVERYTHING);
      return node.set === "empty" ? about("", []) : undefined;
    case "builder":
      return forget(conditionOf(node.condition));
    case "group":
      return about("", node.open === "\\{" ? pointsOf(node.items) : intervalOf(node));
    case "combined":
      return combine(node);
    case "relation":
      return relationRegion(node);
    default:
      return undefined;
  }
}

function about(subject: string, region: Region | undefined): Condition | undefined {
  return region === undefined ? undefined : { subject, region };
}

function forget(condition: Condition | undefined): Condition | undefined {
  return condition === undefined ? undefined : { ...condition, subject: "" };
}

/** Equality of regions, end by end; a symbol that only one side names is no difference. */
export function sameCondition(a: Condition, b: Condition): boolean {
  if (a.subject !== b.subject && a.subject !== "" && b.subject !== "") return false;
  if (a.region.length !== b.region.length) return false;
  return a.region.every((interval, i) => {
    const other = b.region[i];
    return other !== undefined && sameEnd(interval.low, other.low) && sameEnd(interval.high, other.high);
  });
}

function sameEnd(a: End, b: End): boolean {
  return a.closed === b.closed && sameValue(a.at, b.at);
}

function end(at: Expression, closed: boolean): End | undefined {
  const sign = infinitySign(at);
  if (sign !== 0) return { at, approximately: sign * Number.POSITIVE_INFINITY, closed: false };
  const { re, im } = valueAt(at, new Map());
  return Number.isFinite(re) && Math.abs(im) < 1e-12 ? { at, approximately: re, closed } : undefined;
}

/** Nothing when the ends are the wrong way round or meet without both being closed; undefined when an end is no number. */
function between(low: End | undefined, high: End | undefined): Region {
  if (low === undefined || high === undefined || low.approximately > high.approximately) return [];
  if (low.approximately === high.approximately && !(low.closed && high.closed)) return [];
  return [{ low, high }];
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

function scalar(node: AnswerNode): Expression | undefined {
  return node.kind === "value" && node.unit === "" ? node.expression : undefined;
}

function combine(node: AnswerNode & { readonly kind: "combined" }): Condition | undefined {
  const found = node.parts.map(conditionOf);
  const subjects = new Set(found.map((part) => part?.subject).filter((subject) => subject));
  if (found.includes(undefined) || subjects.size > 1) return undefined;
  const [first, ...rest] = found.flatMap((part) => (part === undefined ? [] : [part.region]));
  if (first === undefined) return undefined;
  const cut = (all: Region, next: Region) => intersect(all, node.by === "difference" ? complement(next) : next);
  const region = node.by === "union" ? normal([...first, ...rest.flat()]) : rest.reduce(cut, first);
  return about([...subjects][0] ?? "", region);
}

/** Sorted, with intervals that overlap or touch joined. */
function normal(intervals: Region): Region {
  const sorted = [...intervals].sort(
    (a, b) => a.low.approximately - b.low.approximately || Number(b.low.closed) - Number(a.low.closed),
  );
  const out: Interval[] = [];
  for (const next of sorted) {
    const last = out.at(-1);
    const gap = last === undefined ? 1 : next.low.approximately - last.high.approximately;
    if (last === undefined || gap > 0 || (gap === 0 && !last.high.closed && !next.low.closed)) out.push(next);
    else out[out.length - 1] = { low: last.low, high: further(last.high, next.high) };
  }
  return out;
}

function further(a: End, b: End): End {
  if (a.approximately !== b.approximately) return a.approximately > b.approximately ? a : b;
  return a.closed ? a : b;
}

function complement(region: Region): Region {
  const out: Interval[] = [];
  let low = end(DOWN, false);
  for (const interval of region) {
    out.push(...between(low, { ...interval.low, closed: !interval.low.closed }));
    low = { ...interval.high, closed: !interval.high.closed };
  }
  return [...out, ...between(low, end(UP, false))];
}

/** A ∩ B = ∁(∁A ∪ ∁B). */
function intersect(a: Region, b: Region): Region {
  return complement(normal([...complement(a), ...complement(b)]));
}

/** `x < 3`, `1 ≤ x < 3`, `x ≠ 2`, `x ∈ A`: a symbol (or `g(x)`) against constants. */
function relationRegion(node: AnswerNode & { readonly kind: "relation" }): Condition | undefined {
  const at = node.sides.findIndex((side) => subjectOf(side) !== "");
  const subject = subjectOf(node.sides[at]);
  if (at < 0 || node.sides.length > 3 || (node.sides.length === 3 && at !== 1)) return undefined;
  let region: Region | undefined = EVERYTHING;
  for (const [i, operator] of node.operators.entries()) {
    const other = node.sides[i < at ? i : i + 1];
    const one = other === undefined ? undefined : half(i < at ? mirrored(operator) : operator, other);
    region = one === undefined || region === undefined ? undefined : intersect(region, one);
  }
  return about(subject, region);
}

/** The text of a symbol or of an unknown function's call, "" for anything else. */
export function subjectOf(node: AnswerNode | undefined): string {
  if (node?.kind !== "value" || node.unit !== "") return "";
  const { expression } = node;
  if (expression.kind === "symbol") return /^(pi|i|infinity)$/.test(expression.name) ? "" : expression.name;
  if (expression.kind !== "call" || expression.head !== "Apply") return "";
  const [arg] = expression.args;
  return arg?.kind === "symbol" ? `${expression.name}(${arg.name})` : "";
}

function mirrored(operator: Relation): Relation | undefined {
  const mirror: Partial<Record<Relation, Relation>> = {
    "<": ">",
    ">": "<",
    "\\le": "\\ge",
    "\\ge": "\\le",
    "\\ne": "\\ne",
  };
  return mirror[operator];
}

function half(operator: Relation | undefined, other: AnswerNode): Region | undefined {
  if (operator === "\\in") return conditionOf(other)?.region;
  const at = scalar(other);
  const open = at === undefined ? undefined : end(at, false);
  if (open === undefined) return undefined;
  const closed = { ...open, closed: true };
  switch (operator) {
    case "<":
      return between(end(DOWN, false), open);
    case "\\le":
      return between(end(DOWN, false), closed);
    case ">":
      return between(open, end(UP, false));
    case "\\ge":
      return between(closed, end(UP, false));
    case "\\ne":
      return complement(between(closed, closed));
    default:
      return undefined;
  }
}
