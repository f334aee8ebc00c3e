import { setTimeout as delay } from "node:timers/promises";
import { OmniError, SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { removeRun } from "./docker-containers.js";
import { type DockerCheck, type DockerClient, imageReference, imageRemedy, statusOf } from "./docker-daemon.js";
import { startDockerSlot } from "./docker-slot.js";
import type { Submission } from "./sandbox.js";
import type { Slot, SlotWant } from "./slot.js";
import { Turns } from "./turns.js";

/** What all hosts of one sandbox have in common. */
export interface DockerFleet {
  /** Names this sandbox's containers; see `labelsOf`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly images: Readonly<Record<Submission["language"], string>>;
  readonly runtime?: string;
  readonly notice: (line: string) => void;
}

/** Containers that a daemon is asked to start at a time; more only makes each slower. */
const startsAtOnce = 4;
const pingMs = 5_000;
const probeMs = { first: 250, most: 5_000 };
const sayAfterMs = 3_000;
const sayEveryMs = 30_000;

/** One daemon: starts slots in it, notices when it is lost, and waits in the background until it is back. */
export class DockerHost {
  readonly name: string;
  readonly #client: DockerClient;
  readonly #weight: number;
  readonly #fleet: DockerFleet;
  readonly #imageIds = new Map<string, Promise<string>>();
  readonly #starts = new Turns(startsAtOnce);
  readonly #ending = new AbortController();
  /** Removals of containers that nobody waited for. */
  readonly #removals = new Set<Promise<void>>();
  #live = 0;
  #lost: { readonly sinceMs: number; readonly back: Promise<void>; readonly why: string } | undefined;

  /** @param found what the fleet's images were found to be; others are looked for when first needed */
  constructor(client: DockerClient, weight: number, fleet: DockerFleet, found: DockerCheck | undefined) {
    this.name = client.name;
    this.#client = client;
    this.#weight = weight;
    this.#fleet = fleet;
    const { imageId, nodeImageId } = found ?? {};
    if (imageId !== undefined) this.#imageIds.set(fleet.images.python, Promise.resolve(imageId));
    if (nodeImageId !== undefined) this.#imageIds.set(fleet.images.node, Promise.resolve(nodeImageId));
  }

  /** Containers that it holds, in proportion to what it is meant to hold. */
  get load(): number {
    return this.#live / this.#weight;
  }

  /** Since when (performance.now()) it does not answer, why, and when that is over; undefined while it answers. */
  get lost(): { readonly sinceMs: number; readonly back: Promise<void>; readonly why: string } | undefined {
    return this.#lost;
  }

  /** Rejects with SandboxError; when it is {@link lost} then, another host may do. */
  async start({ language, limits }: SlotWant, signal: AbortSignal): Promise<Slot> {
    await this.#starts.take(signal);
    this.#live += 1;
    try {
      const image = await withSignal(this.#imageId(this.#fleet.images[language]), signal);
      const { labels, runtime } = this.#fleet;
      const plan = { image, labels, limits, ...(runtime === undefined ? {} : { runtime }) };
      const slot = await startDockerSlot(this.#client.docker, plan, language, signal, this.#abandon);
      void slot.line.ended.then(() => {
        this.#live -= 1;
      });
      return slot;
    } catch (error) {
      this.#live -= 1;
      if (!signal.aborted && !(await this.#answers())) this.lose(OmniError.from(error).message);
      throw error;
    } finally {
      this.#starts.pass();
    }
  }

  readonly #abandon = (removal: Promise<void>) => {
    this.#removals.add(removal);
    void removal.then(() => this.#removals.delete(removal));
  };

  /** By its id, and once for all, so that a tag moved in mid-run changes nothing. */
  #imageId(image: string): Promise<string> {
    const known = this.#imageIds.get(image);
    if (known !== undefined) return known;
    const reference = imageReference(image);
    const found = this.#client.docker
      .getImage(reference)
      .inspect()
      .then(
        ({ Id }) => Id,
        (error: unknown) => {
          this.#imageIds.delete(image);
          if (statusOf(error) !== 404) throw new SandboxError(OmniError.from(error).message, { retryable: true });
          throw new SandboxError(`Docker at ${this.name} has no image ${reference}; ${imageRemedy(reference)}`, {
            code: "image_missing",
          });
        },
      );
    this.#imageIds.set(image, found);
    return found;
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#client.docker.listContainers({
        limit: 1,
        abortSignal: AbortSignal.any([AbortSignal.timeout(pingMs), this.#ending.signal]),
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Takes it as gone and asks again and again in the background, until it answers. */
  lose(why: string): void {
    if (this.#lost !== undefined || this.#ending.signal.aborted) return;
    const sinceMs = performance.now();
    this.#lost = { sinceMs, why, back: this.#untilBack(sinceMs, why).catch(() => undefined) };
  }

  async #untilBack(sinceMs: number, why: string): Promise<void> {
    let said = sinceMs + sayAfterMs - sayEveryMs;
    const { signal } = this.#ending;
    for (let pause = probeMs.first; ; pause = Math.min(pause * 2, probeMs.most)) {
      await delay(pause, undefined, { signal, ref: false });
      if (await this.#reconnects()) break;
      if (performance.now() - said < sayEveryMs) continue;
      said = performance.now();
      this.#fleet.notice(`sandbox: waiting for Docker at ${this.name}, ${seconds(sinceMs)} (${why})`);
    }
    this.#lost = undefined;
    this.#fleet.notice(`sandbox: Docker at ${this.name} answers again after ${seconds(sinceMs)}`);
  }

  async #reconnects(): Promise<boolean> {
    try {
      await withSignal(this.#client.connect(), this.#ending.signal);
    } catch {
      return false;
    }
    return this.#answers();
  }

  /** Removes what this sandbox left in it. A host that does not answer is left to the sweep of the next sandbox. */
  async close(): Promise<void> {
    this.#ending.abort();
    try {
      if (this.#lost === undefined) {
        const patience = AbortSignal.timeout(30_000);
        // What the daemon still makes is in no list yet.
        await withSignal(Promise.all(this.#removals), patience);
        await withSignal(removeRun(this.#client.docker, this.#fleet.labels["omni.run"] ?? ""), patience);
      }
    } catch (error) {
      const why = OmniError.from(error).message;
      this.#fleet.notice(`sandbox: cannot clean up in Docker at ${this.name} (${why}); later: omni sandbox prune`);
    } finally {
      await this.#client.close();
    }
  }
}

const seconds = (sinceMs: number) => `${Math.round((performance.now() - sinceMs) / 1000)} s`;
