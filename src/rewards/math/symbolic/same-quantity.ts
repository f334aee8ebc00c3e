import { isWithin } from "../tolerance.js";
import { sameDimension, unitScale } from "../units.js";
import type { AnswerNode } from "./answer-node.js";
import { modulus } from "./complex.js";
import { call, type Expression, number, symbol, variables } from "./expression.js";
import { sameValue } from "./same-value.js";
import { constantOf, valueAt } from "./sample.js";

type Value = AnswerNode & { readonly kind: "value" };

/** Equal values, with units left out by one side or converted; a percentage is its hundredth, 90° is π/2. A gold may have a tolerance. */
export function sameQuantities(a: Value, b: Value): boolean {
  if (equalQuantities(a, b)) return true;
  const value = b.tolerated && constantOf(a.expression);
  return b.tolerated !== undefined && value !== undefined && isWithin({ value, unit: a.unit }, b.unit, b.tolerated);
}

function equalQuantities(a: Value, b: Value): boolean {
  const [given, truth] = [unitScale(a.unit), unitScale(b.unit)];
  if (a.unit === b.unit) return sameValue(a.expression, b.expression);
  if (a.unit !== "" && b.unit !== "") {
    if (given === undefined || truth === undefined || !sameDimension(given.dimension, truth.dimension)) return false;
    return sameValue(scaled(a), scaled(b));
  }
  // A unit that only one side names is no difference; % and ° are numbers besides, a hundredth and π/180.
  const pure = (a.unit === "" ? truth : given)?.dimension;
  const share = pure === "share" && isBelowOne((a.unit === "" ? a : b).expression);
  if (!share && sameValue(a.expression, b.expression)) return true;
  return (pure === "share" || pure === "angle") && sameValue(scaled(a), scaled(b));
}

/** A share already, as 0.5 is: 50% and not 0.5%. */
function isBelowOne(expression: Expression): boolean {
  return variables(expression).size === 0 && modulus(valueAt(expression, new Map())) < 1;
}

/** The value in the base unit of its dimension. */
function scaled(value: Value): Expression {
  if (value.unit === "°") return call("Multiply", value.expression, call("Divide", symbol("pi"), number(180n)));
  const scale = unitScale(value.unit);
  if (scale === undefined) return value.expression;
  return call("Multiply", value.expression, number(scale.num, scale.den));
}
