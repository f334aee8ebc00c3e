import type { Token } from "../tokens.js";
import type { Expression } from "./expression.js";

/** Deepest nesting that is read; deeper ones are refused before anything is evaluated. */
const MAX_DEPTH = 48;
/** Most operations in a row or in all: each is a level of the tree that evaluation descends. */
const MAX_OPERATIONS = 600;

/** The text cannot be read as one expression. */
export class Unreadable extends Error {}

/** Canonical tokens with a reading position, and the limits of what is read. */
export class TokenReader {
  private at = 0;
  private depth = 0;
  private operations = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** Whether all is read. */
  done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** The token at the reading position or `ahead` of it (before it: −1). */
  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** The text of {@link peek}, "" behind the end. */
  text(ahead = 0): string {
    return this.peek(ahead)?.text ?? "";
  }

  /** Goes on by so many tokens. */
  skip(count = 1): void {
    this.at += count;
  }

  /** Goes on past a token that must have this text. Throws {@link Unreadable}. */
  expect(text: string): void {
    if (this.text() !== text) throw new Unreadable(`no ${text}`);
    this.at += 1;
  }

  /** The text of a braced group or of one token, for names. */
  verbatim(): string {
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

  /** What `read` reads one level deeper. Throws {@link Unreadable} below 48 levels. */
  protected nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new Unreadable("too deep");
    const value = read();
    this.depth -= 1;
    return value;
  }

  /** Counts an operation. Throws {@link Unreadable} beyond 600. */
  protected operation(): void {
    if (++this.operations > MAX_OPERATIONS) throw new Unreadable("too long");
  }
}

/** What the readers of numerals, letters and functions need of the grammar around them. */
export abstract class GrammarReader extends TokenReader {
  /** term ((+ | − | ± | ∓) term)* */
  abstract sum(): Expression;
  /** factor ((* | / | nothing) factor)* */
  abstract product(): Expression;
  /** A power with signs before it. */
  abstract signed(): Expression;
  /** A primary with exponent and marks. */
  abstract power(): Expression;
  /** A numeral, a name, a function or a bracket. */
  abstract primary(): Expression;
  /** What stands before a closing bracket. */
  abstract closed(closer: string): Expression;
  /** `{…}`. */
  abstract braced(): Expression;
  /** Whether a factor can begin here. */
  abstract startsFactor(): boolean;
  /** A product with the factor that stands here. */
  abstract juxtaposed(left: Expression): Expression;
}
