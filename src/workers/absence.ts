import type { Dispatcher } from "./dispatcher.js";

const SAY_EVERY_MS = 10_000;
const ABSENT_MS = 60_000;

/** Says that jobs wait where nobody does their kind, and gives them up in the end. */
export class Absence {
  readonly #dispatcher: Dispatcher;
  readonly #absentMs: number;
  readonly #notice: ((line: string) => void) | undefined;
  #saidAt = 0;

  constructor(dispatcher: Dispatcher, absentMs = ABSENT_MS, notice?: (line: string) => void) {
    this.#dispatcher = dispatcher;
    this.#absentMs = absentMs;
    this.#notice = notice;
  }

  /** Looks at one kind; `where` is the address at which workers were to connect. */
  look(kind: string, where: string, now: number): void {
    const since = this.#dispatcher.waitingSince(kind);
    if (since === undefined || this.#dispatcher.canDo(kind)) return;
    const waitedS = Math.round((now - since) / 1000);
    if (now - since > this.#absentMs) {
      this.#dispatcher.giveUp(kind, `no worker for ${kind} connected to ${where} in ${waitedS} s`);
    } else if (now - Math.max(this.#saidAt, since) > SAY_EVERY_MS) {
      this.#saidAt = now;
      this.#notice?.(`waiting for a worker for ${kind} at ${where}, ${waitedS} s (omni worker --connect)`);
    }
  }
}
