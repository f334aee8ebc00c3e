import type { ModelInfo } from "./engine.js";
import type { v1 } from "./methods.js";

/** A loaded model as the contract's plain data. */
export function toModelInfo(wire: v1.ModelInfo): ModelInfo {
  const { modelId, base, weightsVersion, weightsHash, parameters, contextLength, eosToken, sessionId } = wire;
  return { modelId, base, weightsVersion, weightsHash, parameters, contextLength, eosToken, sessionId };
}
