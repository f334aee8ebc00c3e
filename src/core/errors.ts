/** Which boundary an error arose at. */
export type ErrorBoundary =
  | "config"
  | "data"
  | "engine"
  | "sandbox"
  | "verifier"
  | "judge"
  | "worker"
  | "store"
  | "prerequisite"
  | "cancelled"
  | "internal";

/** What an {@link OmniError} is made of. */
export interface OmniErrorOptions {
  /** Machine code in snake_case, stable across versions, e.g. `unknown_key`. */
  readonly code: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** Structured facts for `--json`; never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Root of every error that this project throws on purpose. Its message is one line that names the place and the remedy. */
export class OmniError extends Error {
  readonly boundary: ErrorBoundary;
  readonly code: string;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(boundary: ErrorBoundary, message: string, options: OmniErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.boundary = boundary;
    this.code = options.code;
    this.retryable = options.retryable ?? false;
    this.details = options.details ?? {};
  }

  /** The single normaliser: an {@link OmniError} stays, anything else becomes one of boundary `internal`. */
  static from(error: unknown): OmniError {
    if (error instanceof OmniError) return error;
    if (error instanceof Error && error.name === "AbortError") {
      return new CancelledError("cancelled", { cause: error });
    }
    const message = error instanceof Error ? error.message : String(error);
    return new OmniError("internal", message, { code: "internal", cause: error });
  }
}

type Given = Partial<OmniErrorOptions>;

/** The user's config, flags or environment are wrong; the message holds `file:line:column` where there is a file. */
export class ConfigError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("config", message, { code: "bad_config", ...options });
  }
}

/** A data set is missing, empty, malformed or mapped wrongly; the message holds `file:line`. */
export class DataError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("data", message, { code: "bad_data", ...options });
  }
}

/** The engine refused, failed or went away; `code` is the server's `omni-code` where it sent one. */
export class EngineError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("engine", message, { code: "engine_failed", ...options });
  }
}

/** The sandbox's infrastructure failed (never the program in it). */
export class SandboxError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("sandbox", message, { code: "sandbox_failed", ...options });
  }
}

/** A verifier could not decide (never: decided "wrong"). */
export class VerifierError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("verifier", message, { code: "verifier_failed", ...options });
  }
}

/** The judge endpoint failed or answered undecodably. */
export class JudgeError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("judge", message, { code: "judge_failed", ...options });
  }
}

/** The run folder, journal or database failed or is held by another process. */
export class StoreError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("store", message, { code: "store_failed", ...options });
  }
}

/** Something that must be installed or running is not (exit code 3). */
export class PrerequisiteError extends OmniError {
  constructor(message: string, options: Given = {}) {
    super("prerequisite", message, { code: "prerequisite_missing", ...options });
  }
}

/** The caller's AbortSignal fired. */
export class CancelledError extends OmniError {
  constructor(message = "cancelled", options: Given = {}) {
    super("cancelled", message, { code: "cancelled", ...options });
  }
}

/** Throws {@link CancelledError} if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError("cancelled", { cause: signal.reason });
}

/** The same error, class and stack kept, with another message or more details. */
export function restated(
  error: OmniError,
  changes: { readonly message?: string; readonly details?: Readonly<Record<string, unknown>> },
): OmniError {
  const copy: OmniError = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error));
  const details = { ...error.details, ...changes.details };
  return Object.defineProperties(copy, {
    message: { value: changes.message ?? error.message },
    details: { value: details, enumerable: true },
  });
}
