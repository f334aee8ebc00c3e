import { Metadata, type ServerErrorResponse, status } from "@grpc/grpc-js";

const statuses: Readonly<Record<string, status>> = {
  bad_request: status.INVALID_ARGUMENT,
  not_loaded: status.FAILED_PRECONDITION,
  not_found: status.NOT_FOUND,
  unauthenticated: status.UNAUTHENTICATED,
  sequence_gap: status.FAILED_PRECONDITION,
  digest_mismatch: status.FAILED_PRECONDITION,
  session_lost: status.FAILED_PRECONDITION,
  version_mismatch: status.FAILED_PRECONDITION,
};

/** An answer of the fake that is an error: gRPC status, `omni-code` and message, as the contract has it. */
export class Refusal extends Error {
  constructor(
    readonly omniCode: string,
    message: string,
  ) {
    super(message);
  }
}

/** Any error as grpc-js sends it. */
export function toStatus(error: unknown): Partial<ServerErrorResponse> {
  if (isStatus(error)) return error;
  if (!(error instanceof Refusal)) return { code: status.INTERNAL, details: String(error) };
  const metadata = new Metadata();
  metadata.set("omni-code", error.omniCode);
  return { code: statuses[error.omniCode] ?? status.INTERNAL, details: error.message, metadata };
}

function isStatus(error: unknown): error is Partial<ServerErrorResponse> {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "number";
}
