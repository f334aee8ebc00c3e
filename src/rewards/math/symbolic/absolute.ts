import type { Relation } from "./answer-node.js";
import { type Expression, negate, subtract, symbol, variables } from "./expression.js";
import { between, complement, end, type Region } from "./region.js";
import { sameValue } from "./same-value.js";

/** A distance from a constant: |x − centre|. */
export interface Distance {
  readonly subject: string;
  readonly centre: Expression;
}

/** Reads |x|, |x − c| and |c − x|; undefined for anything else. */
export function distanceOf(expression: Expression): Distance | undefined {
  if (expression.kind !== "call" || expression.head !== "Abs") return undefined;
  const [inner] = expression.args;
  const [subject, ...more] = inner === undefined ? [] : [...variables(inner)];
  if (inner === undefined || subject === undefined || more.length > 0) return undefined;
  const rest = subtract(inner, symbol(subject));
  const opposite = subtract(negate(inner), symbol(subject));
  for (const offset of [rest, opposite]) {
    const constant = replaced(offset, subject);
    if (sameValue(offset, constant)) return { subject, centre: negate(constant) };
  }
  return undefined;
}

/** The expression with 0 in place of a symbol. */
function replaced(expression: Expression, name: string): Expression {
  if (expression.kind === "symbol") return expression.name === name ? { kind: "number", num: 0n, den: 1n } : expression;
  return expression.kind === "call"
    ? { ...expression, args: expression.args.map((arg) => replaced(arg, name)) }
    : expression;
}

/** Where |x − centre| is smaller, larger or as large as a positive radius; undefined for a radius that is not. */
export function ring(operator: Relation | undefined, centre: Expression, radius: Expression): Region | undefined {
  const size = end(radius, true);
  if (size === undefined || !(size.approximately > 0) || size.approximately === Number.POSITIVE_INFINITY)
    return undefined;
  const inside = (closed: boolean) => {
    const low = end(subtract(centre, radius), closed);
    const high = end({ kind: "call", head: "Add", args: [centre, radius] }, closed);
    return between(low, high);
  };
  if (operator === "<" || operator === "\\le") return inside(operator === "\\le");
  if (operator === ">" || operator === "\\ge") return complement(inside(operator === ">"));
  return undefined;
}
