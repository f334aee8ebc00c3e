import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ConfigError, EngineError, throwIfAborted } from "../core/index.js";

/** Linux's bound on the path of a Unix socket (sun_path less its end mark), bytes. */
export const MAX_SOCKET_PATH = 107;

/** Where to connect, in gRPC's terms. */
export interface Target {
  /** What grpc-js takes: `unix:/path` or `host:port`. */
  readonly name: string;
  /** On this machine: no proxy, no keepalive; the kernel tells when the peer dies. */
  readonly local: boolean;
}

/**
 * Reads `host:port`, `[v6]:port` or `unix:/path`.
 * @throws ConfigError `bad_address` naming the accepted forms
 */
export function parseAddress(address: string): Target {
  if (address.startsWith("unix:")) {
    const path = address.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "") throw badAddress(address, "the path is empty");
    if (Buffer.byteLength(path) > MAX_SOCKET_PATH) {
      throw badAddress(address, `a socket's path holds at most ${MAX_SOCKET_PATH} bytes; use a shorter folder`);
    }
    return { name: `unix:${path}`, local: true };
  }
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address);
  const [, host = "", port = ""] = match ?? [];
  if (match === null || Number(port) < 1 || Number(port) > 65_535) {
    throw badAddress(address, "use host:port, unix:/path or file:/path");
  }
  return { name: address, local: isLoopback(host) };
}

/**
 * Whether an address can be one, before anybody is asked; a `file:` is not followed.
 * @throws ConfigError `bad_address` naming the accepted forms
 */
export function checkAddress(address: string): void {
  if (!address.startsWith("file:")) parseAddress(address);
}

/**
 * Follows `file:/path` to the address that a server wrote there at start (JSON `{"address": …}`), waiting for the file
 * until `timeoutMs`; any other address is returned as it is.
 * @throws EngineError `address_file` if the file does not come or holds no address; CancelledError
 */
export async function followAddress(address: string, timeoutMs: number, signal?: AbortSignal): Promise<string> {
  if (!address.startsWith("file:")) return address;
  const path = address.slice("file:".length).replace(/^\/\/(?=\/)/, "");
  const end = Date.now() + timeoutMs;
  for (;;) {
    throwIfAborted(signal);
    const found = await readAddressFile(path);
    if ("address" in found) return found.address;
    if (Date.now() >= end) {
      const remedy = "start the server with --address-file, or correct the address";
      throw new EngineError(`${path}: ${found.problem}; ${remedy}`, { code: "address_file" });
    }
    await delay(50, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
}

async function readAddressFile(path: string): Promise<{ readonly address: string } | { readonly problem: string }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return { problem: `address file cannot be read (${error instanceof Error ? error.message : error})` };
  }
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === "object" && content !== null && "address" in content) {
      if (typeof content.address === "string" && !content.address.startsWith("file:"))
        return { address: content.address };
    }
  } catch {
    // Half-written or no JSON: reported below once time is up.
  }
  return { problem: 'address file holds no JSON {"address": "host:port"}' };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

function badAddress(address: string, why: string): ConfigError {
  return new ConfigError(`engine address "${address}": ${why}`, { code: "bad_address" });
}
