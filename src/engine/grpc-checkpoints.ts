import { EngineError } from "../core/index.js";
import { unary } from "./calls.js";
import type { Channel } from "./channel.js";
import type { CheckpointInfo, Checkpoints } from "./engine.js";
import { METHODS, type v1 } from "./methods.js";
import { toModelInfo } from "./model-info.js";

/** The {@link Checkpoints} of one model behind a channel. Every call may be repeated: names are replaced whole. */
export function grpcCheckpoints(channel: Channel, modelId: string): Checkpoints {
  return {
    save: async (name, options) => {
      const request = { modelId, name, optimizer: options?.optimizer ?? true };
      return toCheckpointInfo(await unary(channel, METHODS.save, request, options?.signal));
    },
    load: async (name, options) => toModelInfo(await unary(channel, METHODS.load, { modelId, name }, options?.signal)),
    list: async (prefix, options) => {
      const { checkpoints } = await unary(channel, METHODS.list, { prefix }, options?.signal);
      return checkpoints.map(toCheckpointInfo);
    },
    delete: async (name, options) => {
      try {
        await unary(channel, METHODS.delete, { name }, options?.signal);
      } catch (error) {
        if (!(error instanceof EngineError && error.code === "not_found")) throw error;
      }
    },
    export: async (name, options) => {
      const request = { modelId, name, format: "safetensors" };
      const { folder, files, bytes } = await unary(channel, METHODS.export, request, options?.signal);
      return { folder, files, bytes };
    },
  };
}

/** A saved state as it is on the wire. */
export function toCheckpointInfo(wire: v1.CheckpointInfo.$Properties): CheckpointInfo {
  return {
    name: wire.name ?? "",
    weightsVersion: wire.weightsVersion ?? 0,
    weightsHash: wire.weightsHash ?? "",
    bytes: wire.bytes ?? 0,
    optimizer: wire.optimizer ?? false,
    base: wire.base ?? "",
  };
}
