import type { Token } from "./tokens.js";

const OPEN: Token = { kind: "symbol", text: "{", gap: "" };
const CLOSE: Token = { kind: "symbol", text: "}", gap: "" };
/** Deeper groups stay as they are: nothing reads them. */
const MAX_DEPTH = 200;
const CLOSERS: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };
const ONE_ARGUMENT = /^\\(overline|mathbb|pmod|vec|hat|bar|tilde|dot)$/;

/**
 * Puts bare arguments into braces: `\frac12`, `\sqrt2`, `\sqrt(2)`, `\sqrt\frac12`, `x^2`, `10^-5`, `e^(2x)`. A bare exponent takes the
 * whole number. Braces around one letter that are no argument go, so that `{g}_{k}` is `g_{k}`. Linear.
 */
export function withArguments(tokens: readonly Token[]): readonly Token[] {
  const braces = new Braces(tokens);
  braces.until(tokens.length, 0);
  return braces.out;
}

class Braces {
  readonly out: Token[] = [];
  private at = 0;
  private readonly closes: ReadonlyMap<number, number>;
  private readonly tokens: Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = [...tokens];
    this.closes = pairs(tokens);
  }

  until(end: number, depth: number): void {
    while (this.at < end) this.one(depth);
  }

  /** The token at the reading position with its arguments, a group as a whole. */
  private one(depth: number): void {
    const token = this.tokens[this.at] as Token;
    const close = this.closes.get(this.at);
    if (token.text === "{" && close === this.at + 2 && this.isLoose()) {
      const inner = this.tokens[this.at + 1] as Token;
      this.out.push({ ...inner, gap: token.gap });
      this.at += 3;
      return;
    }
    this.out.push(token);
    this.at += 1;
    if (depth > MAX_DEPTH) return;
    if (token.text === "{" && close !== undefined) this.group(close, CLOSE, depth);
    else for (let left = argumentsOf(token); left > 0; left--) this.argument(token, depth + 1);
  }

  private group(close: number, closer: Token, depth: number): void {
    this.until(close, depth + 1);
    this.out.push(closer);
    this.at = close + 1;
  }

  /** `{x}` and, with a script behind it, `{10}`, where no number before it would grow by it. */
  private isLoose(): boolean {
    const inner = this.tokens[this.at + 1];
    // The name or the columns of an environment, or the argument of a command that is not known.
    if (this.out.at(-1)?.kind === "command" || this.out.at(-4)?.text === "\\begin") return false;
    if (inner?.kind === "word" || (inner?.kind === "command" && /^\\[A-Za-z]+$/.test(inner.text))) return true;
    const script = /^[\^_]$/.test(this.tokens[this.at + 3]?.text ?? "");
    return inner?.kind === "number" && script && this.out.at(-1)?.kind !== "number";
  }

  private argument(of: Token, depth: number): void {
    if (of.text === "\\sqrt" && this.tokens[this.at]?.text === "[") this.degree(depth);
    const token = this.tokens[this.at];
    const close = this.closes.get(this.at);
    if (token === undefined || token.text === "}") return;
    if ((token.text === "{" || token.text === "(") && close !== undefined) {
      this.out.push({ ...OPEN, gap: token.gap });
      this.at += 1;
      this.group(close, CLOSE, depth);
      return;
    }
    this.out.push(OPEN);
    const script = of.text === "^" || of.text === "_";
    const raised = of.text === "^";
    if (script && /^[-+]$/.test(token.text)) {
      this.out.push(token);
      this.at += 1;
    }
    if (this.at < this.tokens.length) this.bare(script, raised, depth);
    this.out.push(CLOSE);
  }

  /** `\frac12` takes a digit, `\frac ab` a letter, `x^12` the number, `2^3^2` the power. */
  private bare(script: boolean, raised: boolean, depth: number): void {
    const token = this.tokens[this.at] as Token;
    if (!script && token.kind === "number" && token.text.length > 1) {
      this.out.push({ ...token, text: token.text.slice(0, 1) });
      this.tokens[this.at] = { kind: "number", text: token.text.slice(1), gap: "" };
      return;
    }
    this.one(depth);
    while (raised && this.tokens[this.at]?.text === "^" && depth < MAX_DEPTH) this.one(depth + 1);
  }

  private degree(depth: number): void {
    const close = this.closes.get(this.at);
    if (close !== undefined) this.until(close + 1, depth);
  }
}

function argumentsOf({ text }: Token): number {
  if (text === "\\frac" || text === "\\binom") return 2;
  return text === "^" || text === "_" || text === "\\sqrt" || ONE_ARGUMENT.test(text) ? 1 : 0;
}

/** Where each bracket is closed by its own kind; `[1, 2)` closes as a whole, and nothing reaches out of braces. */
function pairs(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const closes = new Map<number, number>();
  const open: { readonly at: number; readonly closer: string }[] = [];
  tokens.forEach(({ text }, i) => {
    const closer = CLOSERS[text];
    if (closer !== undefined) open.push({ at: i, closer });
    if (text === "}") while (open.length > 0 && open.at(-1)?.closer !== "}") open.pop();
    const last = open.at(-1);
    if (last === undefined || !/^[)\]}]$/.test(text) || (last.closer === "}") !== (text === "}")) return;
    open.pop();
    if (last.closer === text) closes.set(last.at, i);
  });
  return closes;
}
