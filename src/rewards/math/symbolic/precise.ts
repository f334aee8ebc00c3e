import { ComputeEngine } from "@cortex-js/compute-engine";
import { contains, type Expression, type Head, INFINITY, subtract } from "./expression.js";

/** Digits of the arithmetic that confirms an equality, and how near 0 a difference must come. */
const DIGITS = 60;
const NEARNESS = 1e-45;

type MathJson = string | { readonly num: string } | readonly [string, ...MathJson[]];

const NAMES: Partial<Record<Head, string>> = { Log: "Log", Ln: "Ln", Gcd: "GCD", Lcm: "LCM" };
const CONSTANT_NAMES: ReadonlyMap<string, string> = new Map([
  ["pi", "Pi"],
  ["e", "ExponentialE"],
  ["i", "ImaginaryUnit"],
]);

let engine: ComputeEngine | undefined;

function open(): ComputeEngine {
  if (engine === undefined) {
    engine = new ComputeEngine();
    engine.precision = DIGITS;
  }
  return engine;
}

/** Loads the engine, so that the first answer does not wait for it. */
export function warmUp(): void {
  agreePrecisely({ kind: "number", num: 1n, den: 1n }, { kind: "number", num: 1n, den: 1n }, new Map(), 1);
}

/**
 * Whether |a − b| < 1e-45 · scale in arithmetic of 60 digits, with the variables at the given whole numbers; undefined
 * where Compute Engine gives no number. Only for expressions whose double-precision value is finite: it bounds neither
 * time nor memory itself.
 */
export function agreePrecisely(
  a: Expression,
  b: Expression,
  point: ReadonlyMap<string, bigint>,
  scale: number,
): boolean | undefined {
  const difference = subtract(a, b);
  if (contains(difference, "Apply") || contains(difference, "Sum") || contains(difference, "Product")) return undefined;
  const value = open().box(mathJson(difference, point)).N();
  const [re, im] = [value.re, value.im];
  if (!Number.isFinite(re) || !Number.isFinite(im)) return undefined;
  return Math.hypot(re, im) <= NEARNESS * Math.max(scale, 1e-200);
}

function mathJson(expression: Expression, point: ReadonlyMap<string, bigint>): MathJson {
  if (expression.kind === "number") {
    const num = { num: expression.num.toString() };
    return expression.den === 1n ? num : ["Divide", num, { num: expression.den.toString() }];
  }
  if (expression.kind === "symbol") {
    const value = point.get(expression.name);
    if (value !== undefined) return { num: value.toString() };
    return CONSTANT_NAMES.get(expression.name) ?? (expression.name === INFINITY ? "PositiveInfinity" : "Undefined");
  }
  const args = expression.args.map((arg) => mathJson(arg, point));
  if (expression.head === "Root" && isTwo(expression.args[1])) return ["Sqrt", args[0] ?? "Undefined"];
  return [NAMES[expression.head] ?? expression.head, ...args];
}

function isTwo(x: Expression | undefined): boolean {
  return x?.kind === "number" && x.num === 2n && x.den === 1n;
}
