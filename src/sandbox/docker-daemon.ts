import Docker from "dockerode";
import { CancelledError, SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { ownerGone, thisOwner } from "./owner-process.js";

/** Where the Docker daemon is; nothing = DOCKER_HOST, else the usual socket. */
export interface DockerAddress {
  readonly socketPath?: string;
}

/** What `omni doctor` shows of Docker. */
export interface DockerCheck {
  /** Whether a daemon answers and the image is there. */
  readonly ok: boolean;
  /** One line: what is there, or what is missing and how to get it. */
  readonly detail: string;
  readonly serverVersion?: string;
  readonly imageId?: string;
}

/** The image that `image: python` names. */
export const pythonImage = "omni-thinker/sandbox-python:1";

/** A short name of ours, or any image reference. */
export function imageReference(image: string): string {
  return image === "python" ? pythonImage : image;
}

export function openDocker(address: DockerAddress = {}): Docker {
  return new Docker(address.socketPath === undefined ? {} : { socketPath: address.socketPath });
}

/** HTTP status of a daemon's refusal; undefined for anything else. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** Whether a Docker daemon answers and has the image. Never throws but for `signal`. */
export async function checkDocker(
  options: { readonly image?: string; readonly docker?: DockerAddress; readonly signal?: AbortSignal } = {},
): Promise<DockerCheck> {
  const image = imageReference(options.image ?? "python");
  const docker = openDocker(options.docker);
  let serverVersion: string;
  try {
    serverVersion = (await withSignal(docker.version(), options.signal ?? AbortSignal.timeout(10_000))).Version;
  } catch (error) {
    if (options.signal?.aborted) throw new CancelledError("cancelled", { cause: error });
    return { ok: false, detail: "no Docker daemon answers; start dockerd, or set DOCKER_HOST" };
  }
  try {
    const { Id } = await withSignal(docker.getImage(image).inspect(), options.signal ?? AbortSignal.timeout(10_000));
    return { ok: true, detail: `Docker ${serverVersion}, image ${image} ${shortId(Id)}`, serverVersion, imageId: Id };
  } catch (error) {
    if (options.signal?.aborted) throw new CancelledError("cancelled", { cause: error });
    const missing = statusOf(error) === 404;
    const detail = missing
      ? `Docker ${serverVersion} has no image ${image}; make it with scripts/docker-test-image.sh, or docker pull/tag one with python3`
      : `Docker ${serverVersion} cannot show image ${image}: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, detail, serverVersion };
  }
}

export function shortId(imageId: string): string {
  return imageId.replace(/^(sha256:.{12}).*/, "$1");
}

/** Labels of every container of one sandbox. */
export function labelsOf(run: string): Readonly<Record<string, string>> {
  return { "omni.sandbox": "1", "omni.run": run, "omni.owner": thisOwner() };
}

/** Removes containers of sandboxes on this host whose process is dead; returns how many. */
export async function sweepOrphans(docker: Docker): Promise<number> {
  return removeAll(docker, ["omni.sandbox=1"], (labels) => ownerGone(labels["omni.owner"] ?? ""));
}

/** Removes every container of one sandbox and waits until the daemon shows none. */
export async function removeRun(docker: Docker, run: string): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if ((await removeAll(docker, [`omni.run=${run}`], () => true)) === 0) return;
  }
  throw new SandboxError(`containers labelled omni.run=${run} resist removal; look at docker ps -a`);
}

async function removeAll(
  docker: Docker,
  label: readonly string[],
  wanted: (labels: Readonly<Record<string, string>>) => boolean,
): Promise<number> {
  const all = await docker.listContainers({ all: true, filters: { label: [...label] } });
  const found = all.filter((info) => wanted(info.Labels));
  await Promise.all(
    found.map(async ({ Id }) => {
      try {
        await docker.getContainer(Id).remove({ force: true, v: true });
      } catch (error) {
        // 404: gone by itself; 409: the daemon is removing it, so wait for that.
        if (statusOf(error) !== 409) return;
        await docker
          .getContainer(Id)
          .wait({ condition: "removed" })
          .catch(() => undefined);
      }
    }),
  );
  return found.length;
}
