import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameReader } from "../../../src/sandbox/frames.js";

const layout = { headerBytes: 5, lengthAt: 1, maxBytes: 1000 };

function frame(kind: string, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.write(kind, "latin1");
  header.writeUInt32BE(payload.length, 1);
  return Buffer.concat([header, payload]);
}

describe("frames", () => {
  it("come out whole and in order however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.array(fc.integer({ min: 1, max: 20 })),
        (payloads, cuts) => {
          const got: Buffer[] = [];
          const read = frameReader(layout, (_, payload) => got.push(Buffer.from(payload)));
          let stream = Buffer.concat(payloads.map((payload) => frame("o", payload)));
          for (const cut of cuts) {
            read(stream.subarray(0, cut));
            stream = stream.subarray(cut);
          }
          read(stream);
          expect(got).toEqual(payloads.map((payload) => Buffer.from(payload)));
        },
      ),
    );
  });

  it("over the limit are refused before they are held", () => {
    const read = frameReader(layout, () => {});
    expect(() => read(frame("o", new Uint8Array(1001)).subarray(0, 5))).toThrow(RangeError);
  });
});
