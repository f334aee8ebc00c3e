import { once } from "node:events";
import type Docker from "dockerode";
import { CancelledError, SandboxError } from "../core/index.js";
import { withSignal } from "./abort.js";
import { assetText } from "./assets.js";
import { statusOf } from "./docker-daemon.js";
import { type ContainerPlan, containerOptions } from "./docker-hardening.js";
import { frameReader } from "./frames.js";
import type { Plan } from "./plan.js";
import { emptyOutcome, RunRecorder } from "./run-recorder.js";
import type { SandboxLimits } from "./sandbox.js";
import type { Slot } from "./slot.js";
import type { RunOutcome } from "./verdict.js";

/** What the host grants beyond the deadline before it ends a container whose supervisor has not. */
const graceS = 3;
const startDeadlineMs = 60_000;

/** Creates and starts one hardened container; its supervisor then waits on stdin. Rejects with SandboxError (retryable). */
export async function startDockerSlot(docker: Docker, plan: ContainerPlan, signal: AbortSignal): Promise<Slot> {
  let container: Docker.Container | undefined;
  try {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(startDeadlineMs)]);
    container = await docker.createContainer(containerOptions(plan));
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    const exit = container.wait({ condition: "next-exit" });
    const slot = new DockerSlot(docker, container, stream, exit);
    await withSignal(container.start(), bounded);
    await withSignal(slot.ready, bounded);
    return slot;
  } catch (error) {
    await container?.remove({ force: true, v: true }).catch(() => undefined);
    if (signal.aborted) throw new CancelledError("cancelled", { cause: error });
    const message = error instanceof Error ? error.message : String(error);
    const missing = statusOf(error) === 404 && /no such image/i.test(message);
    throw new SandboxError(`Docker cannot start a sandbox from ${plan.image}: ${message.trim()}`, {
      code: missing ? "image_missing" : "container_start_failed",
      retryable: !missing,
      cause: error,
    });
  }
}

class DockerSlot implements Slot {
  readonly #docker: Docker;
  readonly #container: Docker.Container;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #exit: Promise<number | undefined>;
  readonly #startedAt = Math.floor(Date.now() / 1000) - 1;
  readonly ready: Promise<void>;
  #onFrame: (kind: string, payload: Buffer) => void = () => {};
  #ended = false;
  #startupErrors = "";

  constructor(
    docker: Docker,
    container: Docker.Container,
    stream: NodeJS.ReadWriteStream,
    exit: Promise<{ StatusCode: number }>,
  ) {
    this.#docker = docker;
    this.#container = container;
    this.#stream = stream;
    this.#exit = exit.then(
      ({ StatusCode }) => StatusCode,
      () => undefined,
    );
    const frames = frameReader({ headerBytes: 5, lengthAt: 1, maxBytes: 1 << 20 }, (header, payload) =>
      this.#onFrame(String.fromCharCode(header[0] ?? 0), payload),
    );
    const docked = frameReader({ headerBytes: 8, lengthAt: 4, maxBytes: 1 << 24 }, (header, payload) => {
      if (header[0] === 1) frames(Buffer.from(payload));
      else if (this.#startupErrors.length < 2000) this.#startupErrors += payload.toString("utf8");
    });
    const end = () => {
      this.#ended = true;
    };
    // The stream is read to its end whatever happens: a daemon that cannot write it cannot kill the container either.
    stream.on("data", (data: Buffer) => {
      try {
        docked(data);
      } catch {
        void this.#kill();
      }
    });
    stream.on("error", end);
    stream.on("end", end);
    stream.on("close", end);
    this.ready = new Promise((resolve, reject) => {
      this.#onFrame = (kind) => kind === "R" && resolve();
      void this.#exit.then((code) =>
        reject(new Error(`it ended with ${code}: ${this.#startupErrors.trim().slice(-300)}`)),
      );
    });
    this.ready.catch(() => undefined);
  }

  get alive(): boolean {
    return !this.#ended;
  }

  async run(plan: Plan, limits: SandboxLimits, signal: AbortSignal): Promise<readonly RunOutcome[]> {
    const recorder = new RunRecorder(limits);
    let watchdog: NodeJS.Timeout | undefined;
    let overdue = false;
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(
        () => {
          overdue = true;
          void this.#kill();
        },
        (limits.wallS + graceS) * 1000,
      );
    };
    const done = new Promise<true>((resolve) => {
      this.#onFrame = (kind, payload) => {
        if (kind === "S") watch();
        recorder.take(kind, payload);
        if (kind === "X") watch();
        if (kind === "Z") resolve(true);
      };
    });
    try {
      watch();
      this.#stream.write(encodeJob(plan, limits));
      const finished = await withSignal(Promise.race([done, this.#streamEnd()]), signal);
      if (finished) return recorder.outcomes;
      return await this.#explainEnd(recorder, overdue);
    } catch (error) {
      await this.#kill();
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  async #streamEnd(): Promise<false> {
    if (!this.#ended)
      await once(this.#stream, "close", { signal: AbortSignal.timeout(2 ** 31 - 1) }).catch(() => undefined);
    return false;
  }

  /** The container ended in the middle of a run. Deadline of ours first, then memory, then its own exit status. */
  async #explainEnd(recorder: RunRecorder, overdue: boolean): Promise<readonly RunOutcome[]> {
    const code = await withSignal(this.#exit, AbortSignal.timeout(10_000)).catch(() => undefined);
    const begun = recorder.running;
    if (overdue) return [...recorder.outcomes, { ...(begun ?? emptyOutcome), deadline: true }];
    if (begun !== undefined && code === 137 && (await this.#ranOutOfMemory())) {
      return [...recorder.outcomes, { ...begun, oom: true }];
    }
    // No program can signal its supervisor, so a signal came from outside; any other end was brought about by the program.
    if (begun !== undefined && code !== undefined && code > 0 && code < 128) {
      return [...recorder.outcomes, { ...begun, signal: 9 }];
    }
    throw new SandboxError(`the container was lost in the middle of a run (exit status ${code ?? "unknown"})`, {
      code: "container_lost",
      retryable: true,
    });
  }

  /** Asks the daemon's event log, since the container removes itself. */
  async #ranOutOfMemory(): Promise<boolean> {
    const until = Math.floor(Date.now() / 1000) + 1;
    try {
      const events = await this.#docker.getEvents({
        since: this.#startedAt,
        until,
        filters: { container: [this.#container.id], event: ["oom"] },
      });
      let text = "";
      for await (const chunk of events) text += chunk.toString();
      return text.includes('"oom"');
    } catch {
      return false;
    }
  }

  async #kill(): Promise<void> {
    await this.#container.kill({ signal: "SIGKILL" }).catch(() => undefined);
  }

  async close(): Promise<void> {
    // Done or not, closing stdin ends the supervisor; killing is for one that does not hear.
    this.#stream.end();
    const gone = await Promise.race([this.#exit.then(() => true), delay(500)]);
    if (!gone) await this.#kill();
    await Promise.race([this.#exit, delay(10_000)]);
    if ("destroy" in this.#stream && typeof this.#stream.destroy === "function") this.#stream.destroy();
  }
}

function delay(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, false).unref();
  });
}

function encodeJob(plan: Plan, limits: SandboxLimits): Buffer {
  const each = {
    wall_s: limits.wallS,
    cpu_s: limits.cpuS ?? null,
    output_bytes: Math.round(limits.outputMb * 1024 * 1024),
    file_bytes: limits.diskMb * 1024 * 1024,
  };
  const runs =
    plan.kind === "programs"
      ? plan.stdins.map((stdin) => ({
          ...each,
          arguments: ["-s", "main.py"],
          files: { "main.py": plan.code },
          stdin,
          feed: "",
        }))
      : [
          {
            ...each,
            arguments: ["-s", "-c", assetText("sandbox/boot.py")],
            files: {},
            stdin: "",
            feed: harnessFeed(plan.job),
          },
        ];
  const body = Buffer.from(JSON.stringify({ runs }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

function harnessFeed(job: object): string {
  return JSON.stringify({
    ...job,
    equality: assetText("sandbox/equality.py"),
    harness: assetText("sandbox/harness.py"),
  });
}
