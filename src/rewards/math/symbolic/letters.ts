import type { Token } from "../tokens.js";
import { call, type Expression, INFINITY, symbol } from "./expression.js";
import { readFunction } from "./functions.js";
import { functionOf, GREEK } from "./names.js";
import { type GrammarReader, type TokenReader, Unreadable } from "./token-reader.js";

const INVERSE = ["^", "{", "-", "1", "}"];

/** A word that was just read: a function, a named constant, or variables side by side. */
export function readWord(reader: GrammarReader, token: Token): Expression {
  const { text } = token;
  const lower = text.toLowerCase();
  if (/^(inf|infinity|oo)$/.test(lower)) return symbol(INFINITY);
  if (text.length > 1 && GREEK.has(text)) return subscripted(reader, text);
  const known = text.length > 1 ? functionOf(text) : undefined;
  if (known !== undefined) return readFunction(reader, known);
  if (token.prose && text.length > 1) throw new Unreadable("words");
  // AB is a segment or a product of matrices, in neither of which letters are free to change places.
  if (/^[A-Z]{2,4}$/.test(text)) return subscripted(reader, text);
  if (!/^([a-z]{1,4}|[a-zA-Z]{1,2})$/.test(text)) throw new Unreadable("words");
  const letters = [...text];
  const last = letters.pop() ?? text;
  const head =
    /^[fgh]$/.test(last) && (opensAfterPrimes(reader) || opensAfterInverse(reader))
      ? unknownFunction(reader, last)
      : subscripted(reader, last);
  // The exponent that follows belongs to the last letter: ab^2 = a·b².
  return letters.length === 0 ? head : lettersBefore(reader, letters, head);
}

/** A symbol whose name was just read, with the subscript and the primes behind it. */
export function subscripted(reader: TokenReader, name: string): Expression {
  let full = name;
  if (reader.text() === "_") {
    reader.skip();
    full += `_${reader.verbatim()}`;
  }
  for (; reader.text() === "'"; reader.skip()) full += "'";
  return symbol(full);
}

function lettersBefore(reader: GrammarReader, letters: readonly string[], last: Expression): Expression {
  let end = last;
  if (reader.text() === "^") {
    reader.skip();
    end = call("Power", last, reader.braced());
  }
  return letters.map(symbol).reduceRight((product, letter) => call("Multiply", letter, product), end);
}

function opensAfterPrimes(reader: TokenReader): boolean {
  let ahead = 0;
  while (reader.text(ahead) === "'") ahead += 1;
  return reader.text(ahead) === "(";
}

/** `^{-1}(`: of an unknown function, its inverse. */
function opensAfterInverse(reader: TokenReader): boolean {
  return INVERSE.every((text, i) => reader.text(i) === text) && reader.text(INVERSE.length) === "(";
}

function unknownFunction(reader: GrammarReader, letter: string): Expression {
  let name = letter;
  if (opensAfterInverse(reader)) {
    reader.skip(INVERSE.length);
    name += INVERSE.join("");
  }
  for (; reader.text() === "'"; reader.skip()) name += "'";
  reader.expect("(");
  return { kind: "call", head: "Apply", name, args: [reader.closed(")")] };
}
