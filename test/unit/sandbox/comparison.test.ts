import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameOutput } from "../../../src/sandbox/comparison.js";

const bytes = (text: string) => Buffer.from(text, "utf8");

describe("comparison of a program's output", () => {
  it("finds every text equal to itself, with CRLF line ends and with blanks and empty lines at the ends", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, ""));
    fc.assert(
      fc.property(fc.array(line), fc.nat(3), (lines, extra) => {
        const text = lines.join("\n");
        expect(sameOutput(bytes(text), text)).toBe(true);
        expect(sameOutput(bytes(lines.join("\r\n")), text)).toBe(true);
        expect(sameOutput(bytes(lines.map((each) => `${each} \t`).join("\n") + "\n".repeat(extra)), text)).toBe(true);
      }),
    );
  });

  it.each([
    ["a blank at the start", " a", "a"],
    ["an empty line in the middle", "a\n\nb", "a\nb"],
    ["a missing line", "a", "a\nb"],
    ["another letter case", "A", "a"],
    ["a number a little off", "0.30000000000000004", "0.3"],
    ["a lone carriage return", "a\rb", "a\nb"],
    ["a no-break space at the end", "a\u00a0", "a"],
    ["a byte order mark", "\ufeffa", "a"],
  ])("tells %s apart", (_, actual, expected) => {
    expect(sameOutput(bytes(actual), expected)).toBe(false);
  });

  it("never matches bytes that are no UTF-8, not even the replacement character they would be read as", () => {
    expect(sameOutput(Buffer.from([0x61, 0xff]), "a\ufffd")).toBe(false);
    expect(sameOutput(Buffer.from([0xed, 0xa0, 0x80]), "\ufffd\ufffd\ufffd")).toBe(false);
  });
});
