import Docker from "dockerode";
import { CancelledError, OmniError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { type DockerHostOptions, parseDockerAddress } from "./docker-address.js";
import { DockerTunnel } from "./docker-tunnel.js";
import type { Submission } from "./sandbox.js";

/** What `omni doctor` shows of Docker. */
export interface DockerCheck {
  /** Whether a daemon answers and the image is there. */
  readonly ok: boolean;
  /** One line: what is there, or what is missing and how to get it. */
  readonly detail: string;
  readonly serverVersion?: string;
  readonly imageId?: string;
  /** Of the image for Node, where it was asked for and is there. */
  readonly nodeImageId?: string;
}

/** The images that a config names in short, made by `omni sandbox build`. */
export const sandboxImages = ["python", "python-science", "node"] as const;
/** The image that `image: python` names. */
export const pythonImage = "omni-thinker/sandbox-python:1";
/** Image of each language where the config names none. */
export const usualImages: Readonly<Record<Submission["language"], string>> = { python: "python", node: "node" };

/** A short name of ours, or any image reference. */
export function imageReference(image: string): string {
  return sandboxImages.some((name) => name === image) ? `omni-thinker/sandbox-${image}:1` : image;
}

/** A client of one daemon. */
export interface DockerClient {
  readonly docker: Docker;
  /** The address, for people. */
  readonly name: string;
  /** Opens the way to it where there is one to open (ssh). Rejects with SandboxError. */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** Throws ConfigError for an address that is none. Opens nothing yet. */
export function dockerClient(host: DockerHostOptions = {}): DockerClient {
  const address = parseDockerAddress(host);
  const nothing = async () => {};
  switch (address.kind) {
    case "unix": {
      const docker = new Docker({ socketPath: address.path });
      return { docker, name: `unix://${address.path}`, connect: nothing, close: nothing };
    }
    case "tcp": {
      const { host: name, port, tls } = address;
      const docker = new Docker({ host: name, port, protocol: tls === undefined ? "http" : "https", ...tls });
      return { docker, name: `tcp://${name}:${port}`, connect: nothing, close: nothing };
    }
    case "ssh": {
      const tunnel = new DockerTunnel(address);
      const docker = new Docker({ socketPath: tunnel.socketPath });
      const { target, port } = address;
      const name = `ssh://${target}${port === undefined ? "" : `:${port}`}`;
      return { docker, name, connect: () => tunnel.open(), close: () => tunnel.close() };
    }
  }
}

/** HTTP status of a daemon's refusal; undefined for anything else. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** What a sandbox asks of a daemon. */
export interface DockerNeeds {
  readonly image?: string;
  /** The image for Node; a daemon without it is fit all the same. */
  readonly nodeImage?: string;
  /** A runtime that the daemon must know, such as `runsc`. */
  readonly runtime?: string;
  /** Whether the daemon must map container users to others of the host (`userns-remap`). */
  readonly usernsRemap?: boolean;
  readonly signal?: AbortSignal;
}

const answerMs = 10_000;

/** Whether a daemon answers and has the image, the runtime and the mapping. Never throws but for `signal`. */
export async function checkDaemon(client: DockerClient, needs: DockerNeeds = {}): Promise<DockerCheck> {
  const image = imageReference(needs.image ?? "python");
  const bounded = () => needs.signal ?? AbortSignal.timeout(answerMs);
  const failed = (error: unknown, detail: string): DockerCheck => {
    if (needs.signal?.aborted) throw new CancelledError("cancelled", { cause: error });
    return { ok: false, detail };
  };
  let info: DaemonInfo;
  try {
    await withSignal(client.connect(), bounded());
    info = (await withSignal(client.docker.info(), bounded())) as DaemonInfo;
  } catch (error) {
    const why = OmniError.from(error).code === "docker_unreachable" ? ` (${OmniError.from(error).message})` : "";
    return failed(error, `no Docker daemon answers at ${client.name}${why}; start dockerd, or set DOCKER_HOST`);
  }
  const serverVersion = info.ServerVersion;
  const lack = lacking(info, needs);
  if (lack !== undefined)
    return { ok: false, detail: `Docker ${serverVersion} at ${client.name} ${lack}`, serverVersion };
  try {
    const { Id } = await withSignal(client.docker.getImage(image).inspect(), bounded());
    const found = { detail: `Docker ${serverVersion}, image ${image} ${shortId(Id)}`, serverVersion, imageId: Id };
    const nodeImageId = await idIfThere(client, needs.nodeImage, bounded());
    return { ok: true, ...found, ...(nodeImageId === undefined ? {} : { nodeImageId }) };
  } catch (error) {
    const detail =
      statusOf(error) === 404
        ? `Docker ${serverVersion} has no image ${image}; ${imageRemedy(image)}`
        : `Docker ${serverVersion} cannot show image ${image}: ${error instanceof Error ? error.message : String(error)}`;
    return { ...failed(error, detail), serverVersion };
  }
}

async function idIfThere(client: DockerClient, image: string | undefined, signal: AbortSignal) {
  if (image === undefined) return undefined;
  const inspecting = client.docker.getImage(imageReference(image)).inspect();
  return withSignal(inspecting, signal).then(
    ({ Id }) => Id,
    (error: unknown) => {
      if (statusOf(error) !== 404) throw error;
      return undefined;
    },
  );
}

/** How to get an image that is not there. */
export function imageRemedy(image: string): string {
  const ours = sandboxImages.find((name) => imageReference(name) === image);
  return ours === undefined
    ? "docker pull or tag one that holds python3"
    : `make it with: omni sandbox build ${ours} (or docker/images/build.sh ${ours})`;
}

interface DaemonInfo {
  readonly ServerVersion: string;
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly SecurityOptions?: readonly string[];
}

function lacking(info: DaemonInfo, { runtime, usernsRemap }: DockerNeeds): string | undefined {
  const runtimes = Object.keys(info.Runtimes ?? {});
  if (runtime !== undefined && !runtimes.includes(runtime)) {
    return `knows no runtime ${runtime}, only ${runtimes.join(", ")}; add it to "runtimes" in daemon.json`;
  }
  if (usernsRemap === true && !(info.SecurityOptions ?? []).some((option) => option.startsWith("name=userns"))) {
    return `does not remap users; set "userns-remap": "default" in daemon.json`;
  }
  return undefined;
}

/** Whether the daemon of one host answers and has the image; opens and closes its own connection. */
export async function checkDocker(
  options: DockerNeeds & { readonly host?: DockerHostOptions } = {},
): Promise<DockerCheck> {
  const client = dockerClient(options.host);
  try {
    return await checkDaemon(client, options);
  } finally {
    await client.close();
  }
}

export function shortId(imageId: string): string {
  return imageId.replace(/^(sha256:.{12}).*/, "$1");
}
