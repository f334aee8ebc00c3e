import { randomBytes } from "node:crypto";
import { OmniError, PrerequisiteError, SandboxError } from "../core/index.js";
import {
  checkDocker,
  type DockerAddress,
  imageReference,
  labelsOf,
  openDocker,
  removeRun,
  shortId,
  sweepOrphans,
} from "./docker-daemon.js";
import { startDockerSlot } from "./docker-slot.js";
import { resolveLimits } from "./limits.js";
import { PooledSandbox } from "./pooled-sandbox.js";
import type { Sandbox, SandboxLimits } from "./sandbox.js";

/** How a Docker sandbox is opened. */
export interface DockerSandboxOptions {
  /** `python`, or an image reference that is in the daemon and holds python3. Default `python`. */
  readonly image?: string;
  /** Submissions at a time, and containers kept ready. */
  readonly concurrency: number;
  readonly limits?: Partial<SandboxLimits>;
  readonly docker?: DockerAddress;
  readonly signal?: AbortSignal;
}

/**
 * Opens a sandbox of hardened containers, a fresh one a submission. It first removes containers of dead processes.
 * Throws PrerequisiteError when no daemon answers or the image is missing.
 */
export async function openDockerSandbox(options: DockerSandboxOptions): Promise<Sandbox> {
  const check = await checkDocker(options);
  if (!check.ok || check.imageId === undefined) {
    throw new PrerequisiteError(`sandbox: ${check.detail}`, { code: "docker_missing" });
  }
  // By its id, so that a tag moved in mid-run changes nothing.
  const image = check.imageId;
  const docker = openDocker(options.docker);
  const run = randomBytes(8).toString("hex");
  const labels = labelsOf(run);
  try {
    await sweepOrphans(docker);
  } catch (error) {
    throw new SandboxError(`sandbox: cannot list Docker's containers: ${OmniError.from(error).message}`, {
      cause: error,
    });
  }
  return new PooledSandbox({
    description: {
      kind: "docker",
      detail: `Docker ${check.serverVersion ?? ""}, ${imageReference(options.image ?? "python")} ${shortId(image)}`,
      networkIsolated: true,
      forUntrustedCode: true,
    },
    concurrency: options.concurrency,
    limits: resolveLimits(options.limits),
    languages: ["python", "node"],
    startSlot: ({ limits }, signal) => startDockerSlot(docker, { image, labels, limits }, signal),
    release: () => removeRun(docker, run),
  });
}
