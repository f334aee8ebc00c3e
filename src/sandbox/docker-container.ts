import type Docker from "dockerode";
import type { ContainerCreateOptions } from "dockerode";
import { withSignal } from "./abort.js";
import { statusOf } from "./docker-daemon.js";
import { frameReader } from "./frames.js";
import type { SlotEnd, SlotLine } from "./slot.js";

/** How long the daemon is waited for, ms, when it is to end a container or to tell how it ended. */
const answerMs = 10_000;

/** How long a line may stay open, ms, once the daemon has said that its container has ended: what is left is on its way. */
const restMs = 3_000;

type Listener = (kind: string, payload: Buffer) => void;

/**
 * Creates one container, attaches to it, starts it and waits until its supervisor says that it is ready. `abandon` is given the
 * removal of one that was not waited for.
 */
export async function startContainer(
  docker: Docker,
  options: ContainerCreateOptions,
  signal: AbortSignal,
  abandon: (removal: Promise<void>) => void,
): Promise<DockerContainer> {
  const creating = docker.createContainer(options);
  let container: Docker.Container | undefined;
  try {
    container = await withSignal(creating, signal);
    const attach = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
    const stream = await withSignal(container.attach(attach), signal);
    const exit = container.wait({ condition: "next-exit" });
    const started = new DockerContainer(container, stream, exit);
    await withSignal(container.start(), signal);
    await withSignal(started.ready, signal);
    return started;
  } catch (error) {
    // The daemon may still be making it when we give up waiting.
    abandon(creating.then((made) => made.remove({ force: true, v: true })).catch(() => undefined));
    throw error;
  }
}

/** A running container whose first process speaks frames (u8 kind, u32 length, payload) over the attached stream. */
export class DockerContainer implements SlotLine {
  readonly id: string;
  /** What its supervisor finds in the image: `python3`, `node`. */
  readonly ready: Promise<readonly string[]>;
  readonly ended: Promise<SlotEnd>;
  readonly #container: Docker.Container;
  readonly #stream: NodeJS.ReadWriteStream;
  readonly #exit: Promise<number | undefined>;
  #listener: Listener = () => {};
  #over = false;
  #silent = false;
  #killing: Promise<boolean> | undefined;
  #errors = "";

  constructor(
    container: Docker.Container,
    stream: NodeJS.ReadWriteStream,
    exit: Promise<{ readonly StatusCode: number }>,
  ) {
    this.id = container.id;
    this.#container = container;
    this.#stream = stream;
    this.#exit = exit.then(
      ({ StatusCode }) => StatusCode,
      () => undefined,
    );
    const closed = this.#read(stream);
    this.ready = new Promise((resolve, reject) => {
      this.#listener = (kind, payload) => kind === "R" && resolve(programsOf(payload));
      void this.#exit.then((code) => reject(new Error(`it ended with ${code}: ${this.#errors.trim().slice(-300)}`)));
    });
    this.ready.catch(() => undefined);
    this.ended = closed.then(async () => {
      // The request that waits for the exit may outlive a lost daemon.
      const exit = this.#silent ? undefined : await Promise.race([this.#exit, delay(answerMs)]);
      return { exit };
    });
  }

  get alive(): boolean {
    return !this.#over;
  }

  /** Reads the stream to its end whatever happens: a daemon that cannot write it cannot kill the container either (moby#41827). */
  #read(stream: NodeJS.ReadWriteStream): Promise<void> {
    const frames = frameReader({ headerBytes: 5, lengthAt: 1, maxBytes: 1 << 20 }, (header, payload) =>
      this.#listener(String.fromCharCode(header[0] ?? 0), payload),
    );
    const docked = frameReader({ headerBytes: 8, lengthAt: 4, maxBytes: 1 << 24 }, (header, payload) => {
      if (header[0] === 1) frames(payload);
      else if (this.#errors.length < 2000) this.#errors += payload.toString("utf8");
    });
    stream.on("data", (data: Buffer) => {
      try {
        docked(data);
      } catch {
        void this.kill();
      }
    });
    return new Promise((resolve) => {
      const end = () => {
        this.#over = true;
        resolve();
      };
      stream.on("error", end);
      stream.on("end", end);
      stream.on("close", end);
    });
  }

  listen(onFrame: Listener): void {
    this.#listener = onFrame;
  }

  async write(data: Buffer): Promise<void> {
    if (this.#over || this.#stream.write(data)) return;
    const room = new Promise<void>((resolve) => this.#stream.once("drain", resolve));
    await Promise.race([room, this.ended]);
  }

  /** Its line ends after this, also when the daemon does not answer. */
  async kill(): Promise<void> {
    if (this.#killing === undefined) {
      let patience = setTimeout(() => this.#giveUp(), answerMs);
      const gone = () => {
        clearTimeout(patience);
        if (!this.#over) patience = setTimeout(() => this.#giveUp(), restMs);
      };
      this.#killing = this.#container.kill({ signal: "SIGKILL" }).then(
        () => {
          gone();
          return true;
        },
        (error: unknown) => {
          // It had ended, or was removed, before.
          if ([404, 409].includes(statusOf(error) ?? 0)) gone();
          return false;
        },
      );
      void this.ended.then(() => clearTimeout(patience));
    }
    await Promise.race([this.#killing, this.ended]);
  }

  #giveUp(): void {
    this.#silent = true;
    this.#destroy();
  }

  /** Whether it ran until the daemon killed it at our bidding: not when it was gone before, nor when nobody answered. */
  async killedByUs(): Promise<boolean> {
    return (await Promise.race([this.#killing, delay(answerMs)])) === true;
  }

  #destroy(): void {
    if ("destroy" in this.#stream && typeof this.#stream.destroy === "function") this.#stream.destroy();
  }

  /** Ends it; the daemon removes it then. Waits until it has ended. */
  async close(): Promise<void> {
    // Done or not, closing stdin ends the supervisor; killing is for one that does not hear.
    this.#stream.end();
    const gone = await Promise.race([this.#exit.then(() => true), delay(500)]);
    if (gone === undefined) await this.kill();
    if (!this.#silent) await Promise.race([this.#exit, delay(answerMs)]);
    this.#destroy();
  }
}

function programsOf(payload: Buffer): readonly string[] {
  const { programs } = JSON.parse(payload.toString("utf8")) as { readonly programs?: unknown };
  return Array.isArray(programs) ? programs.map(String) : [];
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, undefined).unref();
  });
}
