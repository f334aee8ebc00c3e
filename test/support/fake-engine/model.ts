import { createHash } from "node:crypto";
import { v1 } from "../../../src/engine/methods.js";
import { toBytes } from "../../../src/engine/packed.js";

/** What a scripted policy says to one member of one prompt. */
export interface Completion {
  readonly text: string;
  readonly finishReason?: "stop" | "length";
}

/** A policy as a function; `prompt` is the rendered text. */
export type Policy = (prompt: {
  readonly text: string;
  readonly promptId: string;
  readonly member: number;
  readonly seed: number;
  readonly weightsVersion: number;
}) => Completion;

/** Tokens are UTF-16 code units; 0 ends a sequence. Log-probs depend on position alone, so that they are checkable. */
export function tokenize(text: string): Int32Array {
  return Int32Array.from(text, (char) => char.charCodeAt(0));
}

/** log-prob of the token at a position. */
export function logprobAt(position: number): number {
  return -0.125 * (1 + (position % 8));
}

/** Chat as `role: content` lines; text and tokens as they are. */
export function render(prompt: v1.Prompt.$Properties): string {
  if (prompt.chat != null) {
    return (prompt.chat.messages ?? []).map(({ role, content }) => `${role}: ${content}\n`).join("");
  }
  if (prompt.text != null) return prompt.text;
  const bytes = prompt.tokens ?? new Uint8Array();
  return String.fromCharCode(...new Int32Array(new Uint8Array(bytes).buffer));
}

/** A completion in wire form. */
export function rollout(
  promptId: string,
  member: number,
  promptText: string,
  completion: Completion,
  maxTokens: number,
  weightsVersion: number,
): v1.GeneratedRollout.$Properties {
  const all = tokenize(completion.text);
  const stops = (completion.finishReason ?? "stop") === "stop" && all.length < maxTokens;
  const tokens = stops ? Int32Array.of(...all, 0) : all.slice(0, maxTokens);
  const logprobs = Float32Array.from(tokens, (_, at) => logprobAt(at));
  return {
    promptId,
    member,
    promptTokens: toBytes(tokenize(promptText)),
    tokens: toBytes(tokens),
    logprobs: toBytes(logprobs),
    text: stops ? completion.text : completion.text.slice(0, maxTokens),
    finishReason: stops ? v1.FinishReason.FINISH_REASON_STOP : v1.FinishReason.FINISH_REASON_LENGTH,
    meanLogprob: logprobs.reduce((sum, value) => sum + value, 0) / Math.max(tokens.length, 1),
    meanEntropy: 0.5,
    weightsVersion,
  };
}

/** Weights of the fake are the history of what it was trained on and with which momentum: equal histories, equal hashes. */
export class FakeWeights {
  version = 0;
  hash: string;
  /** History since the optimizer began anew. */
  moments = "";

  constructor(base: string, seed: number) {
    this.hash = sha256(`${base}/${seed}`);
  }

  /** One optimizer step. */
  step(digest: Uint8Array, { skip, fresh }: { readonly skip: boolean; readonly fresh: boolean }): void {
    this.version += 1;
    if (fresh) this.moments = "";
    if (skip) return;
    this.moments = sha256(`${this.moments}/${Buffer.from(digest).toString("hex")}`);
    this.hash = sha256(`${this.hash}/${this.moments}`);
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
