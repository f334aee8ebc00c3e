import { createHash } from "node:crypto";
import { omni } from "./gen/engine.js";

import v1 = omni.engine.v1;

/**
 * Digest of a chunk as `ForwardBackwardHeader.step` defines it: SHA-256 over the serialized LossConfig, then each Datum.
 * Both sides serialize alike: fields ascending, defaults omitted (test/unit/engine/digest.test.ts asks Python).
 */
export function chunkDigest(loss: v1.LossConfig.$Properties, datums: readonly v1.Datum.$Properties[]): Uint8Array {
  const hash = createHash("sha256").update(v1.LossConfig.encode(loss).finish());
  for (const datum of datums) hash.update(v1.Datum.encode(datum).finish());
  return hash.digest();
}

/** Digest of an optimizer step: SHA-256 over the chunk digests, then the divisor as float64 little-endian. */
export function optimDigest(chunkDigests: readonly Uint8Array[], divisor: number): Uint8Array {
  const hash = createHash("sha256");
  for (const digest of chunkDigests) hash.update(digest);
  const tail = Buffer.alloc(8);
  tail.writeDoubleLE(divisor);
  return hash.update(tail).digest();
}
