import { createHash } from "node:crypto";

/**
 * A uint32 seed that is a pure function of a name path, e.g. `deriveSeed(7, "sample", stepId, itemId, 3)`.
 * First four bytes (little-endian) of SHA-256 over the JSON of the path, so every machine derives the same.
 */
export function deriveSeed(...path: readonly (string | number)[]): number {
  return createHash("sha256").update(JSON.stringify(path)).digest().readUInt32LE(0);
}

/** A seeded stream of random numbers. The same path gives the same numbers on every machine and version. */
export interface RandomStream {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, bound), without modulo bias; bound in 1 … 2³². */
  below(bound: number): number;
  /** A new array, uniformly shuffled (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** Opens the stream with this name path: SHA-256 in counter mode, eight uint32 a block. */
export function randomStream(...path: readonly (string | number)[]): RandomStream {
  const key = createHash("sha256").update(JSON.stringify(path)).digest();
  let counter = 0;
  let block = Buffer.alloc(0);
  let at = 0;
  const uint32 = (): number => {
    if (at >= block.length) {
      const index = Buffer.alloc(8);
      index.writeUInt32LE(counter % 2 ** 32, 0);
      index.writeUInt32LE(Math.floor(counter / 2 ** 32), 4);
      counter += 1;
      block = createHash("sha256").update(key).update(index).digest();
      at = 0;
    }
    const value = block.readUInt32LE(at);
    at += 4;
    return value;
  };
  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`below(${bound}): bound must be an integer in 1 … 2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = uint32();
    while (value >= limit) value = uint32();
    return value % bound;
  };
  return {
    next: () => uint32() / 2 ** 32,
    below,
    shuffle: <T>(items: readonly T[]): T[] => {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const held = out[i] as T;
        out[i] = out[j] as T;
        out[j] = held;
      }
      return out;
    },
  };
}
