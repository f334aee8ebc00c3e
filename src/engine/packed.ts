import { endianness } from "node:os";

// The wire is little-endian, and so is every machine that Node and torch run on together; views save a loop a token.
if (endianness() !== "LE") throw new Error("omni-thinker needs a little-endian machine");

/** The array's bytes, without copying: int32 or float32 little-endian. */
export function toBytes(values: Int32Array | Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** int32 little-endian → an array of its own (received bytes are unaligned views into a larger buffer). */
export function toInt32(bytes: Uint8Array): Int32Array {
  return new Int32Array(aligned(bytes, "int32"));
}

/** float32 little-endian → an array of its own. */
export function toFloat32(bytes: Uint8Array): Float32Array {
  return new Float32Array(aligned(bytes, "float32"));
}

function aligned(bytes: Uint8Array, what: string): ArrayBuffer {
  if (bytes.byteLength % 4 !== 0) throw new RangeError(`${bytes.byteLength} bytes are no packed ${what} array`);
  return new Uint8Array(bytes).buffer;
}
