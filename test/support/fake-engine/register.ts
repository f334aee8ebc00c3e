import {
  type Server,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { v1 } from "../../../src/engine/methods.js";
import type { Desk } from "./desk.js";
import type { Fault } from "./faults.js";
import { toStatus } from "./refusal.js";
import type { FakeServices } from "./services.js";

interface RequestCodec<T> {
  decode(bytes: Uint8Array): T;
}
interface AnswerCodec<T> {
  encode(message: T): { finish(): Uint8Array };
}

const unavailable = { code: status.UNAVAILABLE, details: "injected fault" };

/** Puts every call of the contract on the server. */
export function registerServices(
  server: Server,
  desk: Desk,
  services: FakeServices,
  betweenRollouts: (() => Promise<void>) | undefined,
): void {
  const unary = <Q, A>(name: string, request: RequestCodec<Q>, answer: AnswerCodec<A>, work: (request: Q) => A) =>
    server.register<Q, A>(
      path(name),
      (call: ServerUnaryCall<Q, A>, reply: sendUnaryData<A>) =>
        respond(
          reply,
          () => desk.arrive(name, call.request, call),
          () => work(call.request),
        ),
      (message) => Buffer.from(answer.encode(message).finish()),
      (bytes) => request.decode(bytes),
      "unary",
    );
  unary("Engine.GetCapabilities", v1.GetCapabilitiesRequest, v1.Capabilities, () => services.capabilities());
  unary("Sampler.Score", v1.ScoreRequest, v1.ScoreResponse, (request) => services.score(request));
  unary("Sampler.SyncWeights", v1.SyncWeightsRequest, v1.SyncWeightsResponse, (q) => services.syncWeights(q));
  unary("Sampler.Tokenize", v1.TokenizeRequest, v1.TokenizeResponse, (request) => services.tokenize(request));
  unary("Trainer.LoadModel", v1.LoadModelRequest, v1.ModelInfo, (request) => services.loadModel(request));
  unary("Trainer.OptimStep", v1.OptimStepRequest, v1.OptimStepResponse, (request) => services.optimStep(request));
  unary("Trainer.DiscardGradients", v1.DiscardGradientsRequest, v1.DiscardGradientsResponse, (request) =>
    services.discardGradients(request),
  );
  unary("Trainer.GradientNorms", v1.GradientNormsRequest, v1.GradientNormsResponse, (q) => services.gradientNorms(q));
  unary("Trainer.Merge", v1.MergeRequest, v1.MergeResponse, (request) => services.merge(request));
  unary("Checkpoints.Save", v1.SaveRequest, v1.CheckpointInfo, (request) => services.save(request));
  unary("Checkpoints.Load", v1.LoadRequest, v1.ModelInfo, (request) => services.load(request));
  unary("Checkpoints.List", v1.ListRequest, v1.ListResponse, (request) => services.list(request));
  unary("Checkpoints.Delete", v1.DeleteRequest, v1.DeleteResponse, (request) => services.delete(request));
  unary("Checkpoints.Export", v1.ExportRequest, v1.ExportResponse, (request) => services.export(request));
  registerGenerate(server, desk, services, betweenRollouts);
  registerForwardBackward(server, desk, services);
}

function registerGenerate(
  server: Server,
  desk: Desk,
  services: FakeServices,
  betweenRollouts: (() => Promise<void>) | undefined,
): void {
  const name = "Sampler.Generate";
  type Call = ServerWritableStream<v1.GenerateRequest, v1.GeneratedRollout.$Properties>;
  server.register<v1.GenerateRequest, v1.GeneratedRollout.$Properties>(
    path(name),
    async (call: Call) => {
      try {
        const fault = desk.arrive(name, call.request, call);
        if (fault?.kind === "hang") return;
        if (fault?.kind === "unavailable") throw unavailable;
        if (fault?.kind === "status") throw fault.error;
        let sent = 0;
        for (const rollout of services.generate(call.request)) {
          if (sent > 0) await betweenRollouts?.();
          if (fault?.kind === "stall" && sent >= fault.after) return;
          if (fault?.kind === "cut" && sent >= fault.after) throw unavailable;
          if (fault?.kind === "short" && sent >= fault.after) break;
          if (call.cancelled) return;
          call.write(rollout);
          sent += 1;
        }
        if (fault?.kind === "answer_lost") throw unavailable;
        call.end();
      } catch (error) {
        call.emit("error", toStatus(error));
      }
    },
    (message) => Buffer.from(v1.GeneratedRollout.encode(message).finish()),
    (bytes) => v1.GenerateRequest.decode(bytes),
    "serverStream",
  );
}

function registerForwardBackward(server: Server, desk: Desk, services: FakeServices): void {
  const name = "Trainer.ForwardBackward";
  type Call = ServerReadableStream<v1.ForwardBackwardRequest, v1.ForwardBackwardResponse.$Properties>;
  server.register<v1.ForwardBackwardRequest, v1.ForwardBackwardResponse.$Properties>(
    path(name),
    (call: Call, reply: sendUnaryData<v1.ForwardBackwardResponse.$Properties>) => {
      let header: v1.ForwardBackwardHeader.$Properties = {};
      const datums: v1.Datum.$Properties[] = [];
      call.on("data", (message: v1.ForwardBackwardRequest) => {
        if (message.datum != null) datums.push(message.datum);
        if (message.header != null) header = message.header;
      });
      const arrive = () => desk.arrive(name, header, call);
      call.on("end", () => respond(reply, arrive, () => services.forwardBackward(header, datums)));
    },
    (message) => Buffer.from(v1.ForwardBackwardResponse.encode(message).finish()),
    (bytes) => v1.ForwardBackwardRequest.decode(bytes),
    "clientStream",
  );
}

/** Answers one call, fault and refusal included. */
function respond<A>(reply: sendUnaryData<A>, arrive: () => Fault | undefined, work: () => A): void {
  try {
    const fault = arrive();
    if (fault?.kind === "hang") return;
    if (fault?.kind === "unavailable") throw unavailable;
    if (fault?.kind === "status") throw fault.error;
    const answer = work();
    if (fault?.kind === "answer_lost") throw unavailable;
    reply(null, answer);
  } catch (error) {
    reply(toStatus(error));
  }
}

function path(name: string): string {
  return `/omni.engine.v1.${name.replace(".", "/")}`;
}
