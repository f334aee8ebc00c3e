import { ConfigError, PrerequisiteError, throwIfAborted } from "../core/index.js";
import { type DockerSandboxOptions, openDockerSandbox } from "./docker-sandbox.js";
import { openEmbeddedSandbox } from "./embedded-sandbox.js";
import { limitsProblem, resolveLimits } from "./limits.js";
import type { Sandbox } from "./sandbox.js";

/** The `sandbox:` section of a config, resolved. */
export interface OpenSandboxOptions extends DockerSandboxOptions {
  readonly kind: "auto" | "docker" | "embedded";
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
  try {
    return await openDockerSandbox(options);
  } catch (error) {
    if (!(error instanceof PrerequisiteError)) throw error;
    const why = error.message.replace(/^sandbox: /, "");
    options.notice?.(`sandbox: embedded, not for untrusted code (${why})`);
    return openEmbeddedSandbox(options);
  }
}
