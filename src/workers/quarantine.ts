import type { Session } from "./session.js";
import type { Ticket } from "./ticket.js";
import { KindQueues } from "./ticket-queue.js";

/** Jobs under suspicion. Each runs alone in a worker that holds nothing else; workers are emptied for those that wait. */
export class Quarantine {
  readonly queues = new KindQueues();

  /** Gives out what can be given of one kind, and has as many workers take nothing more as still wait. */
  pump(kind: string, sessions: Iterable<Session>, give: (session: Session, ticket: Ticket) => void): void {
    const queue = this.queues.of(kind);
    if (queue.peek() === undefined) return;
    const able = [...sessions].filter((one) => one.kinds.includes(kind) && one.accepting && !one.retiring);
    for (const session of able) {
      if (session.held > 0) continue;
      const ticket = queue.shift();
      if (ticket === undefined) return;
      session.alone = true;
      give(session, ticket);
    }
    if (queue.peek() === undefined) return;
    const emptying = able.filter((one) => one.alone && !runsSuspect(one)).length;
    const next = able.filter(({ alone }) => !alone).toSorted((a, b) => a.held - b.held);
    for (const session of next.slice(0, Math.max(0, queue.length - emptying))) session.alone = true;
  }
}

function runsSuspect(session: Session): boolean {
  return [...session.entries].some(({ ticket }) => ticket.suspected);
}
