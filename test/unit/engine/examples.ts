import type { Datum, GenerateCall, LossConfig } from "../../../src/engine/index.js";

/** A policy-gradient datum of one prompt and three trained tokens. */
export function datum(datumId: string): Datum {
  return {
    datumId,
    tokens: Int32Array.of(72, 105, 65, 66, 0),
    mask: Uint8Array.of(0, 0, 1, 1, 1),
    oldLogprobs: Float32Array.of(-0.1, -0.2, -0.3),
    advantages: Float32Array.of(1.5),
    weight: 0.25,
    prefixGroup: "g",
  };
}

export const loss: LossConfig = {
  kind: "policy_gradient",
  clipLow: 0.2,
  clipHigh: 0.2,
  klCoefficient: 0,
  level: "token",
  aggregation: "sequence_mean",
  temperature: 1,
};

export const settings = {
  adam: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 },
  gradClip: 1,
  divisor: 2,
};

/** A generate call of these prompts, `n` members each. */
export function generateCall(promptIds: readonly string[], n: number): GenerateCall {
  return {
    prompts: promptIds.map((promptId) => ({
      promptId,
      content: { kind: "chat", messages: [{ role: "user", content: `1+${promptId}=` }] },
      seeds: Array.from({ length: n }, (_, member) => member + 1),
    })),
    sampling: { n, temperature: 1, topP: 1, topK: 0, maxTokens: 24 },
  };
}

/** All that an async iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
