import type { Dealer } from "zeromq";
import type { WorkerKeys } from "./keys.js";
import { type FromWorker, frames, type Given, MAX_FRAME_BYTES, readFromControl } from "./wire.js";
import { loadZeromq } from "./zeromq.js";

/** How a worker is joined to a control plane. */
export interface LinkOptions {
  readonly address: string;
  readonly kinds: readonly string[];
  readonly slots: number;
  /** Known to the pool that started this worker. */
  readonly token?: string;
  /** CURVE keys; required for TCP by those who open links. */
  readonly keys?: WorkerKeys;
  /** A job to do; {@link WorkerLink.send} takes its answer. */
  readonly onJob: (job: Given) => void;
  /** Known to the control plane now; again after every reconnection. */
  readonly onWelcome?: () => void;
  readonly onRefused: (reason: string) => void;
  /** The control plane takes its leave. */
  readonly onBye: () => void;
  /** Nothing was heard for this many milliseconds; told about every second from then on. */
  readonly onSilence?: (ms: number) => void;
}

const PULSE_MS = 1_000;
const SILENCE_MS = 5_000;

/** A worker's line to its control plane. It reconnects by itself, and says who it is whenever it is asked. */
export class WorkerLink {
  readonly #socket: Dealer;
  readonly #options: LinkOptions;
  readonly #pulse: NodeJS.Timeout;
  #lastHeard = performance.now();
  /** Messages that were no message of a control plane. */
  dropped = 0;

  private constructor(socket: Dealer, options: LinkOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#pulse = setInterval(() => this.#beat(), PULSE_MS);
    void this.#listen();
    this.#hello();
  }

  /** Connects. @throws PrerequisiteError where ZeroMQ does not load */
  static async open(options: LinkOptions): Promise<WorkerLink> {
    const { Dealer } = await loadZeromq();
    const { keys } = options;
    const socket = new Dealer({
      linger: 200,
      sendTimeout: 0,
      maxMessageSize: MAX_FRAME_BYTES,
      reconnectInterval: 100,
      reconnectMaxInterval: 5_000,
      heartbeatInterval: 2_000,
      heartbeatTimeout: 6_000,
      ...(keys === undefined
        ? {}
        : { curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey, curveServerKey: keys.serverKey }),
    });
    socket.connect(options.address);
    return new WorkerLink(socket, options);
  }

  /** Sends, or drops it where nobody is connected: the control plane has given the job to another then. */
  send(message: FromWorker): void {
    this.#socket.send(frames(message)).catch(() => undefined);
  }

  close(): void {
    clearInterval(this.#pulse);
    this.send({ type: "bye" });
    this.#socket.close();
  }

  #hello(): void {
    const { token = "", kinds, slots } = this.#options;
    this.send({ type: "hello", token, kinds, slots });
  }

  #beat(): void {
    this.send({ type: "pulse" });
    const silentMs = performance.now() - this.#lastHeard;
    if (silentMs > SILENCE_MS) this.#options.onSilence?.(silentMs);
  }

  async #listen(): Promise<void> {
    for await (const parts of this.#socket) {
      const message = readFromControl(parts);
      if (typeof message === "string") {
        this.dropped += 1;
        continue;
      }
      this.#lastHeard = performance.now();
      switch (message.type) {
        case "job":
          this.#options.onJob(message);
          break;
        case "who":
          this.#hello();
          break;
        case "welcome":
          this.#options.onWelcome?.();
          break;
        case "refused":
          this.#options.onRefused(message.reason);
          break;
        case "bye":
          this.#options.onBye();
          break;
        case "pulse":
          break;
      }
    }
  }
}
