import type { JsonValue, VerifyOutcome } from "./workers.js";

/** A job on its way through the pool. */
export interface Ticket {
  readonly kind: string;
  readonly input: JsonValue;
  readonly deadlineMs: number;
  readonly since: number;
  /** Throws on what is no answer. */
  readonly read: (output: unknown) => unknown;
  readonly settle: (outcome: VerifyOutcome<unknown>) => void;
  /** Answered, or its caller has gone. */
  settled: boolean;
  /** Workers that died while running it. */
  deaths: number;
  /** Milliseconds from `run` to the first start. */
  waitedMs: number | undefined;
}

/** First in, first out; a job whose worker was lost goes back to the front. Settled tickets are passed over. */
export class TicketQueue {
  #tickets: (Ticket | undefined)[] = [];
  #front = 0;
  #waiting = 0;

  /** Unsettled tickets, those whose caller has gone included until they are passed over. */
  get length(): number {
    return this.#waiting;
  }

  push(ticket: Ticket): void {
    this.#tickets.push(ticket);
    this.#waiting += 1;
  }

  pushFront(tickets: readonly Ticket[]): void {
    this.#tickets = [...tickets, ...this.#tickets.slice(this.#front)];
    this.#front = 0;
    this.#waiting += tickets.length;
  }

  /** The next one that still waits for an answer. */
  peek(): Ticket | undefined {
    for (let ticket = this.#tickets[this.#front]; ticket !== undefined; ticket = this.#tickets[this.#front]) {
      if (!ticket.settled) return ticket;
      this.#advance();
    }
    return undefined;
  }

  shift(): Ticket | undefined {
    const ticket = this.peek();
    if (ticket !== undefined) this.#advance();
    return ticket;
  }

  #advance(): void {
    this.#tickets[this.#front] = undefined;
    this.#front += 1;
    this.#waiting -= 1;
    if (this.#front < 1024) return;
    this.#tickets = this.#tickets.slice(this.#front);
    this.#front = 0;
  }
}
