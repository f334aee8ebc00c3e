import type { Ticket } from "./ticket.js";

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

/** A queue for each kind of jobs. */
export class KindQueues {
  readonly #queues = new Map<string, TicketQueue>();

  get length(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  of(kind: string): TicketQueue {
    let queue = this.#queues.get(kind);
    if (queue === undefined) {
      queue = new TicketQueue();
      this.#queues.set(kind, queue);
    }
    return queue;
  }
}
