import { ConfigError, throwIfAborted } from "../core/index.js";
import { checkDocker, type DockerAddress } from "./docker-daemon.js";
import { openDockerSandbox } from "./docker-sandbox.js";
import { openEmbeddedSandbox } from "./embedded-sandbox.js";
import { limitsProblem, resolveLimits } from "./limits.js";
import type { Sandbox, SandboxLimits } from "./sandbox.js";

/** The `sandbox:` section of a config, resolved. */
export interface OpenSandboxOptions {
  readonly kind: "auto" | "docker" | "embedded";
  readonly concurrency: number;
  readonly image?: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly docker?: DockerAddress;
  /** Told once, in one line, when `auto` cannot take Docker. */
  readonly notice?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a sandbox. `auto` takes Docker where a daemon answers and has the image, else the embedded one, and says why.
 * Throws ConfigError for limits out of range, PrerequisiteError when `docker` is asked for and missing.
 */
export async function openSandbox(options: OpenSandboxOptions): Promise<Sandbox> {
  throwIfAborted(options.signal);
  const problem = limitsProblem(resolveLimits(options.limits));
  if (problem !== undefined) throw new ConfigError(`sandbox: ${problem}`);
  if (!Number.isInteger(options.concurrency) || options.concurrency < 1) {
    throw new ConfigError(`sandbox: concurrency is ${options.concurrency}; give a whole number from 1`);
  }
  if (options.kind === "embedded") return openEmbeddedSandbox(options);
  if (options.kind === "docker") return openDockerSandbox(options);
  const check = await checkDocker(options);
  if (check.ok) return openDockerSandbox(options);
  options.notice?.(`sandbox: embedded, not for untrusted code (${check.detail})`);
  return openEmbeddedSandbox(options);
}
