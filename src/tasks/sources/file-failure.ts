import { CancelledError, DataError, OmniError } from "../../core/index.js";

/** Turns what reading a file threw into a DataError that names the file and the remedy; our own errors pass unchanged. */
export function fileFailure(shown: string, cause: unknown): OmniError {
  if (cause instanceof OmniError) return cause;
  if (cause instanceof Error && cause.name === "AbortError") return new CancelledError("cancelled", { cause });
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") {
    return new DataError(`${shown}: no such file; check data.source (paths are relative to the config file)`, {
      code: "data_missing",
      cause,
    });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new DataError(`${shown}: may not be read; check its permissions`, { code: "data_unreadable", cause });
  }
  const message = cause instanceof Error ? cause.message : String(cause);
  return new DataError(`${shown}: cannot be read: ${message}`, { code: "data_unreadable", cause });
}
