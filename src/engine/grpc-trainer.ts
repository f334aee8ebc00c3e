import { unary } from "./calls.js";
import type { Channel } from "./channel.js";
import type { Trainer } from "./engine.js";
import { toCheckpointInfo } from "./grpc-checkpoints.js";
import { METHODS } from "./methods.js";
import { toModelInfo } from "./model-info.js";
import { grpcTrainStep } from "./train-step.js";

/** The {@link Trainer} of one model behind a channel. */
export function grpcTrainer(channel: Channel, modelId: string): Trainer {
  return {
    loadModel: async ({ base, seed, replace }, options) => {
      const request = { modelId, base, seed, replace: replace ?? false };
      return toModelInfo(await unary(channel, METHODS.loadModel, request, options?.signal));
    },
    merge: async ({ baseCheckpoint, checkpoints, weights, ...rest }, options) => {
      const lists = { checkpoints: [...checkpoints], weights: [...(weights ?? [])] };
      const request = { modelId, ...rest, ...lists, method: "ties", baseCheckpoint: baseCheckpoint ?? "" };
      const { info } = await unary(channel, METHODS.merge, request, options?.signal);
      return toCheckpointInfo(info ?? {});
    },
    step: (stepId) => grpcTrainStep(channel, modelId, stepId),
  };
}
