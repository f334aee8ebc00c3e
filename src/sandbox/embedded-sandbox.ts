import { hostMeans } from "./embedded-child.js";
import { startEmbeddedSlot } from "./embedded-slot.js";
import { resolveLimits } from "./limits.js";
import { PooledSandbox } from "./pooled-sandbox.js";
import type { Sandbox, SandboxLimits } from "./sandbox.js";

/** How an embedded sandbox is opened. */
export interface EmbeddedSandboxOptions {
  /** Submissions at a time, and processes kept ready (about 170 MB each). */
  readonly concurrency: number;
  readonly limits?: Partial<SandboxLimits>;
}

/**
 * Opens the sandbox that needs nothing installed: Pyodide in a fresh child process a submission. For trying out, not for
 * untrusted code. `pids`, `diskMb` and `cpuS` have no meaning in it: there are no processes, and files live in its memory.
 */
export function openEmbeddedSandbox(options: EmbeddedSandboxOptions): Sandbox {
  const { networkNamespace } = hostMeans();
  return new PooledSandbox({
    description: {
      kind: "embedded",
      detail: `Pyodide in Node ${process.versions.node}${networkNamespace ? ", own network namespace" : ", no network namespace"}`,
      networkIsolated: networkNamespace,
      forUntrustedCode: false,
    },
    concurrency: options.concurrency,
    limits: resolveLimits(options.limits),
    languages: ["python"],
    startSlot: startEmbeddedSlot,
    apart: false,
    release: async () => {},
  });
}
