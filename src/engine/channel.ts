import { readFileSync } from "node:fs";
import { type ChannelCredentials, type ChannelOptions, Client, credentials, Metadata } from "@grpc/grpc-js";
import { ConfigError } from "../core/index.js";
import { parseAddress } from "./address.js";
import type { Deadlines } from "./deadlines.js";
import type { CallSite } from "./errors.js";
import type { RetryPolicy } from "./retry.js";

/** The contract's bound on one message, both ways; bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** PEM files; `ca` alone is TLS, with `cert` and `key` it is mutual TLS, `{}` trusts the system's authorities. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a connection is made of. */
export interface ChannelSettings {
  /** `host:port` or `unix:/path`. */
  readonly address: string;
  readonly token?: string | undefined;
  readonly tls?: TlsFiles | undefined;
  readonly deadlines: Deadlines;
  readonly retry: RetryPolicy;
  readonly lost?: AbortSignal | undefined;
}

/** An open connection; it alone knows credentials, limits and keepalive. */
export interface Channel {
  readonly client: Client;
  readonly deadlines: Deadlines;
  readonly retry: RetryPolicy;
  /** Metadata of every call. */
  readonly metadata: Metadata;
  /** Names a call on this channel for errors and retries. */
  site(method: string, signal: AbortSignal | undefined): CallSite;
  close(): void;
}

/**
 * Opens a connection; nothing is sent before the first call.
 * @throws ConfigError for an unreadable address or PEM file
 */
export function openChannel(settings: ChannelSettings): Channel {
  const target = parseAddress(settings.address);
  if (settings.token !== undefined && settings.tls === undefined && !target.local) {
    const message = `engine ${settings.address}: a token would travel in clear text; set "tls" beside it ({} trusts the system)`;
    throw new ConfigError(message, { code: "token_without_tls" });
  }
  const client = new Client(target.name, channelCredentials(settings.tls), channelOptions(target.local));
  const metadata = new Metadata();
  if (settings.token !== undefined) metadata.set("authorization", `Bearer ${settings.token}`);
  const { address, deadlines, retry, lost } = settings;
  const hasToken = settings.token !== undefined;
  return {
    client,
    deadlines,
    retry,
    metadata,
    site: (method, signal) => ({ address, method, hasToken, signal, lost }),
    close: () => client.close(),
  };
}

function channelOptions(local: boolean): ChannelOptions {
  return {
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    // Retries are ours to count (retry.ts), and a channel of ours shares no connection with another.
    "grpc.enable_retries": 0,
    "grpc.use_local_subchannel_pool": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2_000,
    ...(local
      ? { "grpc.enable_http_proxy": 0 }
      : { "grpc.keepalive_time_ms": 30_000, "grpc.keepalive_timeout_ms": 20_000 }),
  };
}

function channelCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new ConfigError("engine tls: cert and key belong together; give both or neither", { code: "bad_tls" });
  }
  try {
    return credentials.createSsl(readPem(tls.ca), readPem(tls.key), readPem(tls.cert));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`engine tls: ${why}; give PEM files that this user can read`, { code: "bad_tls", cause });
  }
}

function readPem(path: string | undefined): Buffer | null {
  return path === undefined ? null : readFileSync(path);
}
