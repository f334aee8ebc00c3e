import type { Entry, Session } from "./session.js";
import type { Tally } from "./tally.js";
import { type Ticket, TicketQueue } from "./ticket.js";
import { type Answer, jobFrames } from "./wire.js";
import type { VerifyOutcome } from "./workers.js";

/** Why a worker is no more. */
export type Loss = "died" | "deadline" | "memory" | "told";

/** A worker that has been at one job for longer gives back those that wait behind it. */
const SLOW_MS = 50;
/** How long past its deadline a job of a worker that is not ours to kill is waited for. */
const REMOTE_GRACE_MS = 5_000;
const SUSPECTED = 2;

/**
 * Which worker does which job. Pure bookkeeping: it opens no socket and starts no process. Invariants: a ticket is settled
 * once; an answer counts only from the worker that was given the job; a job that two workers died under runs alone.
 */
export class Dispatcher {
  readonly #queues = new Map<string, TicketQueue>();
  readonly #suspects = new Map<string, TicketQueue>();
  readonly #sessions = new Set<Session>();
  readonly #tally: Tally;
  readonly #now: () => number;
  #lastId = 0;

  constructor(tally: Tally, now: () => number) {
    this.#tally = tally;
    this.#now = now;
  }

  get queued(): number {
    return [...this.#queues.values(), ...this.#suspects.values()].reduce((sum, queue) => sum + queue.length, 0);
  }

  get sessions(): ReadonlySet<Session> {
    return this.#sessions;
  }

  /** Workers that can do a kind, spares included. */
  canDo(kind: string): boolean {
    for (const session of this.#sessions) if (session.kinds.includes(kind)) return true;
    return false;
  }

  add(ticket: Ticket): void {
    queueOf(this.#queues, ticket.kind).push(ticket);
    this.pump(ticket.kind);
  }

  join(session: Session): void {
    this.#sessions.add(session);
    this.#pumpAll(session);
  }

  /** Gives out what can be given of one kind. */
  pump(kind: string): void {
    this.#pumpSuspects(kind);
    const queue = queueOf(this.#queues, kind);
    for (let ticket = queue.peek(); ticket !== undefined; ticket = queue.peek()) {
      const session = this.#freest(kind);
      if (session === undefined) return;
      queue.shift();
      this.#give(session, ticket);
    }
  }

  /** Takes an answer in. `blamed` means that the worker must go: it answered what is no answer. */
  answer(session: Session, answer: Answer): "taken" | "blamed" {
    const entry = session.take(answer.id, this.#now());
    if (typeof entry === "string") {
      this.#tally.drop(entry);
      return "taken";
    }
    const outcome = entry.ticket.settled ? undefined : this.#read(entry.ticket, answer);
    if (outcome === "unreadable") {
      this.#tally.drop("unreadable");
      this.#blame(entry);
      return "blamed";
    }
    if (outcome !== undefined) this.settle(entry.ticket, outcome);
    if (session.held === 0) session.alone = false;
    this.#pumpAll(session);
    return "taken";
  }

  /** A worker is gone: its jobs are settled by what ended it, or done again. */
  lose(session: Session, loss: Loss, reason: string): void {
    if (!this.#sessions.delete(session)) return;
    session.local?.kill();
    const running = new Set(session.running());
    const again: Ticket[] = [];
    for (const entry of session.entries) {
      if (entry.ticket.settled || (entry.lent && !running.has(entry))) continue;
      if (!running.has(entry)) again.push(entry.ticket);
      else if (loss === "died") this.#blame(entry);
      else if (loss === "deadline" && this.#overdue(entry)) {
        this.settle(entry.ticket, { kind: "timed_out", reason: `no answer within ${entry.ticket.deadlineMs} ms` });
      } else if (loss === "memory") this.settle(entry.ticket, { kind: "out_of_memory", reason });
      else if (!entry.lent) again.push(entry.ticket);
    }
    this.#again(again);
    for (const kind of session.kinds) this.pump(kind);
  }

  /** Workers whose job has run out of time, those of others with grace. Slow ones give back what waits behind. */
  overdue(): Session[] {
    const late: Session[] = [];
    for (const session of this.#sessions) {
      if ([...session.running()].some((entry) => this.#overdue(entry, session.local ? 0 : REMOTE_GRACE_MS))) {
        late.push(session);
      } else if (session.held > session.slots) this.#takeBack(session);
    }
    return late;
  }

  settle(ticket: Ticket, outcome: VerifyOutcome<unknown>): void {
    if (ticket.settled) return;
    ticket.settled = true;
    this.#tally.outcomes[outcome.kind] += 1;
    this.#tally.latency.add(this.#now() - ticket.since);
    this.#tally.wait.add(ticket.waitedMs ?? this.#now() - ticket.since);
    ticket.settle(outcome);
  }

  /** Settles everything that waits for a kind that nobody can do. */
  giveUp(kind: string, reason: string): void {
    for (const queues of [this.#suspects, this.#queues]) {
      const queue = queueOf(queues, kind);
      for (let ticket = queue.shift(); ticket !== undefined; ticket = queue.shift()) {
        this.settle(ticket, { kind: "infrastructure", reason });
      }
    }
  }

  /** When the job of this kind that waits longest came, in the clock's milliseconds. */
  waitingSince(kind: string): number | undefined {
    return (queueOf(this.#suspects, kind).peek() ?? queueOf(this.#queues, kind).peek())?.since;
  }

  #read({ kind, read, deadlineMs }: Ticket, answer: Answer): VerifyOutcome<unknown> | "unreadable" {
    if (!answer.ok) {
      const reason = answer.kind === "timed_out" ? `no answer within ${deadlineMs} ms` : answer.reason;
      return { kind: answer.kind, reason: reason === "" ? `the handler of ${kind} failed` : reason };
    }
    try {
      return { kind: "value", value: read(answer.value) };
    } catch {
      return "unreadable";
    }
  }

  #overdue({ startedAt, ticket }: Entry, graceMs = 0): boolean {
    return startedAt !== undefined && this.#now() - startedAt >= ticket.deadlineMs + graceMs;
  }

  /** The worker with the least in hand among those with credit. */
  #freest(kind: string): Session | undefined {
    let best: Session | undefined;
    const now = this.#now();
    for (const session of this.#sessions) {
      if (!session.kinds.includes(kind) || !session.hasCredit(true, now, SLOW_MS)) continue;
      if (best === undefined || session.held / session.slots < best.held / best.slots) best = session;
    }
    return best;
  }

  /** One suspect of a kind at a time, in a worker that holds nothing else; such a worker is emptied for it. */
  #pumpSuspects(kind: string): void {
    const queue = queueOf(this.#suspects, kind);
    const ticket = queue.peek();
    if (ticket === undefined) return;
    const able = [...this.#sessions].filter((session) => session.kinds.includes(kind) && session.accepting);
    const chosen = able.find(({ alone }) => alone) ?? able.toSorted((a, b) => a.held - b.held)[0];
    if (chosen === undefined) return;
    chosen.alone = true;
    if (chosen.held > 0) return;
    queue.shift();
    this.#tally.quarantined += 1;
    this.#give(chosen, ticket);
  }

  #give(session: Session, ticket: Ticket): void {
    const id = ++this.#lastId;
    let frames: readonly string[];
    try {
      frames = jobFrames(id, ticket.kind, ticket.deadlineMs, ticket.input);
    } catch (error) {
      session.alone = false;
      const reason = `the input cannot be sent to a worker: ${error instanceof Error ? error.message : String(error)}`;
      this.settle(ticket, { kind: "failed", reason });
      return;
    }
    const now = this.#now();
    ticket.waitedMs ??= now - ticket.since;
    session.give(id, ticket, now);
    session.send(frames);
  }

  /** Its worker died while running it: again, then alone, then no more. */
  #blame({ ticket, lent }: Entry): void {
    if (lent) return;
    ticket.deaths += 1;
    if (ticket.deaths > SUSPECTED) {
      this.settle(ticket, { kind: "masked", reason: "its worker died whenever it ran, also when it ran alone" });
    } else this.#again([ticket]);
  }

  #again(tickets: readonly Ticket[]): void {
    for (const ticket of tickets.toReversed()) {
      this.#tally.retried += 1;
      const queues = ticket.deaths >= SUSPECTED ? this.#suspects : this.#queues;
      queueOf(queues, ticket.kind).pushFront([ticket]);
    }
  }

  #takeBack(session: Session): void {
    const running = new Set(session.running());
    const now = this.#now();
    if (![...running].some(({ startedAt }) => startedAt !== undefined && now - startedAt > SLOW_MS)) return;
    const kinds = new Set<string>();
    for (const entry of [...session.entries].toReversed()) {
      if (running.has(entry) || entry.lent || entry.ticket.settled) continue;
      entry.lent = true;
      queueOf(this.#queues, entry.ticket.kind).pushFront([entry.ticket]);
      kinds.add(entry.ticket.kind);
    }
    for (const kind of kinds) this.pump(kind);
  }

  #pumpAll(session: Session): void {
    for (const kind of session.kinds) this.pump(kind);
  }
}

function queueOf(queues: Map<string, TicketQueue>, kind: string): TicketQueue {
  let queue = queues.get(kind);
  if (queue === undefined) {
    queue = new TicketQueue();
    queues.set(kind, queue);
  }
  return queue;
}
