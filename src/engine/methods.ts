import type { Deadlines } from "./deadlines.js";
import { omni } from "./gen/engine.js";

export import v1 = omni.engine.v1;

/** One call of the contract: where it lives, how its messages are written, how long it may take. */
export interface Method<Request, Response> {
  /** e.g. `Trainer.OptimStep`, as errors and tests name it. */
  readonly name: string;
  readonly path: string;
  readonly deadline: keyof Deadlines;
  readonly serialize: (request: Request) => Buffer;
  readonly deserialize: (bytes: Buffer) => Response;
}

interface Encoder<T> {
  encode(message: T): { finish(): Uint8Array };
}
interface Decoder<T> {
  decode(bytes: Uint8Array): T;
}

function method<Request, Response>(
  name: string,
  request: Encoder<Request>,
  response: Decoder<Response>,
  deadline: keyof Deadlines,
): Method<Request, Response> {
  return {
    name,
    path: `/omni.engine.v1.${name.replace(".", "/")}`,
    deadline,
    serialize: (message) => Buffer.from(request.encode(message).finish()),
    deserialize: (bytes) => response.decode(bytes),
  };
}

/** The calls that the control plane makes; streaming or not is the caller's to know. */
export const METHODS = {
  getCapabilities: method("Engine.GetCapabilities", v1.GetCapabilitiesRequest, v1.Capabilities, "capabilitiesMs"),
  generate: method("Sampler.Generate", v1.GenerateRequest, v1.GeneratedRollout, "generateMs"),
  score: method("Sampler.Score", v1.ScoreRequest, v1.ScoreResponse, "scoreMs"),
  syncWeights: method("Sampler.SyncWeights", v1.SyncWeightsRequest, v1.SyncWeightsResponse, "queryMs"),
  tokenize: method("Sampler.Tokenize", v1.TokenizeRequest, v1.TokenizeResponse, "queryMs"),
  loadModel: method("Trainer.LoadModel", v1.LoadModelRequest, v1.ModelInfo, "loadModelMs"),
  forwardBackward: method(
    "Trainer.ForwardBackward",
    v1.ForwardBackwardRequest,
    v1.ForwardBackwardResponse,
    "forwardBackwardMs",
  ),
  optimStep: method("Trainer.OptimStep", v1.OptimStepRequest, v1.OptimStepResponse, "optimStepMs"),
  discardGradients: method(
    "Trainer.DiscardGradients",
    v1.DiscardGradientsRequest,
    v1.DiscardGradientsResponse,
    "queryMs",
  ),
  gradientNorms: method("Trainer.GradientNorms", v1.GradientNormsRequest, v1.GradientNormsResponse, "queryMs"),
  merge: method("Trainer.Merge", v1.MergeRequest, v1.MergeResponse, "checkpointMs"),
  save: method("Checkpoints.Save", v1.SaveRequest, v1.CheckpointInfo, "checkpointMs"),
  load: method("Checkpoints.Load", v1.LoadRequest, v1.ModelInfo, "checkpointMs"),
  list: method("Checkpoints.List", v1.ListRequest, v1.ListResponse, "queryMs"),
  delete: method("Checkpoints.Delete", v1.DeleteRequest, v1.DeleteResponse, "queryMs"),
  export: method("Checkpoints.Export", v1.ExportRequest, v1.ExportResponse, "checkpointMs"),
} as const;
