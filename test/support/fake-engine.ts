import { Server, ServerCredentials } from "@grpc/grpc-js";
import { Desk, type FakeCall } from "./fake-engine/desk.js";
import type { Fault } from "./fake-engine/faults.js";
import type { Policy } from "./fake-engine/model.js";
import { registerServices } from "./fake-engine/register.js";
import { FakeServices } from "./fake-engine/services.js";

export type { FakeCall } from "./fake-engine/desk.js";
export type { Fault } from "./fake-engine/faults.js";
export type { Policy } from "./fake-engine/model.js";

/** How the fake behaves. */
export interface FakeEngineOptions {
  /** `127.0.0.1:0` (default) or `unix:/path`. */
  readonly listen?: string;
  /** Refuse calls without this bearer token. */
  readonly token?: string;
  /** Serve TLS with these PEMs; with `ca`, callers must show a certificate of its (mTLS). */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly ca?: Buffer };
  readonly protocol?: string;
  readonly roles?: readonly string[];
  /** Scripted completions; default a correct-looking answer that depends on the seed. */
  readonly policy?: Policy;
  /** Waits between two rollouts until it resolves; e.g. a gate that a test opens. */
  readonly betweenRollouts?: () => Promise<void>;
}

/** The one fake: an engine over real gRPC. */
export interface FakeEngine {
  readonly address: string;
  /** Every call that arrived, oldest first, failed ones too. */
  readonly calls: readonly FakeCall[];
  /** Ids of datums trained on, in order. */
  readonly trained: readonly string[];
  /** The next `times` calls of this method (`Trainer.OptimStep`) fail so. */
  fail(method: string, fault: Fault, times?: number): void;
  /** Resolves with the n-th call (from 1) of a method once it has arrived. */
  arrived(method: string, n?: number): Promise<FakeCall>;
  /** Drops every connection at once, as a killed server does. */
  kill(): void;
  close(): Promise<void>;
}

const answer: Policy = ({ seed }) => ({ text: `<think>so</think><answer>${seed % 7}</answer>` });

/** Starts a fake engine; state lives in it alone. */
export async function startFakeEngine(options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const services = new FakeServices(
    options.policy ?? answer,
    options.protocol ?? "omni.engine.v1",
    options.roles ?? ["sample", "train"],
  );
  const desk = new Desk(options.token);
  const server = new Server({ "grpc.max_receive_message_length": 64 * 1024 * 1024 });
  registerServices(server, desk, services, options.betweenRollouts);
  const listen = options.listen ?? "127.0.0.1:0";
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listen, credentials(options.tls), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    address: listen.startsWith("unix:") ? listen : `127.0.0.1:${port}`,
    calls: desk.calls,
    trained: services.trained,
    fail: (method, fault, times = 1) => desk.faults.add(method, fault, times),
    arrived: (method, n = 1) => desk.arrived(method, n),
    kill: () => server.forceShutdown(),
    close: async () => server.forceShutdown(),
  };
}

function credentials(tls: FakeEngineOptions["tls"]): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: tls.cert, private_key: tls.key };
  return ServerCredentials.createSsl(tls.ca ?? null, [pair], tls.ca !== undefined);
}
