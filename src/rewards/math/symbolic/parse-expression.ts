import type { Token } from "../tokens.js";
import {
  call,
  contains,
  type Expression,
  hasSymbol,
  INFINITY,
  negate,
  number,
  symbol,
  variables,
} from "./expression.js";
import { readFunction, readRoot, readSeries } from "./functions.js";
import { readWord, subscripted } from "./letters.js";
import { functionOf, GREEK } from "./names.js";
import { isProper, readMixedInline, readNumeral } from "./numerals.js";
import { GrammarReader, Unreadable } from "./token-reader.js";

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

/** The operators; numerals, letters and functions have files of their own. */
class Reader extends GrammarReader {
  private bars = 0;

  sum(): Expression {
    return this.nested(() => {
      let left: Expression | undefined;
      for (;;) {
        const sign = this.text();
        if (/^([+-]|\\pm|\\mp)$/.test(sign)) this.skip();
        else if (left !== undefined) return left;
        const right = this.product();
        if (sign === "\\pm" || sign === "\\mp") {
          left = call("PlusMinus", left ?? number(0n), sign === "\\pm" ? right : negate(right));
        } else {
          const term = sign === "-" ? negate(right) : right;
          left = left === undefined ? term : call("Add", left, term);
        }
      }
    });
  }

  /** From left to right. */
  product(): Expression {
    let left = this.signed();
    for (;;) {
      const operator = this.text();
      if (operator === "*" || operator === "/") {
        this.skip();
        left = call(operator === "*" ? "Multiply" : "Divide", left, this.signed());
      } else if (operator === "\\mod" || operator === "\\bmod") {
        this.skip();
        left = call("Mod", left, this.signed());
      } else if (operator === "\\pmod") {
        this.skip();
        left = residue(left, this.braced());
      } else if (this.startsFactor()) {
        left = this.numberFollows(left) ? call("Multiply", left, this.power()) : this.juxtaposed(left);
      } else return left;
    }
  }

  /**
   * `n 2^{n-1}`, `\sqrt{2} 3`: a number is a factor behind a letter, a root or a bracket's content that holds one. `x2` may be
   * x₂ or x² as well, and behind numbers alone it is another number: those are for {@link juxtaposed} to refuse.
   */
  private numberFollows(left: Expression): boolean {
    const [before, next] = [this.peek(-1), this.peek()];
    if (next?.kind !== "number" || before === undefined) return false;
    const letter = before.kind === "word" && before.text.length === 1 && !before.prose;
    const closed = before.text === "}" || (before.kind === "command" && GREEK.has(before.text.slice(1)));
    if (!closed && !(letter && (next.gap !== "" || this.text(1) === "^"))) return false;
    return contains(left, "Root") || hasSymbol(left, "pi") || variables(left).size > 0;
  }

  /** A whole number before a proper fraction is a mixed number; all else that stands side by side is multiplied. */
  juxtaposed(left: Expression): Expression {
    const before = this.peek(-1);
    const next = this.peek();
    const whole = before?.kind === "number" && /^\d+$/.test(before.text) && left.kind === "number";
    if (next?.kind === "number") return readMixedInline(this, left, whole && next.gap === "blank");
    const right = this.power();
    if (whole && next?.text === "\\frac" && isProper(right)) return call("Add", left, right);
    return call("Multiply", left, right);
  }

  signed(): Expression {
    return this.nested(() => {
      const sign = this.text();
      if (sign !== "-" && sign !== "+") return this.power();
      this.skip();
      return sign === "-" ? negate(this.signed()) : this.signed();
    });
  }

  startsFactor(): boolean {
    const token = this.peek();
    if (token === undefined) return false;
    if (token.kind === "number" || token.kind === "word") return true;
    if (token.text === "|") return this.bars === 0;
    if (token.text === "(" || token.text === "[" || token.text === "{") return true;
    if (token.kind !== "command") return false;
    return /^\\(frac|sqrt|binom|pi|infty|overline|hat|vec|bar|tilde|lfloor|lceil|sum|prod|\|)$/.test(token.text)
      ? true
      : GREEK.has(token.text.slice(1)) || functionOf(token.text.slice(1)) !== undefined;
  }

  power(): Expression {
    let base = this.postfixed(this.primary());
    if (this.text() === "^") {
      this.skip();
      base = call("Power", base, this.braced());
    }
    return this.postfixed(base);
  }

  private postfixed(value: Expression): Expression {
    let out = value;
    for (;;) {
      this.operation();
      const mark = this.text();
      if (mark === "!") out = call("Factorial", out);
      else if (mark === "°") out = call("Multiply", out, call("Divide", symbol("pi"), number(180n)));
      else if (mark === "%") out = call("Divide", out, number(100n));
      else return out;
      this.skip();
    }
  }

  primary(): Expression {
    const token = this.peek();
    if (token === undefined) throw new Unreadable("nothing there");
    this.skip();
    if (token.kind === "number") return readNumeral(this, token.text);
    if (token.kind === "word") return readWord(this, token);
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

  closed(closer: string): Expression {
    const bars = this.bars;
    if (closer !== "|") this.bars = 0;
    const inner = this.sum();
    this.bars = bars;
    this.expect(closer);
    return inner;
  }

  braced(): Expression {
    this.expect("{");
    return this.closed("}");
  }

  private command(name: string): Expression {
    switch (name) {
      case "frac":
        return call("Divide", this.braced(), this.braced());
      case "sqrt":
        return readRoot(this);
      case "binom":
        return call("Binomial", this.braced(), this.braced());
      case "infty":
        return symbol(INFINITY);
      case "lfloor":
        return call("Floor", this.closed("\\rfloor"));
      case "lceil":
        return call("Ceil", this.closed("\\rceil"));
      case "sum":
        return readSeries(this, "Sum");
      case "prod":
        return readSeries(this, "Product");
      case "overline":
      case "hat":
      case "vec":
      case "bar":
      case "tilde":
        return symbol(`${name} ${this.verbatim()}`);
    }
    if (GREEK.has(name)) return subscripted(this, name);
    const known = functionOf(name);
    if (known === undefined) throw new Unreadable(`unknown \\${name}`);
    return readFunction(this, known);
  }
}

/** a (mod m): equal to another only with the same modulus, which a symbol of its own keeps apart. */
function residue(a: Expression, m: Expression): Expression {
  return call("Add", call("Mod", a, m), call("Multiply", symbol("mod"), m));
}
