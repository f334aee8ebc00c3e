import { call, type Expression, type Head, number, symbol } from "./expression.js";
import { type FunctionName, functionOf } from "./names.js";
import { type GrammarReader, Unreadable } from "./token-reader.js";

/** The base, exponent and arguments behind a function's name: `\log_2 8`, `\sin^2 x`, `\gcd(4, 6)`. */
export function readFunction(reader: GrammarReader, head: FunctionName): Expression {
  let power: Expression | undefined;
  let base: Expression | undefined;
  for (;;) {
    if (reader.text() === "_" && head === "Log") {
      reader.skip();
      base = reader.braced();
    } else if (head === "Log" && isBase(reader)) {
      base = reader.primary();
    } else if (reader.text() === "^" && power === undefined) {
      reader.skip();
      power = reader.braced();
    } else break;
  }
  const args = argumentsOf(reader, head);
  if (power?.kind === "number" && power.num === -1n && power.den === 1n && /^(Sin|Cos|Tan)$/.test(head)) {
    return call(`Arc${head.toLowerCase()}` as Head, ...args);
  }
  const value = head === "Log" ? logarithm(args, base) : applied(head, args);
  return power === undefined ? value : call("Power", value, power);
}

/** The digits of `log2(x)` and `log10(x)`. */
function isBase(reader: GrammarReader): boolean {
  return /^(?:2|10)$/.test(reader.text()) && reader.peek()?.gap === "" && reader.text(1) === "(";
}

/** `log(x)`, `\log_2 x`, `log(x, 2)`. */
function logarithm(args: readonly Expression[], base: Expression | undefined): Expression {
  const [of, second] = args;
  if (of === undefined || args.length > 2 || (second !== undefined && base !== undefined))
    throw new Unreadable("a logarithm");
  return call("Log", of, base ?? second ?? number(10n));
}

/** In parentheses, separated by commas; without them, the factors up to the next sign or function. */
function argumentsOf(reader: GrammarReader, head: FunctionName): readonly Expression[] {
  const bracket = reader.text();
  if (bracket === "(" || (bracket === "{" && head !== "Sin")) {
    reader.skip();
    const args = [reader.sum()];
    while (reader.text() === ",") {
      reader.skip();
      args.push(reader.sum());
    }
    reader.expect(bracket === "(" ? ")" : "}");
    return args;
  }
  let argument = reader.text() === "-" ? reader.signed() : reader.power();
  for (;;) {
    const token = reader.peek();
    const isFunction = token !== undefined && functionOf(token.text.replace("\\", "")) !== undefined;
    if (!reader.startsFactor() || isFunction || token?.text === "(") return [argument];
    argument = reader.juxtaposed(argument);
  }
}

function applied(head: FunctionName, args: readonly Expression[]): Expression {
  const [first = number(0n)] = args;
  if (head === "Root") return call("Root", first, number(2n));
  if (head === "Power") return call("Power", symbol("e"), first);
  if (head === "Cbrt") return call("Root", first, number(3n));
  if (head === "Cis") return call("Add", call("Cos", first), call("Multiply", symbol("i"), call("Sin", first)));
  const several = head === "Binomial" || head === "Gcd" || head === "Lcm" || head === "Max" || head === "Min";
  if ((args.length > 1 && !several) || (head === "Binomial" && args.length !== 2))
    throw new Unreadable("too many arguments");
  return call(head, ...args);
}

/** `\sqrt{x}`, `\sqrt[3]{x}` behind its name. */
export function readRoot(reader: GrammarReader): Expression {
  if (reader.text() !== "[")
    return call("Root", reader.text() === "(" ? reader.primary() : reader.braced(), number(2n));
  reader.skip();
  const degree = reader.closed("]");
  return call("Root", reader.text() === "{" ? reader.braced() : reader.primary(), degree);
}

/** `\sum_{k=1}^{n} body` behind its name: the index is bound by the call's name. */
export function readSeries(reader: GrammarReader, head: "Sum" | "Product"): Expression {
  reader.expect("_");
  reader.expect("{");
  const index = reader.peek();
  if (index?.kind !== "word" || index.text.length !== 1) throw new Unreadable("an index");
  reader.skip();
  reader.expect("=");
  const from = reader.closed("}");
  reader.expect("^");
  const to = reader.braced();
  return { kind: "call", head, name: index.text, args: [reader.product(), from, to] };
}
