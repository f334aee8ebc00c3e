import { randomBytes } from "node:crypto";
import { OmniError, PrerequisiteError, SandboxError } from "../core/index.js";
import type { DockerHostOptions } from "./docker-address.js";
import { labelsOf, sweepOrphans } from "./docker-containers.js";
import { checkDaemon, type DockerCheck, dockerClient, imageReference, usualImages } from "./docker-daemon.js";
import { type DockerFleet, DockerHost } from "./docker-host.js";
import { DockerHosts, defaultPatienceMs } from "./docker-hosts.js";
import { resolveLimits } from "./limits.js";
import { PooledSandbox } from "./pooled-sandbox.js";
import type { Sandbox, SandboxLimits } from "./sandbox.js";

/** How a Docker sandbox is opened. */
export interface DockerSandboxOptions {
  /** `python`, `python-science`, or an image reference that is in the daemon and holds python3. Default `python`. */
  readonly image?: string;
  /** The same for programs in JavaScript: it holds python3 and node. Looked for when first needed. Default `node`. */
  readonly nodeImage?: string;
  /** Submissions at a time, and containers kept ready. */
  readonly concurrency: number;
  readonly limits?: Partial<SandboxLimits>;
  /** Daemons that share the work. Default: the one that DOCKER_HOST names, or that of this machine. */
  readonly hosts?: readonly DockerHostOptions[];
  /** A runtime that the daemons know, such as `runsc`. */
  readonly runtime?: string;
  /** Refuses daemons that do not map the containers' users to others (`userns-remap`). */
  readonly usernsRemap?: boolean;
  /** How long a lost daemon is waited for, ms. Default 5 minutes. */
  readonly patienceMs?: number;
  /** Told in one line what is waited for. */
  readonly notice?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a sandbox of hardened containers, fresh ones a submission. It first removes containers of dead processes.
 * Throws PrerequisiteError when no daemon answers, or one that does lacks the image, the runtime or the mapping.
 */
export async function openDockerSandbox(options: DockerSandboxOptions): Promise<Sandbox> {
  const { hosts = [{}], notice = () => {}, runtime } = options;
  const labels = labelsOf(randomBytes(8).toString("hex"));
  const images = { python: options.image ?? usualImages.python, node: options.nodeImage ?? usualImages.node };
  const fleet: DockerFleet = { labels, images, notice, ...(runtime === undefined ? {} : { runtime }) };
  const clients = hosts.map((host) => ({ client: dockerClient(host), weight: host.weight ?? 1 }));
  try {
    const needs = { ...options, nodeImage: images.node };
    const checks = await Promise.all(clients.map(({ client }) => checkDaemon(client, needs)));
    refuseUnfit(checks);
    const fleetHosts = clients.map(({ client, weight }, index) => {
      const host = new DockerHost(client, weight, fleet, checks[index]);
      if (!checks[index]?.ok) host.lose(checks[index]?.detail ?? "");
      return host;
    });
    await Promise.all(clients.map(({ client }, index) => (checks[index]?.ok ? sweep(client.docker) : undefined)));
    const pool = new DockerHosts(fleetHosts, options.patienceMs ?? defaultPatienceMs);
    return new PooledSandbox({
      description: {
        kind: "docker",
        detail: describeHosts(checks, images.python, runtime),
        images: [...new Set(checks.flatMap(({ imageId = [], nodeImageId = [] }) => [imageId, nodeImageId].flat()))],
        networkIsolated: true,
        forUntrustedCode: true,
      },
      concurrency: options.concurrency,
      limits: resolveLimits(options.limits),
      languages: ["python", "node"],
      startSlot: (want, signal) => pool.start(want, signal),
      apart: true,
      release: () => pool.close(),
    });
  } catch (error) {
    await Promise.all(clients.map(({ client }) => client.close()));
    throw error;
  }
}

/** A daemon that answers must be fit; one that does not may come back, as long as another is there. */
function refuseUnfit(checks: readonly DockerCheck[]): void {
  const unfit = checks.find(({ ok, serverVersion }) => !ok && serverVersion !== undefined);
  const refused = unfit ?? (checks.some(({ ok }) => ok) ? undefined : checks[0]);
  if (refused !== undefined) throw new PrerequisiteError(`sandbox: ${refused.detail}`, { code: "docker_missing" });
}

async function sweep(docker: Parameters<typeof sweepOrphans>[0]): Promise<void> {
  try {
    await sweepOrphans(docker);
  } catch (cause) {
    throw new SandboxError(`sandbox: cannot list Docker's containers: ${OmniError.from(cause).message}`, { cause });
  }
}

function describeHosts(checks: readonly DockerCheck[], image: string, runtime: string | undefined): string {
  const versions = [...new Set(checks.flatMap(({ serverVersion }) => serverVersion ?? []))].join(", ");
  const ids = [...new Set(checks.flatMap(({ imageId }) => imageId ?? []))].join(", ");
  const hosts = checks.length > 1 ? ` on ${checks.length} hosts` : "";
  return `Docker ${versions}${hosts}, ${imageReference(image)} ${ids}${runtime === undefined ? "" : `, ${runtime}`}`;
}
