import { SandboxError } from "../core/index.js";
import { linkSignals, withSignal } from "./abort.js";
import type { DockerHost } from "./docker-host.js";
import type { Slot, SlotWant } from "./slot.js";

/** How long submissions wait for a daemon that was lost before they become infrastructure errors, ms. */
export const defaultPatienceMs = 300_000;

/** Several daemons as one: each slot starts where there is most room, and elsewhere when that host is lost. */
export class DockerHosts {
  readonly #hosts: readonly DockerHost[];
  readonly #patienceMs: number;

  constructor(hosts: readonly DockerHost[], patienceMs: number) {
    this.#hosts = hosts;
    this.#patienceMs = patienceMs;
  }

  /** Rejects with SandboxError: `docker_lost` when no host has answered for as long as we are patient. */
  async start(want: SlotWant, signal: AbortSignal): Promise<Slot> {
    for (;;) {
      const host = this.#roomiest();
      if (host === undefined) {
        await this.#anyBack(signal);
        continue;
      }
      try {
        return await host.start(want, signal);
      } catch (error) {
        if (signal.aborted || host.lost === undefined) throw error;
      }
    }
  }

  #roomiest(): DockerHost | undefined {
    return this.#hosts.filter((host) => host.lost === undefined).sort((a, b) => a.load - b.load)[0];
  }

  async #anyBack(signal: AbortSignal): Promise<void> {
    const lost = this.#hosts.flatMap((host) => (host.lost === undefined ? [] : [host.lost]));
    if (lost.length < this.#hosts.length) return;
    const last = Math.max(...lost.map((each) => each.sinceMs));
    const left = last + this.#patienceMs - performance.now();
    const tooLong = AbortSignal.timeout(Math.max(0, Math.ceil(left)));
    const { signal: either, unlink } = linkSignals(signal, tooLong);
    try {
      await withSignal(Promise.race(lost.map((each) => each.back)), either);
    } catch (error) {
      if (signal.aborted) throw error;
      const names = this.#hosts.map((host) => host.name).join(", ");
      throw new SandboxError(`no Docker daemon answers at ${names} (${lost[0]?.why}); start dockerd`, {
        code: "docker_lost",
        cause: error,
      });
    } finally {
      unlink();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()));
  }
}
