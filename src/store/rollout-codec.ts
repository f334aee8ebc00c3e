import { type RewardRecord, type Rollout, type Segment, StoreError } from "../core/index.js";

/** A rollout or reward as one JSON object of the journal; token and log-prob arrays as base64 of their little-endian bytes. */
export type JournalEntry =
  | { readonly kind: "rollout"; readonly rollout: Rollout }
  | { readonly kind: "reward"; readonly rolloutId: string; readonly reward: RewardRecord };

/** One line, without the newline. */
export function encodeEntry(entry: JournalEntry): string {
  if (entry.kind === "reward") return JSON.stringify(entry);
  const segments = entry.rollout.segments.map((segment) => ({
    ...segment,
    tokens: toBase64(segment.tokens),
    logprobs: toBase64(segment.logprobs),
  }));
  return JSON.stringify({ kind: "rollout", rollout: { ...entry.rollout, segments } });
}

/** Undoes {@link encodeEntry}. @throws StoreError when the line is not one. */
export function decodeEntry(line: string): JournalEntry {
  const value: unknown = JSON.parse(line);
  if (isRecord(value) && value.kind === "reward" && typeof value.rolloutId === "string" && isRecord(value.reward)) {
    return value as unknown as JournalEntry; // written by encodeEntry: RewardRecord is plain JSON
  }
  if (isRecord(value) && value.kind === "rollout" && isRecord(value.rollout) && Array.isArray(value.rollout.segments)) {
    const segments = value.rollout.segments.map(decodeSegment);
    return { kind: "rollout", rollout: { ...(value.rollout as unknown as Rollout), segments } };
  }
  throw new StoreError("not a journal entry", { code: "bad_journal" });
}

function decodeSegment(raw: unknown): Segment {
  if (!isRecord(raw) || typeof raw.tokens !== "string" || typeof raw.logprobs !== "string") {
    throw new StoreError("not a journal segment", { code: "bad_journal" });
  }
  const tokens = fromBase64(raw.tokens);
  const logprobs = fromBase64(raw.logprobs);
  return {
    ...(raw as unknown as Segment),
    tokens: new Int32Array(tokens),
    logprobs: new Float32Array(logprobs),
  };
}

function toBase64(array: Int32Array | Float32Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}

/** A fresh, aligned ArrayBuffer. */
function fromBase64(text: string): ArrayBuffer {
  const bytes = Buffer.from(text, "base64");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
