import { EngineError } from "../core/index.js";
import { serverStream, unary } from "./calls.js";
import type { Channel } from "./channel.js";
import type { CallOptions, GenerateCall, Generated, PromptContent, PromptRequest, Sampler } from "./engine.js";
import { toEngineError } from "./errors.js";
import { METHODS, v1 } from "./methods.js";
import { toBytes, toFloat32, toInt32 } from "./packed.js";
import { backoffMs, isOver, isRetryable, pause } from "./retry.js";

/** The {@link Sampler} of one model behind a channel. */
export function grpcSampler(channel: Channel, modelId: string): Sampler {
  return {
    generate: (call, options) => generate(channel, modelId, call, options),
    score: async (sequences, { temperature, weights, signal }) => {
      const wire = sequences.map(({ tokens, promptLength }) => ({ tokens: toBytes(tokens), promptLength }));
      const request = { modelId, sequences: wire, temperature, weights: wireWeights(weights) };
      const { scores } = await unary(channel, METHODS.score, request, signal);
      return scores.map((score) => ({
        logprobs: toFloat32(score.logprobs ?? empty),
        entropies: toFloat32(score.entropies ?? empty),
      }));
    },
    syncWeights: async (weightsVersion, options) => {
      await unary(channel, METHODS.syncWeights, { modelId, weightsVersion }, options?.signal);
    },
    tokenize: async (prompts, options) => {
      const wire = prompts.map((content, index) => ({ promptId: String(index), ...wireContent(content) }));
      const { tokens } = await unary(channel, METHODS.tokenize, { modelId, prompts: wire }, options?.signal);
      return tokens.map(toInt32);
    },
  };
}

const empty = new Uint8Array();

/**
 * Streams rollouts; after a transport failure it asks again for those not yet received. The request keeps every prompt,
 * because its whole content decides the batches and with them the bits of each result.
 */
async function* generate(
  channel: Channel,
  modelId: string,
  call: GenerateCall,
  options: CallOptions | undefined,
): AsyncGenerator<Generated> {
  const site = channel.site(METHODS.generate.name, options?.signal);
  const missing = new Map(call.prompts.map((prompt) => [prompt.promptId, wantedMembers(prompt, call.sampling.n)]));
  const isDone = () => [...missing.values()].every((members) => members.size === 0);
  for (let tried = 1; !isDone(); tried++) {
    try {
      const request = wireRequest(modelId, call, missing);
      const idleMs = channel.deadlines.generateIdleMs;
      for await (const wire of serverStream(channel, METHODS.generate, request, idleMs, options?.signal)) {
        if (missing.get(wire.promptId ?? "")?.delete(wire.member ?? 0) !== true) continue;
        tried = 0; // progress: the bound counts failures in a row
        yield toGenerated(wire);
      }
      if (isDone()) return;
      throw new EngineError(
        `${site.method} on engine ${site.address} ended before every rollout had come; see its log`,
        {
          code: "incomplete",
        },
      );
    } catch (error) {
      if (!isRetryable(error) || tried >= channel.retry.maxAttempts || isOver(site)) throw toEngineError(error, site);
      await pause(backoffMs(Math.max(tried, 1), channel.retry), site);
    }
  }
}

function wantedMembers({ wanted, seeds }: PromptRequest, n: number): Set<number> {
  if (wanted !== undefined) return new Set(wanted);
  return new Set(Array.from({ length: Math.max(n, seeds.length) }, (_, member) => member));
}

function wireRequest(
  modelId: string,
  { prompts, sampling, weights, expectedVersion }: GenerateCall,
  missing: ReadonlyMap<string, ReadonlySet<number>>,
): v1.GenerateRequest.$Properties {
  return {
    modelId,
    prompts: prompts.map((prompt) => ({
      promptId: prompt.promptId,
      ...wireContent(prompt.content),
      seeds: [...prompt.seeds],
      wanted: wireWanted(missing.get(prompt.promptId) ?? new Set(), sampling.n),
    })),
    sampling: { ...sampling, stop: [...(sampling.stop ?? [])] },
    weights: wireWeights(weights),
    expectedVersionPlusOne: expectedVersion === undefined ? 0 : expectedVersion + 1,
  };
}

/** An empty list means all on the wire; "none" cannot be said, so member 0 is asked for and dropped when it comes. */
function wireWanted(missing: ReadonlySet<number>, n: number): number[] {
  if (missing.size === n) return [];
  return missing.size === 0 ? [0] : [...missing].sort((a, b) => a - b);
}

function wireContent(content: PromptContent): Partial<Pick<v1.Prompt.$Properties, "chat" | "text" | "tokens">> {
  switch (content.kind) {
    case "chat":
      return { chat: { messages: content.messages.map(({ role, content: text }) => ({ role, content: text })) } };
    case "text":
      return { text: content.text };
    case "tokens":
      return { tokens: toBytes(content.tokens) };
  }
}

function wireWeights(weights: "policy" | "reference" | undefined): v1.Weights {
  return weights === "reference" ? v1.Weights.WEIGHTS_REFERENCE : v1.Weights.WEIGHTS_POLICY;
}

function toGenerated(wire: v1.GeneratedRollout): Generated {
  return {
    promptId: wire.promptId,
    member: wire.member,
    promptTokens: toInt32(wire.promptTokens),
    tokens: toInt32(wire.tokens),
    logprobs: toFloat32(wire.logprobs),
    text: wire.text,
    finishReason: wire.finishReason === v1.FinishReason.FINISH_REASON_LENGTH ? "length" : "stop",
    meanLogprob: wire.meanLogprob,
    meanEntropy: wire.meanEntropy,
    weightsVersion: wire.weightsVersion,
  };
}
