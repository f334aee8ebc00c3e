import { type ServiceError, status } from "@grpc/grpc-js";
import { CancelledError, EngineError, OmniError } from "../core/index.js";

/** Where a call failed, for the message. */
export interface CallSite {
  readonly address: string;
  /** e.g. `Trainer.OptimStep`. */
  readonly method: string;
  readonly hasToken: boolean;
  /** The caller's signal: once it fired, any failure is a cancellation. */
  readonly signal?: AbortSignal | undefined;
  /** Fires with the EngineError to report when a launched engine has died. */
  readonly lost?: AbortSignal | undefined;
}

/** A gRPC status as grpc-js throws it. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && typeof error.code === "number" && "metadata" in error;
}

/** The server's machine code (`omni-code` trailer), where it sent one. */
function omniCode(error: ServiceError): string | undefined {
  const value = error.metadata?.get("omni-code")[0];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Whether the transport failed rather than the engine answered. After any of these the call may or may not have been
 * carried out: UNAVAILABLE can be a refused connection (it was not) or one lost after the work (it was). HTTP/2 resets
 * reach us as INTERNAL or CANCELLED without `omni-code`; an INTERNAL with one is the engine's own answer.
 */
export function isTransportFailure(error: ServiceError): boolean {
  if (error.code === status.UNAVAILABLE) return true;
  if (omniCode(error) !== undefined) return false;
  if (error.code === status.CANCELLED) return true;
  return error.code === status.INTERNAL && error.details.includes("RST_STREAM");
}

/** Turns whatever a call threw into an {@link EngineError} or {@link CancelledError}. */
export function toEngineError(error: unknown, site: CallSite): OmniError {
  if (site.lost?.aborted && site.lost.reason instanceof OmniError) return site.lost.reason;
  if (site.signal?.aborted) return new CancelledError(`${site.method} cancelled`, { cause: site.signal.reason });
  if (error instanceof OmniError) return error;
  if (!isServiceError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new EngineError(`${site.method} on ${site.address}: ${message}`, { cause: error });
  }
  const code = omniCode(error) ?? statusCode(error);
  const details = { address: site.address, method: site.method, status: status[error.code] };
  const retryable = isTransportFailure(error);
  return new EngineError(describe(error, code, site), { code, retryable, details, cause: error });
}

/** Machine code for statuses that came without one: made by the transport, a proxy, or another server. */
function statusCode(error: ServiceError): string {
  if (isTransportFailure(error)) return "engine_unavailable";
  switch (error.code) {
    case status.DEADLINE_EXCEEDED:
      return "deadline_exceeded";
    case status.UNAUTHENTICATED:
    case status.PERMISSION_DENIED:
      return "unauthenticated";
    case status.UNIMPLEMENTED:
      return "unimplemented";
    case status.RESOURCE_EXHAUSTED:
      return "resource_exhausted";
    default:
      return "engine_failed";
  }
}

function describe(error: ServiceError, code: string, site: CallSite): string {
  const said = error.details.replaceAll(/\s+/g, " ").trim();
  const at = `${site.method} on engine ${site.address}`;
  switch (code) {
    case "engine_unavailable":
      if (/certificate|\bTLS\b|\bSSL\b|self.signed/i.test(said)) {
        return `engine ${site.address} and we do not trust each other (${said}): check "tls" under "engines"`;
      }
      return `no engine answers at ${site.address} (${said}): start it, or correct "address" under "engines"`;
    case "deadline_exceeded":
      return `${at} did not answer in time: see the engine's log; it hangs or is overloaded`;
    case "unauthenticated": {
      const remedy = site.hasToken ? "the token is not the one it was started with" : 'it wants a token: set "token"';
      return `engine ${site.address} refused us (${said}): ${remedy} under "engines"`;
    }
    default:
      return `${at}: ${said}`;
  }
}
