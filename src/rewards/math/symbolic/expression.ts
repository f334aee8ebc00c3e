/** A mathematical expression as a tree. Numbers are exact; `den` > 0. */
export type Expression =
  | { readonly kind: "number"; readonly num: bigint; readonly den: bigint }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "call"; readonly head: Head; readonly args: readonly Expression[]; readonly name?: string };

/** What a call means; `Apply` is an unknown function, called by its `name`. */
export type Head =
  | ("Add" | "Multiply" | "Divide" | "Power" | "Root" | "Abs" | "Factorial" | "Binomial" | "Floor" | "Ceil")
  | ("Ln" | "Log" | "Gcd" | "Lcm" | "Max" | "Min" | "Mod" | "Sum" | "Product" | "PlusMinus" | "Apply")
  | ("Sin" | "Cos" | "Tan" | "Cot" | "Sec" | "Csc" | "Arcsin" | "Arccos" | "Arctan" | "Sinh" | "Cosh" | "Tanh");

/** Symbols that stand for a number. */
export const CONSTANTS: ReadonlySet<string> = new Set(["pi", "e", "i"]);

/** The symbol of infinity, which no arithmetic touches. */
export const INFINITY = "infinity";

/** An exact number. */
export function number(num: bigint, den = 1n): Expression {
  return { kind: "number", num, den };
}

/** A symbol: a variable, or one of {@link CONSTANTS}. */
export function symbol(name: string): Expression {
  return { kind: "symbol", name };
}

/** A call of a known function. */
export function call(head: Head, ...args: readonly Expression[]): Expression {
  return { kind: "call", head, args };
}

/** −x; of a number, the number. */
export function negate(x: Expression): Expression {
  return x.kind === "number" ? number(-x.num, x.den) : call("Multiply", number(-1n), x);
}

/** a − b. */
export function subtract(a: Expression, b: Expression): Expression {
  return call("Add", a, negate(b));
}

/** The variables of an expression: symbols that are no constants and no index of a sum. */
export function variables(expression: Expression, bound: readonly string[] = []): ReadonlySet<string> {
  if (expression.kind === "number") return new Set();
  if (expression.kind === "symbol") {
    const { name } = expression;
    return new Set(CONSTANTS.has(name) || bound.includes(name) ? [] : [name]);
  }
  const inner = expression.name !== undefined && expression.head !== "Apply" ? [...bound, expression.name] : bound;
  return new Set(expression.args.flatMap((arg) => [...variables(arg, inner)]));
}

/** Whether a call with this head occurs. */
export function contains(expression: Expression, head: Head): boolean {
  return expression.kind === "call" && (expression.head === head || expression.args.some((arg) => contains(arg, head)));
}

/** Whether a symbol occurs, e.g. `i`. */
export function hasSymbol(expression: Expression, name: string): boolean {
  if (expression.kind === "symbol") return expression.name === name;
  return expression.kind === "call" && expression.args.some((arg) => hasSymbol(arg, name));
}

/** The expression with every `±` read as plus (`sign` 1) or as minus (−1); `∓` is a `PlusMinus` of a negated operand. */
export function resolved(expression: Expression, sign: 1 | -1): Expression {
  if (expression.kind !== "call") return expression;
  const args = expression.args.map((arg) => resolved(arg, sign));
  if (expression.head === "PlusMinus") {
    const [a = number(0n), b = number(0n)] = args;
    return sign === 1 ? call("Add", a, b) : subtract(a, b);
  }
  return { ...expression, args };
}
