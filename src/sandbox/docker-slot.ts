import type Docker from "dockerode";
import { SandboxError, throwIfAborted } from "../core/index.js";
import { linkSignals, withSignal } from "./abort.js";
import { assetText } from "./assets.js";
import { type DockerContainer, startContainer } from "./docker-container.js";
import { shortId, statusOf } from "./docker-daemon.js";
import { type ContainerPlan, containerOptions } from "./docker-hardening.js";
import type { Plan } from "./plan.js";
import { RunRecorder } from "./run-recorder.js";
import type { SandboxLimits, Submission } from "./sandbox.js";
import type { Slot } from "./slot.js";
import type { RunOutcome } from "./verdict.js";

/** What the host grants beyond the deadline before it ends a container whose supervisor has not. */
const graceS = 3;

const startDeadlineMs = 60_000;

/** Starts a container that waits for one submission. Rejects with SandboxError, retryable unless the image lacks what it needs. */
export async function startDockerSlot(
  docker: Docker,
  plan: ContainerPlan,
  language: Submission["language"],
  signal: AbortSignal,
  abandon: (removal: Promise<void>) => void,
): Promise<DockerSlot> {
  const { signal: bounded, unlink } = linkSignals(signal, AbortSignal.timeout(startDeadlineMs));
  try {
    const container = await startContainer(docker, containerOptions(plan), bounded, abandon);
    const { program } = commands[language]("");
    if ((await container.ready).includes(program)) return new DockerSlot(docker, container);
    void container.close();
    throw new SandboxError(`image ${shortId(plan.image)} holds no ${program}`, { code: "image_unfit" });
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof SandboxError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const missing = statusOf(error) === 404 && /no such image/i.test(message);
    throw new SandboxError(`Docker cannot start a sandbox from ${plan.image}: ${message.trim()}`, {
      code: missing ? "image_missing" : "container_start_failed",
      retryable: !missing,
      cause: error,
    });
  } finally {
    unlink();
  }
}

/** A container that runs one submission by its supervisor. */
export class DockerSlot implements Slot {
  readonly line: DockerContainer;
  readonly #docker: Docker;

  constructor(docker: Docker, container: DockerContainer) {
    this.#docker = docker;
    this.line = container;
  }

  get alive(): boolean {
    return this.line.alive;
  }

  async run(plan: Plan, limits: SandboxLimits, signal: AbortSignal): Promise<readonly RunOutcome[]> {
    const recorder = new RunRecorder(limits);
    let watchdog: NodeJS.Timeout | undefined;
    let overdue = false;
    const end = () => {
      // A line that is over already was lost, or has an end of its own.
      overdue = this.line.alive;
      void this.line.kill();
    };
    const watch = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(end, (limits.wallS + graceS) * 1000);
    };
    const done = new Promise<true>((resolve) => {
      this.line.listen((kind, payload) => {
        if (kind === "S") watch();
        recorder.take(kind, payload);
        if (kind === "X") watch();
        if (kind === "Z") resolve(true);
      });
    });
    try {
      watch();
      void this.line.write(encodeJob(plan, limits));
      const finished = await withSignal(Promise.race([done, this.line.ended]), signal);
      if (finished === true) return recorder.outcomes;
      return await this.explainEnd(recorder, overdue && (await this.line.killedByUs()), finished.exit);
    } catch (error) {
      void this.line.kill();
      throw error;
    } finally {
      clearTimeout(watchdog);
    }
  }

  /**
   * The container ended in the middle of a job. Deadline of ours first, then memory, then its own exit status. Between two runs
   * it ends with those that are done, or a program could lose, by what it leaves behind, a run that it has failed.
   */
  async explainEnd(recorder: RunRecorder, overdue: boolean, code: number | undefined): Promise<readonly RunOutcome[]> {
    const begun = recorder.running;
    // A program that is not known to have begun was never late.
    if (overdue && begun !== undefined) return [...recorder.outcomes, { ...begun, deadline: true }];
    if (begun !== undefined && code === 137 && (await this.#ranOutOfMemory())) {
      return [...recorder.outcomes, { ...begun, oom: true }];
    }
    // No program can signal its supervisor, so a signal came from outside; any other end was brought about by the program.
    if (begun !== undefined && code !== undefined && code > 0 && code < 128) {
      return [...recorder.outcomes, { ...begun, signal: 9 }];
    }
    if (begun === undefined && recorder.outcomes.length > 0) return recorder.outcomes;
    throw new SandboxError(`the container was lost in the middle of a run (exit status ${code ?? "unknown"})`, {
      code: "container_lost",
      retryable: true,
    });
  }

  /** Asks the daemon's event log, since the container removes itself. */
  async #ranOutOfMemory(): Promise<boolean> {
    try {
      // By the daemon's clock: another host's may differ from ours.
      const { SystemTime } = (await this.#docker.info()) as { readonly SystemTime: string };
      const until = Math.floor(Date.parse(SystemTime) / 1000) + 1;
      const events = await this.#docker.getEvents({
        since: 1,
        until,
        filters: { container: [this.line.id], event: ["oom"] },
      });
      let text = "";
      for await (const chunk of events) text += chunk.toString();
      return text.includes('"oom"');
    } catch {
      return false;
    }
  }

  close(): Promise<void> {
    return this.line.close();
  }
}

function encodeJob(plan: Plan, limits: SandboxLimits): Buffer {
  const each = {
    wall_s: limits.wallS,
    cpu_s: limits.cpuS,
    output_bytes: Math.round(limits.outputMb * 1024 * 1024),
    file_bytes: limits.diskMb * 1024 * 1024,
  };
  const runs =
    plan.kind === "programs"
      ? plan.stdins.map((stdin) => ({ ...each, ...commands[plan.language](plan.code), stdin, feed: "" }))
      : [
          {
            ...each,
            program: "python3",
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

/** How a program of each language is run. */
const commands = {
  python: (code: string) => ({ program: "python3", arguments: ["-s", "main.py"], files: { "main.py": code } }),
  node: (code: string) => ({ program: "node", arguments: ["main.js"], files: { "main.js": code } }),
};

function harnessFeed(job: object): string {
  return JSON.stringify({
    ...job,
    equality: assetText("sandbox/equality.py"),
    suite: assetText("sandbox/suite.py"),
    integrity: assetText("sandbox/integrity.py"),
    harness: assetText("sandbox/harness.py"),
  });
}
