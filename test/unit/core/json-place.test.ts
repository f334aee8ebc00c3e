import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault, jsonPlace } from "../../../src/core/index.js";

const text = `{
  "a": [1, {"b.c": true, "d": {"e": "x\\"y"}}],
  "b": {}
}`;

describe("the place of a key", () => {
  it.each([
    ["", 1, 1],
    ["a", 2, 8],
    ["a.0", 2, 9],
    ["a.1.b.c", 2, 20],
    ["a.1.d.e", 2, 37],
    ["b", 3, 8],
    ["b.gone", 3, 8],
    ["gone", 1, 1],
  ])("%j is line %i, column %i", (key, line, column) => {
    expect(jsonPlace(text, key)).toEqual({ line, column });
  });
});

describe("the fault of a text", () => {
  it("is found where JSON.parse finds one, and only there", () => {
    const put = fc.constantFrom("{", "}", "[", "]", ",", ":", '"', "N", "-", "0", "1e", " ", "\\");
    fc.assert(
      fc.property(fc.json(), fc.nat(), put, (sound, at, wrong) => {
        expect(jsonFault(sound)).toBeUndefined();
        const cut = at % (sound.length + 1);
        const changed = sound.slice(0, cut) + wrong + sound.slice(cut + 1);
        const parses = (() => {
          try {
            JSON.parse(changed);
            return true;
          } catch {
            return false;
          }
        })();
        expect(jsonFault(changed) === undefined).toBe(parses);
      }),
    );
  });

  it("says what stands there", () => {
    expect(jsonFault('{\n "a": -Infinity}')).toEqual({ line: 2, column: 7, found: "-Infinity" });
    expect(jsonFault("[1, 2")).toEqual({ line: 1, column: 6, found: "" });
  });
});
