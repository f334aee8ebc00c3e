import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkDigest, optimDigest } from "../../../src/engine/digest.js";
import { v1 } from "../../../src/engine/methods.js";
import { serverPython } from "../../support/python.js";

// What the server does: parse the messages as sent, serialize them again, hash (engine.proto, ForwardBackwardHeader.step).
const PYTHON = `
import hashlib, json, struct, sys
from omni_engine.gen import engine_pb2 as pb
for line in sys.stdin:
    given = json.loads(line)
    chunks = []
    for chunk in given["chunks"]:
        parts = [pb.LossConfig.FromString(bytes.fromhex(chunk["loss"]))]
        parts += [pb.Datum.FromString(bytes.fromhex(datum)) for datum in chunk["datums"]]
        chunks.append(hashlib.sha256(b"".join(part.SerializeToString(deterministic=True) for part in parts)).digest())
    optim = hashlib.sha256(b"".join(chunks) + struct.pack("<d", given["divisor"])).hexdigest()
    print(json.dumps({"chunks": [chunk.hex() for chunk in chunks], "optim": optim}))
`;

const bytes = fc.uint8Array({ maxLength: 40 });
// Zeros of both signs, defaults and the ends of the range are where two encoders could differ.
const number = fc.oneof(fc.constantFrom(0, -0, 1, 0.2, 1e-300), fc.double({ noNaN: true }));
const loss = fc.record<v1.LossConfig.$Properties>({
  kind: fc.constantFrom(0, 1, 2),
  clipLow: number,
  clipHigh: number,
  klCoefficient: number,
  level: fc.constantFrom(0, 1),
  aggregation: fc.constantFrom(0, 1),
  temperature: number,
});
const datum = fc.record<v1.Datum.$Properties>({
  datumId: fc.string({ unit: "grapheme", maxLength: 12 }),
  tokens: bytes,
  mask: bytes,
  oldLogprobs: bytes,
  advantages: bytes,
  weight: number,
  prefixGroup: fc.string({ maxLength: 4 }),
});
const step = fc.record({
  chunks: fc.array(fc.record({ loss, datums: fc.array(datum, { maxLength: 4 }) }), { maxLength: 3 }),
  divisor: number,
});

const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

describe("digests", () => {
  it("equal those that the server computes over what it parsed", () => {
    const python = serverPython();
    const steps = fc.sample(step, { numRuns: 300, seed: 7 });
    const input = steps.map(({ chunks, divisor }) => {
      const sent = chunks.map((chunk) => ({
        loss: hex(v1.LossConfig.encode(chunk.loss).finish()),
        datums: chunk.datums.map((one) => hex(v1.Datum.encode(one).finish())),
      }));
      return `{"chunks":${JSON.stringify(sent)},"divisor":${Object.is(divisor, -0) ? "-0.0" : divisor}}`;
    });
    const ran = spawnSync(python, ["-c", PYTHON], { input: `${input.join("\n")}\n`, encoding: "utf8" });
    expect(ran.stderr).toBe("");
    const theirs: unknown[] = ran.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ours = steps.map(({ chunks, divisor }) => {
      const digests = chunks.map((chunk) => chunkDigest(chunk.loss, chunk.datums));
      return { chunks: digests.map(hex), optim: hex(optimDigest(digests, divisor)) };
    });
    expect(theirs).toEqual(ours);
  });

  it("change with every field of a datum", () => {
    fc.assert(
      fc.property(datum, datum, (one, other) => {
        const same = hex(v1.Datum.encode(one).finish()) === hex(v1.Datum.encode(other).finish());
        expect(hex(chunkDigest({}, [one])) === hex(chunkDigest({}, [other]))).toBe(same);
      }),
    );
  });
});
