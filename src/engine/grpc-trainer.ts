import { unary } from "./calls.js";
import type { Channel } from "./channel.js";
import type { Trainer } from "./engine.js";
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
    step: (stepId) => grpcTrainStep(channel, modelId, stepId),
  };
}
