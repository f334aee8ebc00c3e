import { EngineError } from "../core/index.js";
import { clientStream, unary } from "./calls.js";
import type { Channel } from "./channel.js";
import { chunkDigest, optimDigest } from "./digest.js";
import type { Datum, ForwardBackwardMetrics, GradientNorms, LossConfig, TrainStep } from "./engine.js";
import { METHODS, v1 } from "./methods.js";
import { toBytes } from "./packed.js";

/**
 * One optimizer step under way. Calls are sent one after the other in the order they were made, each with the next
 * chunk number; a number is used up only by success. After a failure the server may or may not have summed that chunk,
 * so nothing but `discard` is sent any more.
 */
export function grpcTrainStep(channel: Channel, modelId: string, stepId: string): TrainStep {
  let digests: Uint8Array[] = [];
  let broken: unknown;
  let last: Promise<unknown> = Promise.resolve();

  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(async () => {
      if (broken !== undefined) throw brokenStep(stepId, broken);
      return work().catch((error: unknown) => {
        broken = error;
        throw error;
      });
    });
    last = result.catch(() => {});
    return result;
  };

  return {
    forwardBackward: (datums, loss, options) =>
      inOrder(async () => {
        const wireLossConfig = wireLoss(loss);
        const wireDatums = datums.map(wireDatum);
        const digest = chunkDigest(wireLossConfig, wireDatums);
        const header = {
          modelId,
          step: { stepId, chunkSeq: digests.length, digest },
          loss: wireLossConfig,
          datums: datums.length,
          bucket: options?.bucket ?? "",
          keepBucket: options?.keepBucket ?? false,
        };
        const messages = () => [{ header }, ...wireDatums.map((datum) => ({ datum }))];
        const metrics = await clientStream(channel, METHODS.forwardBackward, messages, options?.signal);
        digests = [...digests, digest];
        return toMetrics(metrics);
      }),

    gradientNorms: async (options) => {
      await last;
      return toNorms(await unary(channel, METHODS.gradientNorms, { modelId, stepId }, options?.signal));
    },

    optimStep: ({ adam, gradClip, divisor, freshOptimizer = false }, options) =>
      inOrder(async () => {
        const request = {
          modelId,
          step: { stepId, chunkSeq: digests.length, digest: optimDigest(digests, divisor) },
          adam: { ...adam },
          gradClip,
          divisor,
          chunkDigests: digests,
          skipUpdate: digests.length === 0,
          freshOptimizer,
        };
        const answer = await unary(channel, METHODS.optimStep, request, options?.signal);
        const { gradNorm, weightsVersion, updateNorm, seconds } = answer;
        return { gradNorm, weightsVersion, updateNorm, seconds };
      }),

    discard: async (options) => {
      await last;
      await unary(channel, METHODS.discardGradients, { modelId, stepId }, options?.signal);
      digests = [];
      broken = undefined;
    },
  };
}

function brokenStep(stepId: string, cause: unknown): EngineError {
  return new EngineError(
    `step ${stepId}: an earlier call of it failed; discard the step and send it again from its first chunk`,
    {
      code: "step_broken",
      cause,
    },
  );
}

function wireLoss(loss: LossConfig): v1.LossConfig.$Properties {
  return {
    kind: loss.kind === "cross_entropy" ? v1.LossKind.LOSS_KIND_CROSS_ENTROPY : v1.LossKind.LOSS_KIND_POLICY_GRADIENT,
    clipLow: loss.clipLow,
    clipHigh: loss.clipHigh,
    klCoefficient: loss.klCoefficient,
    level: loss.level === "sequence" ? v1.RatioLevel.RATIO_LEVEL_SEQUENCE : v1.RatioLevel.RATIO_LEVEL_TOKEN,
    aggregation:
      loss.aggregation === "token_sum"
        ? v1.Aggregation.AGGREGATION_TOKEN_SUM
        : v1.Aggregation.AGGREGATION_SEQUENCE_MEAN,
    temperature: loss.temperature,
  };
}

function wireDatum(datum: Datum): v1.Datum.$Properties {
  return {
    datumId: datum.datumId,
    tokens: toBytes(datum.tokens),
    mask: toBytes(datum.mask),
    oldLogprobs: toBytes(datum.oldLogprobs),
    advantages: toBytes(datum.advantages),
    weight: datum.weight,
    prefixGroup: datum.prefixGroup,
  };
}

function toNorms({ buckets, norms, cosines }: v1.GradientNormsResponse): GradientNorms {
  const row = (at: number) => cosines.slice(at * buckets.length, (at + 1) * buckets.length);
  return { buckets, norms, cosines: buckets.map((_, at) => row(at)) };
}

function toMetrics(wire: v1.ForwardBackwardResponse): ForwardBackwardMetrics {
  return {
    lossSum: wire.lossSum,
    weightSum: wire.weightSum,
    tokens: wire.tokens,
    forwardTokens: wire.forwardTokens,
    ratioMean: wire.ratioMean,
    ratioMax: wire.ratioMax,
    clipFractionLow: wire.clipFractionLow,
    clipFractionHigh: wire.clipFractionHigh,
    klMean: wire.klMean,
    entropyMean: wire.entropyMean,
    logprobDiffMean: wire.logprobDiffMean,
    logprobDiffMax: wire.logprobDiffMax,
    seconds: wire.seconds,
  };
}
