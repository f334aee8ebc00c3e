const TICK_MS = 20;
const STALL_MS = 200;

/**
 * Looks after a pool every few milliseconds, without keeping the process alive. After a stall of this process, when answers
 * may lie unread, it lets them in before it looks again: a busy control plane makes no worker late.
 */
export class Heartbeat {
  readonly #look: (now: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #lastAt = 0;
  #passed = false;

  constructor(look: (now: number) => void) {
    this.#look = look;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#lastAt = performance.now();
    this.#timer = setInterval(() => this.#beat(), TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = performance.now();
    const stalled = now - this.#lastAt > STALL_MS;
    this.#lastAt = now;
    this.#passed = stalled && !this.#passed;
    if (!this.#passed) this.#look(now);
  }
}
