import { inflateSync } from "node:zlib";

/** One way that a text is packed. */
export type DecodeStep = "base64" | "zlib" | "pickled-text";

const steps: readonly string[] = ["base64", "zlib", "pickled-text"] satisfies readonly DecodeStep[];

/** Largest unpacked size, bytes: a few kilobytes of zlib can hold gigabytes. */
const most = 256 * 2 ** 20;

/** True for the name of a step. */
export function isDecodeStep(value: unknown): value is DecodeStep {
  return typeof value === "string" && steps.includes(value);
}

/** Undoes the steps, first one first. Throws Error with the reason. */
export function decoded(text: string, by: readonly DecodeStep[]): string {
  let bytes = Buffer.from(text, "utf8");
  for (const step of by) bytes = undo(bytes, step);
  return bytes.toString("utf8");
}

function undo(bytes: Buffer, step: DecodeStep): Buffer<ArrayBuffer> {
  switch (step) {
    case "base64":
      return Buffer.from(bytes.toString("latin1"), "base64");
    case "zlib":
      return Buffer.from(inflateSync(bytes, { maxOutputLength: most }));
    case "pickled-text":
      return Buffer.from(pickledText(bytes));
  }
}

/**
 * The text in a pickle of one `str`, protocol 2 to 5: PROTO, perhaps FRAME, a unicode opcode, perhaps MEMOIZE or BINPUT,
 * STOP. Nothing is executed; anything else is refused.
 */
function pickledText(pickle: Buffer): Buffer {
  let at = pickle[0] === 0x80 ? 2 : 0;
  if (pickle[at] === 0x95) at += 9;
  const opcode = pickle[at];
  const width = opcode === 0x8c ? 1 : opcode === 0x58 ? 4 : opcode === 0x8d ? 8 : 0;
  if (width === 0) throw new Error("the pickle holds something else than one text");
  const length = width === 8 ? Number(pickle.readBigUInt64LE(at + 1)) : pickle.readUIntLE(at + 1, width);
  const begin = at + 1 + width;
  const rest = pickle.subarray(begin + length);
  const ends = [".", "\x94.", "q\x00."].some((tail) => rest.equals(Buffer.from(tail, "latin1")));
  if (!ends) throw new Error("the pickle holds something else than one text");
  return pickle.subarray(begin, begin + length);
}
