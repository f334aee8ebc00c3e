import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CancelledError, PrerequisiteError, SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { assetPath } from "./assets.js";
import type { DockerHostOptions } from "./docker-address.js";
import { listContainers, removeEverything, type SandboxContainer, sweepOrphans } from "./docker-containers.js";
import { type DockerClient, dockerClient, type sandboxImages } from "./docker-daemon.js";
import { thisOwner } from "./owner-process.js";

const answerMs = 15_000;

/** Sandbox containers of one daemon. */
export interface HostContainers {
  readonly host: string;
  readonly containers: readonly SandboxContainer[];
}

/** The containers of every sandbox on these hosts. Throws PrerequisiteError when one does not answer. */
export function sandboxContainers(hosts: readonly DockerHostOptions[] = [{}]): Promise<readonly HostContainers[]> {
  return onEach(hosts, async ({ docker, name }) => ({ host: name, containers: await listContainers(docker) }));
}

/** Removes containers whose owner is dead, or with `all` every one; how many on each host. Throws PrerequisiteError. */
export function pruneContainers(
  hosts: readonly DockerHostOptions[] = [{}],
  { all = false } = {},
): Promise<readonly { readonly host: string; readonly removed: number }[]> {
  return onEach(hosts, async ({ docker, name }) => ({
    host: name,
    removed: await (all ? removeEverything(docker) : sweepOrphans(docker)),
  }));
}

/** How many containers of sandboxes this very process has on these hosts. Throws PrerequisiteError. */
export async function containersOfThisProcess(hosts: readonly DockerHostOptions[] = [{}]): Promise<number> {
  const found = await sandboxContainers(hosts);
  const owner = thisOwner();
  return found.flatMap(({ containers }) => containers).filter((container) => container.owner === owner).length;
}

function onEach<T>(hosts: readonly DockerHostOptions[], work: (client: DockerClient) => Promise<T>): Promise<T[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const client = dockerClient(host);
      try {
        return await withSignal(
          client.connect().then(() => work(client)),
          AbortSignal.timeout(answerMs),
        );
      } catch (cause) {
        throw new PrerequisiteError(`no Docker daemon answers at ${client.name}; start dockerd, or set DOCKER_HOST`, {
          code: "docker_missing",
          cause,
        });
      } finally {
        await client.close();
      }
    }),
  );
}

/** Which image is made, and from what. */
export interface ImageBuild {
  readonly name: (typeof sandboxImages)[number];
  /** A Debian or Python image; default: a Debian made by debootstrap. */
  readonly base?: string;
  readonly tag?: string;
  /** Make it anew although it is there. */
  readonly rebuild?: boolean;
  readonly signal?: AbortSignal;
  readonly onLine: (line: string) => void;
}

const missing = 3;

/**
 * Makes one of our images in the daemon that the `docker` command talks to; its name and id.
 * Throws PrerequisiteError when docker, debootstrap or root is missing, SandboxError when the build fails.
 */
export async function buildImage(options: ImageBuild): Promise<{ readonly image: string; readonly id: string }> {
  const env = { ...process.env };
  if (options.base !== undefined) env.OMNI_SANDBOX_BASE = options.base;
  if (options.tag !== undefined) env.OMNI_SANDBOX_TAG = options.tag;
  if (options.rebuild === true) env.OMNI_SANDBOX_REBUILD = "1";
  const child = spawn("sh", [assetPath("images/build.sh"), options.name], { env, stdio: ["ignore", "pipe", "pipe"] });
  const stop = () => child.kill();
  options.signal?.addEventListener("abort", stop, { once: true });
  let last = "";
  let told = "";
  createInterface(child.stdout).on("line", (line) => {
    last = line;
  });
  // The last line is held back: where the build fails it is the error, which is told once.
  createInterface(child.stderr).on("line", (line) => {
    if (line.trim() === "") return;
    if (told !== "") options.onLine(told);
    told = line;
  });
  const [code] = await once(child, "close");
  options.signal?.removeEventListener("abort", stop);
  if (options.signal?.aborted) throw new CancelledError("cancelled", { cause: options.signal.reason });
  if (code === missing)
    throw new PrerequisiteError(told.replace(/^sandbox image: /, ""), { code: "image_tools_missing" });
  if (code === 0 && told !== "") options.onLine(told);
  const [image, id] = last.split(" ");
  if (code !== 0 || image === undefined || id === undefined) {
    throw new SandboxError(`the image ${options.name} was not made: ${told}`, { code: "image_build_failed" });
  }
  return { image, id };
}
