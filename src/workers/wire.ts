import type { JsonValue } from "./workers.js";

/**
 * What control plane and workers say to each other: three frames, `OW1`, a kind of one letter, a JSON body. Both sides
 * read what comes with {@link readFromWorker} and {@link readFromControl} and believe nothing else. docs/workers.md has the protocol in words.
 */
export const PROTOCOL = "OW1";
/** Bytes of one frame; ZeroMQ cuts a peer that sends more. */
export const MAX_FRAME_BYTES = 1 << 20;
const MAX_KINDS = 64;
const MAX_SLOTS = 256;
const MAX_REASON = 2000;

/** How a worker says that a job came to no value. */
export type FailureKind = "timed_out" | "out_of_memory" | "failed" | "masked" | "infrastructure";

/** A worker's first word, and its answer to `who`. `token` is known to workers that the pool itself started. */
export interface Hello {
  readonly type: "hello";
  readonly token: string;
  readonly kinds: readonly string[];
  /** Jobs that it runs at a time. */
  readonly slots: number;
}

/** What became of a job, by the number it was given under. */
export type Answer =
  | { readonly type: "answer"; readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly type: "answer";
      readonly id: number;
      readonly ok: false;
      readonly kind: FailureKind;
      readonly reason: string;
    };

/** From a worker. `pulse`: it lives and is free to say so; `bye`: it takes nothing more. */
export type FromWorker = Hello | Answer | { readonly type: "pulse" } | { readonly type: "bye" };

/** A job as it is given. */
export interface Given {
  readonly type: "job";
  readonly id: number;
  readonly kind: string;
  readonly deadlineMs: number;
  readonly input: unknown;
}

/** From the control plane. `who`: it does not know the peer; `refused`: it will not have it. */
export type FromControl =
  | Given
  | { readonly type: "welcome" }
  | { readonly type: "pulse" }
  | { readonly type: "who" }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "bye" };

const letters = {
  hello: "H",
  answer: "A",
  pulse: "P",
  bye: "B",
  job: "J",
  welcome: "W",
  who: "Q",
  refused: "R",
} as const;
type MessageType = keyof typeof letters;
const typeOf = new Map<string, MessageType>(
  Object.entries(letters).map(([type, letter]) => [letter, type as MessageType]),
);

/** The frames of a message. Throws RangeError when it is larger than a frame may be or JSON cannot say it. */
export function frames(message: FromWorker | FromControl): [string, string, string] {
  const { type, ...body } = message;
  const text = JSON.stringify(body);
  // A character has at most three bytes; only long texts are worth counting.
  if (text.length * 3 > MAX_FRAME_BYTES && Buffer.byteLength(text) > MAX_FRAME_BYTES) {
    throw new RangeError(`larger than ${MAX_FRAME_BYTES} bytes`);
  }
  return [PROTOCOL, letters[type], text];
}

/** Why a message was not taken. */
export type Refusal = "malformed" | "unknown_version";

/** Reads what a worker sent. */
export function readFromWorker(parts: readonly Buffer[]): FromWorker | Refusal {
  return read(parts, readOfWorker);
}

function readOfWorker(type: MessageType, body: Body): FromWorker | Refusal {
  switch (type) {
    case "pulse":
    case "bye":
      return { type };
    case "hello":
      return readHello(body);
    case "answer":
      return readAnswer(body);
    default:
      return "malformed";
  }
}

/** Reads what a control plane sent. */
export function readFromControl(parts: readonly Buffer[]): FromControl | Refusal {
  return read(parts, readOfControl);
}

function readOfControl(type: MessageType, body: Body): FromControl | Refusal {
  switch (type) {
    case "pulse":
    case "bye":
    case "welcome":
    case "who":
      return { type };
    case "refused":
      return typeof body.reason === "string" ? { type, reason: body.reason.slice(0, MAX_REASON) } : "malformed";
    case "job":
      return readJob(body);
    default:
      return "malformed";
  }
}

type Body = Readonly<Record<string, unknown>>;

/** Takes frames apart and has the body read by what its sender may say. */
function read<T>(parts: readonly Buffer[], readBody: (type: MessageType, body: Body) => T | Refusal): T | Refusal {
  const message = readMessage(parts);
  return typeof message === "string" ? message : readBody(...message);
}

function readMessage(parts: readonly Buffer[]): [MessageType, Body] | Refusal {
  const [version, letter, text] = parts;
  if (version === undefined || letter === undefined || text === undefined || parts.length !== 3) return "malformed";
  if (version.length > 8 || letter.length !== 1) return "malformed";
  const tag = version.toString("latin1");
  if (tag !== PROTOCOL) return /^OW\d+$/.test(tag) ? "unknown_version" : "malformed";
  const type = typeOf.get(letter.toString("latin1"));
  if (type === undefined) return "malformed";
  try {
    const body: unknown = JSON.parse(text.toString("utf8"));
    return isBody(body) ? [type, body] : "malformed";
  } catch {
    return "malformed";
  }
}

function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 1 && value <= max;

/** Whether a text can name a kind of jobs. */
export const isKind = (value: unknown): value is string =>
  typeof value === "string" && /^[a-z][a-z0-9-]{0,31}$/.test(value);

function readHello({ token, kinds, slots }: Body): Hello | Refusal {
  if (typeof token !== "string" || token.length > 128 || !isCount(slots, MAX_SLOTS)) return "malformed";
  if (!Array.isArray(kinds) || kinds.length === 0 || kinds.length > MAX_KINDS || !kinds.every(isKind)) {
    return "malformed";
  }
  return { type: "hello", token, kinds, slots };
}

const failureKinds = ["timed_out", "out_of_memory", "failed", "masked", "infrastructure"] as const;

function readAnswer(body: Body): Answer | Refusal {
  const { id, ok, kind, reason } = body;
  if (!isCount(id, Number.MAX_SAFE_INTEGER)) return "malformed";
  if (ok === true) return "value" in body ? { type: "answer", id, ok, value: body.value } : "malformed";
  const known = failureKinds.find((name) => name === kind);
  if (ok !== false || known === undefined || typeof reason !== "string") return "malformed";
  return { type: "answer", id, ok, kind: known, reason: reason.slice(0, MAX_REASON) };
}

function readJob(body: Body): Given | Refusal {
  const { id, kind, deadlineMs, input } = body;
  if (!isCount(id, Number.MAX_SAFE_INTEGER) || !isKind(kind) || !isCount(deadlineMs, 86_400_000)) return "malformed";
  return "input" in body ? { type: "job", id, kind, deadlineMs, input } : "malformed";
}

/** A job as frames; the input as the caller gave it. */
export function jobFrames(id: number, kind: string, deadlineMs: number, input: JsonValue): [string, string, string] {
  return frames({ type: "job", id, kind, deadlineMs, input });
}
