import { EngineError, OmniError } from "../core/index.js";
import { followAddress } from "./address.js";
import { unary } from "./calls.js";
import { type Channel, openChannel, type TlsFiles } from "./channel.js";
import { DEADLINES, type Deadlines } from "./deadlines.js";
import type { Engine, EngineCapabilities } from "./engine.js";
import { grpcCheckpoints } from "./grpc-checkpoints.js";
import { grpcSampler } from "./grpc-sampler.js";
import { grpcTrainer } from "./grpc-trainer.js";
import { METHODS, type v1 } from "./methods.js";
import { backoffMs, pause, RETRY, type RetryPolicy } from "./retry.js";

/** The wire contract this package speaks. */
const PROTOCOL = "omni.engine.v1";

/** Whom to connect to, and as what. */
export interface ConnectOptions {
  /** `host:port`, `unix:/path`, or `file:/path` of a JSON `{"address": …}` that a server writes at start. */
  readonly address: string;
  /** Names the model on the server; every call carries it. */
  readonly modelId: string;
  /** Bearer token, sent with every call. */
  readonly token?: string;
  readonly tls?: TlsFiles;
  /** Roles that the engine must have; default sample and train. */
  readonly roles?: readonly string[];
  readonly signal?: AbortSignal;
  /** {@link LaunchedEngine.lost} of a launched server: its death then fails every pending call with `engine_lost`. */
  readonly lost?: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
  readonly retry?: RetryPolicy;
}

/**
 * Connects and checks protocol and roles. A dead address fails within `deadlines.connectMs` (10 s).
 * @throws EngineError `engine_unavailable`, `unauthenticated`, `protocol_mismatch`, `missing_role`; ConfigError for an
 * unreadable address or PEM file; CancelledError
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const { modelId, token, tls, lost, signal } = options;
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const end = Date.now() + deadlines.connectMs;
  const address = await followAddress(options.address, deadlines.connectMs, signal);
  const channel = openChannel({ address, token, tls, lost, deadlines, retry: options.retry ?? RETRY });
  try {
    const wire = await firstAnswer(channel, Math.max(end - Date.now(), 0), signal);
    const capabilities = checked(wire, address, options.roles ?? ["sample", "train"]);
    return {
      address,
      capabilities,
      sampler: grpcSampler(channel, modelId),
      trainer: grpcTrainer(channel, modelId),
      checkpoints: grpcCheckpoints(channel, modelId),
      close: async () => channel.close(),
    };
  } catch (error) {
    channel.close();
    throw error;
  }
}

/** Asks until the engine answers, refuses for good, or `timeoutMs` is over: it may still be starting. */
async function firstAnswer(channel: Channel, timeoutMs: number, signal: AbortSignal | undefined) {
  const end = Date.now() + timeoutMs;
  let earlier: OmniError | undefined;
  for (let tried = 1; ; tried++) {
    const left = Math.max(end - Date.now(), 1);
    const bounded = { ...channel.deadlines, capabilitiesMs: Math.min(channel.deadlines.capabilitiesMs, left) };
    const once: Channel = { ...channel, deadlines: bounded, retry: { ...channel.retry, maxAttempts: 1 } };
    try {
      return await unary(once, METHODS.getCapabilities, {}, signal);
    } catch (error) {
      const failure = OmniError.from(error);
      // What the last attempt had no time left to find out, an earlier one knew.
      if (failure.code === "deadline_exceeded") throw earlier ?? failure;
      if (!failure.retryable || Date.now() >= end) throw failure;
      earlier = failure;
      await pause(Math.min(backoffMs(tried, channel.retry), end - Date.now()), channel.site("", signal));
    }
  }
}

function checked(wire: v1.Capabilities, address: string, roles: readonly string[]): EngineCapabilities {
  if (wire.protocol !== PROTOCOL) {
    const message = `engine ${address} speaks "${wire.protocol}", we speak "${PROTOCOL}": install matching versions (omni setup)`;
    throw new EngineError(message, { code: "protocol_mismatch" });
  }
  const missing = roles.filter((role) => !wire.roles.includes(role));
  if (missing.length > 0) {
    const message = `engine ${address} (${wire.backend}) has no role ${missing.join(", ")}; name another under "engines"`;
    throw new EngineError(message, { code: "missing_role" });
  }
  return toCapabilities(wire);
}

function toCapabilities(wire: v1.Capabilities): EngineCapabilities {
  const { protocol, serverVersion, backend, device, threads, roles, features, builtinModels, maxRssBytes } = wire;
  const judge = wire.judgeUrl === "" ? {} : { judge: { baseUrl: wire.judgeUrl, token: wire.judgeToken } };
  return { protocol, serverVersion, backend, device, threads, roles, features, builtinModels, maxRssBytes, ...judge };
}
