import type { AnswerNode } from "./answer-node.js";
import { call, type Expression, number } from "./expression.js";
import { sameValue } from "./same-value.js";

/** Proportional, as 2:4 and 1:2; two digits after a colon may be minutes, and those are compared as they stand. */
export function sameRatio(
  a: readonly AnswerNode[],
  b: readonly AnswerNode[],
  same: (x: AnswerNode, y: AnswerNode) => boolean,
): boolean {
  if (a.length !== b.length) return false;
  if (a.every((part, i) => same(part, b[i] ?? { kind: "text", text: "" }))) return true;
  const [x, y] = [a.map(scalarOf), b.map(scalarOf)];
  const [x0, y0] = [x[0], y[0]];
  if (isMinutes(x[1]) || isMinutes(y[1]) || x0 === undefined || y0 === undefined) return false;
  return x.every((part, i) => {
    const other = y[i];
    if (part === undefined || other === undefined) return false;
    return sameValue(call("Multiply", part, y0), call("Multiply", other, x0)) && !sameValue(other, number(0n));
  });
}

function isMinutes(part: Expression | undefined): boolean {
  return part?.kind === "number" && part.num < 60n && part.num >= 10n;
}

function scalarOf(node: AnswerNode): Expression | undefined {
  return node.kind === "value" && node.unit === "" ? node.expression : undefined;
}

/** 3:4 beside ¾: a ratio of two, which no clock shows, is their quotient. */
export function sameQuotient(a: AnswerNode, b: AnswerNode): boolean {
  const [x, y] = [quotientOf(a), quotientOf(b)];
  return x !== undefined && y !== undefined && sameValue(x, y);
}

function quotientOf(node: AnswerNode): Expression | undefined {
  if (node.kind !== "ratio") return scalarOf(node);
  const [num, den] = node.parts.map(scalarOf);
  if (node.parts.length !== 2 || num === undefined || den === undefined || isMinutes(den)) return undefined;
  return call("Divide", num, den);
}
