import type { Token } from "../tokens.js";
import { call, type Expression, type Head, INFINITY, negate, number, symbol } from "./expression.js";
import { functionOf, GREEK } from "./names.js";

/** Deepest nesting that is read; deeper ones are refused before anything is evaluated. */
const MAX_DEPTH = 48;
/** Most operations in a row or in all: each is a level of the tree that evaluation descends. */
const MAX_OPERATIONS = 600;

/** The text cannot be read as one expression. */
class Unreadable extends Error {}

/** Reads canonical tokens as one expression; undefined when they are none, nested deeper than 48, or longer than 600 operations. */
export function parseExpression(tokens: readonly Token[]): Expression | undefined {
  if (tokens.length === 0) return undefined;
  try {
    const reader = new Reader(tokens);
    const expression = reader.sum();
    return reader.done() ? expression : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Reader {
  private at = 0;
  private depth = 0;
  private bars = 0;
  private operations = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** term ((+ | − | ± | ∓) term)* */
  sum(): Expression {
    if (++this.depth > MAX_DEPTH) throw new Unreadable("too deep");
    let left: Expression | undefined;
    for (;;) {
      const sign = this.text();
      if (/^([+-]|\\pm|\\mp)$/.test(sign)) this.at += 1;
      else if (left !== undefined) break;
      const right = this.product();
      if (sign === "\\pm" || sign === "\\mp") {
        left = call("PlusMinus", left ?? number(0n), sign === "\\pm" ? right : negate(right));
      } else {
        const term = sign === "-" ? negate(right) : right;
        left = left === undefined ? term : call("Add", left, term);
      }
    }
    this.depth -= 1;
    return left;
  }

  /** factor ((* | / | nothing) factor)*, from left to right. */
  private product(): Expression {
    let left = this.signed();
    for (;;) {
      const operator = this.text();
      if (operator === "*" || operator === "/") {
        this.at += 1;
        const right = this.signed();
        left = call(operator === "*" ? "Multiply" : "Divide", left, right);
      } else if (operator === "\\mod" || operator === "\\bmod") {
        this.at += 1;
        left = call("Mod", left, this.signed());
      } else if (operator === "\\pmod") {
        this.at += 1;
        left = residue(left, this.braced());
      } else if (this.startsFactor()) {
        left = this.juxtaposed(left);
      } else return left;
    }
  }

  /** A whole number before a proper fraction is a mixed number; all else that stands side by side is multiplied. */
  private juxtaposed(left: Expression): Expression {
    const before = this.tokens[this.at - 1];
    const next = this.tokens[this.at];
    const whole = before?.kind === "number" && /^\d+$/.test(before.text) && left.kind === "number";
    if (next?.kind === "number") return this.mixedInline(left, whole && next.gap === "blank");
    const right = this.power();
    if (whole && next?.text === "\\frac" && isProper(right)) return call("Add", left, right);
    return call("Multiply", left, right);
  }

  /** `1 1/2`. */
  private mixedInline(left: Expression, allowed: boolean): Expression {
    const [num, slash, den] = this.tokens.slice(this.at, this.at + 3);
    if (!allowed || num === undefined || slash?.text !== "/" || den === undefined) throw new Unreadable("two numbers");
    if (!/^\d+$/.test(num.text) || !/^\d+$/.test(den.text)) throw new Unreadable("two numbers");
    const part = call("Divide", number(BigInt(num.text)), number(BigInt(den.text)));
    if (!isProper(part)) throw new Unreadable("two numbers");
    this.at += 3;
    return call("Add", left, part);
  }

  private signed(): Expression {
    if (++this.depth > MAX_DEPTH) throw new Unreadable("too deep");
    const sign = this.text();
    if (sign === "-" || sign === "+") this.at += 1;
    const value = sign === "-" ? negate(this.signed()) : sign === "+" ? this.signed() : this.power();
    this.depth -= 1;
    return value;
  }

  private startsFactor(): boolean {
    const token = this.tokens[this.at];
    if (token === undefined) return false;
    if (token.kind === "number" || token.kind === "word") return true;
    if (token.text === "|") return this.bars === 0;
    if (token.text === "(" || token.text === "[" || token.text === "{") return true;
    if (token.kind !== "command") return false;
    return /^\\(frac|sqrt|binom|pi|infty|overline|hat|vec|bar|tilde|lfloor|lceil|sum|prod|\|)$/.test(token.text)
      ? true
      : GREEK.has(token.text.slice(1)) || functionOf(token.text.slice(1)) !== undefined;
  }

  private power(): Expression {
    let base = this.postfixed(this.primary());
    if (this.text() === "^") {
      this.at += 1;
      base = call("Power", base, this.braced());
    }
    return this.postfixed(base);
  }

  private postfixed(value: Expression): Expression {
    let out = value;
    for (;;) {
      if (++this.operations > MAX_OPERATIONS) throw new Unreadable("too long");
      const mark = this.text();
      if (mark === "!") out = call("Factorial", out);
      else if (mark === "°") out = call("Multiply", out, call("Divide", symbol("pi"), number(180n)));
      else if (mark === "%") out = call("Divide", out, number(100n));
      else return out;
      this.at += 1;
    }
  }

  private primary(): Expression {
    const token = this.tokens[this.at];
    if (token === undefined) throw new Unreadable("nothing there");
    this.at += 1;
    if (token.kind === "number") return this.numeral(token.text);
    if (token.kind === "word") return this.word(token);
    if (token.kind === "command") return this.command(token.text.slice(1));
    if (token.text === "(") return this.closed(")");
    if (token.text === "[") return this.closed("]");
    if (token.text === "{") return this.closed("}");
    if (token.text === "|") {
      this.bars += 1;
      const inner = this.closed("|");
      this.bars -= 1;
      return call("Abs", inner);
    }
    throw new Unreadable(`unexpected ${token.text}`);
  }

  private closed(closer: string): Expression {
    const bars = this.bars;
    if (closer !== "|") this.bars = 0;
    const inner = this.sum();
    this.bars = bars;
    this.expect(closer);
    return inner;
  }

  private braced(): Expression {
    this.expect("{");
    return this.closed("}");
  }

  private numeral(digits: string): Expression {
    if (this.text() === "_") return this.inBase(digits);
    const exact = decimalOf(digits);
    const repeat = this.text() === "\\overline" ? /^\d{1,60}$/.exec(this.text(2)) : null;
    if (repeat === null || this.text(3) !== "}") return exact;
    this.at += 4;
    const [, point = ""] = digits.split(".");
    const period = 10n ** BigInt(repeat[0].length) - 1n;
    return call("Add", exact, number(BigInt(repeat[0]), period * 10n ** BigInt(point.length)));
  }

  /** `203_7` is another thing than any number in base ten, so that dropping the base is wrong. */
  private inBase(digits: string): Expression {
    const base = this.text(2);
    if (this.text(1) !== "{" || !/^\d{1,2}$/.test(base) || this.text(3) !== "}") throw new Unreadable("a subscript");
    this.at += 4;
    return base === "10" ? decimalOf(digits) : symbol(`${digits.replace(/^0+(?=.)/, "")}_${base}`);
  }

  /** A function, a named constant, or variables side by side. */
  private word(token: Token): Expression {
    const { text } = token;
    const lower = text.toLowerCase();
    if (/^(inf|infinity)$/.test(lower)) return symbol(INFINITY);
    if (text.length > 1 && GREEK.has(text)) return this.subscripted(text);
    const known = text.length > 1 ? functionOf(text) : undefined;
    if (known !== undefined) return this.apply(known);
    if (token.prose && text.length > 1) throw new Unreadable("words");
    // AB is a segment or a product of matrices, in neither of which letters are free to change places.
    if (/^[A-Z]{2,4}$/.test(text)) return this.subscripted(text);
    if (!/^([a-z]{1,4}|[a-zA-Z]{1,2})$/.test(text)) throw new Unreadable("words");
    const letters = [...text];
    const last = letters.pop() ?? text;
    const head = /^[fgh]$/.test(last) && this.opensAfterPrimes() ? this.unknownFunction(last) : this.subscripted(last);
    // The exponent that follows belongs to the last letter: ab^2 = a·b².
    return letters.length === 0 ? head : this.lettersBefore(letters, head);
  }

  private lettersBefore(letters: readonly string[], last: Expression): Expression {
    let end = last;
    if (this.text() === "^") {
      this.at += 1;
      end = call("Power", last, this.braced());
    }
    return letters.map(symbol).reduceRight((product, letter) => call("Multiply", letter, product), end);
  }

  private subscripted(name: string): Expression {
    let full = name;
    if (this.text() === "_") {
      this.at += 1;
      full += `_${this.verbatim()}`;
    }
    while (this.text() === "'") {
      full += "'";
      this.at += 1;
    }
    return symbol(full);
  }

  private opensAfterPrimes(): boolean {
    let ahead = 0;
    while (this.text(ahead) === "'") ahead += 1;
    return this.text(ahead) === "(";
  }

  private unknownFunction(letter: string): Expression {
    let name = letter;
    for (; this.text() === "'"; this.at += 1) name += "'";
    this.expect("(");
    return { kind: "call", head: "Apply", name, args: [this.closed(")")] };
  }

  private command(name: string): Expression {
    switch (name) {
      case "frac":
        return call("Divide", this.braced(), this.braced());
      case "sqrt":
        return this.root();
      case "binom":
        return call("Binomial", this.braced(), this.braced());
      case "infty":
        return symbol(INFINITY);
      case "lfloor":
        return call("Floor", this.closed("\\rfloor"));
      case "lceil":
        return call("Ceil", this.closed("\\rceil"));
      case "sum":
        return this.series("Sum");
      case "prod":
        return this.series("Product");
      case "overline":
      case "hat":
      case "vec":
      case "bar":
      case "tilde":
        return symbol(`${name} ${this.verbatim()}`);
    }
    if (GREEK.has(name)) return this.subscripted(name);
    const known = functionOf(name);
    if (known === undefined) throw new Unreadable(`unknown \\${name}`);
    return this.apply(known);
  }

  private root(): Expression {
    if (this.text() !== "[") return call("Root", this.text() === "(" ? this.primary() : this.braced(), number(2n));
    this.at += 1;
    const degree = this.closed("]");
    return call("Root", this.text() === "{" ? this.braced() : this.primary(), degree);
  }

  private apply(head: Head): Expression {
    let power: Expression | undefined;
    let base: Expression | undefined;
    for (;;) {
      if (this.text() === "_" && head === "Log") {
        this.at += 1;
        base = this.braced();
      } else if (this.text() === "^" && power === undefined) {
        this.at += 1;
        power = this.braced();
      } else break;
    }
    const args = this.argumentsOf(head);
    if (power?.kind === "number" && power.num === -1n && power.den === 1n && /^(Sin|Cos|Tan)$/.test(head)) {
      return call(`Arc${head.toLowerCase()}` as Head, ...args);
    }
    const value = head === "Log" ? call("Log", ...args, base ?? number(10n)) : applied(head, args);
    return power === undefined ? value : call("Power", value, power);
  }

  /** In parentheses, separated by commas; without them, the factors up to the next sign or function. */
  private argumentsOf(head: Head): readonly Expression[] {
    const bracket = this.text();
    if (bracket === "(" || (bracket === "{" && head !== "Sin")) {
      this.at += 1;
      const args = [this.sum()];
      while (this.text() === ",") {
        this.at += 1;
        args.push(this.sum());
      }
      this.expect(bracket === "(" ? ")" : "}");
      return args;
    }
    let argument = this.text() === "-" ? this.signed() : this.power();
    for (;;) {
      const token = this.tokens[this.at];
      const isFunction = token !== undefined && functionOf(token.text.replace("\\", "")) !== undefined;
      if (!this.startsFactor() || isFunction || token?.text === "(") return [argument];
      argument = this.juxtaposed(argument);
    }
  }

  /** `\sum_{k=1}^{n} body`: the index is bound by the call's name. */
  private series(head: "Sum" | "Product"): Expression {
    this.expect("_");
    this.expect("{");
    const index = this.tokens[this.at];
    if (index?.kind !== "word" || index.text.length !== 1) throw new Unreadable("an index");
    this.at += 1;
    this.expect("=");
    const from = this.closed("}");
    this.expect("^");
    const to = this.braced();
    return { kind: "call", head, name: index.text, args: [this.product(), from, to] };
  }

  /** The text of a braced group or of one token, for names. */
  private verbatim(): string {
    if (this.text() !== "{") return this.tokens[this.at++]?.text ?? "";
    let depth = 0;
    let out = "";
    do {
      const token = this.tokens[this.at++];
      if (token === undefined) throw new Unreadable("an open brace");
      if (token.text === "{") depth += 1;
      else if (token.text === "}") depth -= 1;
      else out += token.text;
    } while (depth > 0);
    return out;
  }

  private text(ahead = 0): string {
    return this.tokens[this.at + ahead]?.text ?? "";
  }

  private expect(text: string): void {
    if (this.text() !== text) throw new Unreadable(`no ${text}`);
    this.at += 1;
  }
}

function applied(head: Head, args: readonly Expression[]): Expression {
  const [first = number(0n)] = args;
  if (head === "Root") return call("Root", first, number(2n));
  if (head === "Power") return call("Power", symbol("e"), first);
  const several = head === "Gcd" || head === "Lcm" || head === "Max" || head === "Min";
  if (args.length > 1 && !several) throw new Unreadable("too many arguments");
  return call(head, ...args);
}

/** a (mod m): equal to another only with the same modulus, which a symbol of its own keeps apart. */
function residue(a: Expression, m: Expression): Expression {
  return call("Add", call("Mod", a, m), call("Multiply", symbol("mod"), m));
}

function isProper(x: Expression): boolean {
  if (x.kind !== "call" || x.head !== "Divide") return false;
  const [num, den] = x.args;
  if (num?.kind !== "number" || den?.kind !== "number" || num.den !== 1n || den.den !== 1n) return false;
  return num.num >= 0n && num.num < den.num;
}

function decimalOf(text: string): Expression {
  const [, whole = "", point = "", exponent = "0"] = /^(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const power = Number(exponent) - point.length;
  if (Math.abs(power) > 5000) throw new Unreadable("a huge power of ten");
  const digits = BigInt(whole + point || "0");
  return power >= 0 ? number(digits * 10n ** BigInt(power)) : number(digits, 10n ** BigInt(-power));
}
